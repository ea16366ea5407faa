"""What the desk keeps for each person: notices, and which notices they want."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from anmin.evidence.bookkeeping import by_rule


class Notice(models.Model):
    """One thing that one person should know about one matter.

    ``about`` tells occasions apart (the entry's sequence number, or the deadline), so that no
    occasion is told twice. What the notice says is looked up when it is read: a matter that its
    reader may no longer see keeps its facts.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24)
    matter = models.ForeignKey("matters.Matter", models.CASCADE, related_name="+", db_index=False)
    about = models.CharField(max_length=32)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    NO_EVIDENCE = "told again from entries and deadlines; it goes after some weeks"

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "matter", "kind", "about"], name="desk_notice_once"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-at"], name="desk_notice_newest"),
            models.Index(
                fields=["account"], condition=Q(read_at__isnull=True), name="desk_notice_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.matter_id} for {self.account_id}"


class NoticePreference(models.Model):
    """That somebody wants, or does not want, one kind of notice; without a row the role decides."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24)
    wanted = models.BooleanField()

    NO_EVIDENCE = "a convenience of its owner"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "kind"], name="desk_preference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}: {self.wanted}"


class Watch(models.Model):
    """Up to which deadline people were told that it comes near, or has passed."""

    name = models.CharField(max_length=24, primary_key=True)
    told_until = models.DateTimeField()

    NO_EVIDENCE = "how far the notices have come"
    EVIDENCE_HELD = {"told_until": by_rule("deadline.at_risk")}

    def __str__(self) -> str:
        return f"{self.name} until {self.told_until}"
