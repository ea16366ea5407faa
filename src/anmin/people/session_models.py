"""Tables of sign-in: what all web processes count together, and who is signed in where."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST = timedelta(days=1)
"""The longest stretch of time in which anything is counted."""


class SharedCache(models.Model):
    """The table of Django's database cache: what all web processes must count together.

    Sign-in limits live here. Laid out as ``createcachetable`` would; nobody reads it as a model.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    NO_EVIDENCE = "a cache"

    class Meta:
        db_table = "people_sharedcache"
        verbose_name = _("shared cache")
        verbose_name_plural = _("shared cache")


class Tally(models.Model):
    """How often something happened in a stretch of time: what limits are counted in.

    ``key`` is a keyed digest: it names no address and nobody. ``until`` is in seconds since 1970.
    """

    NO_EVIDENCE = "counts of a day at most that only slow people down; removed every night"

    EVIDENCE_HELD = {"until": LONGEST}

    key = models.CharField(max_length=80, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    until = models.PositiveBigIntegerField(db_index=True)

    class Meta:
        verbose_name = _("count for a limit")
        verbose_name_plural = _("counts for limits")

    def __str__(self) -> str:
        return f"{self.key} {self.count}"


class SignedIn(models.Model):
    """One browser in which somebody is signed in, for the list that they can read and end."""

    NO_EVIDENCE = "a list of browsers; who signed in and out is in the access log"

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("account")
    )
    session_key = models.CharField(max_length=40, unique=True)
    began_at = models.DateTimeField(_("signed in"))
    seen_at = models.DateTimeField(_("last used"))
    browser = models.CharField(_("browser"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ("-seen_at",)

    def __str__(self) -> str:
        return f"{self.account_id} {self.browser}"
