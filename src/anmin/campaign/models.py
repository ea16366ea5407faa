"""Tables of the campaign room. None of them has a column for progress or status: both are derived."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from anmin.campaign.description import Programme as Description
from anmin.evidence.evidenced import Evidenced


class Programme(Evidenced):
    """A programme; what it says is in its versions."""

    code = models.SlugField(_("code"), max_length=24, unique=True)
    made_at = models.DateTimeField(_("begun"))

    EVIDENCE_NAME = "code"

    class Meta:
        verbose_name = _("programme")
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return self.code


class State(models.TextChoices):
    """Where a version stands."""

    PROPOSED = "proposed", _("Waiting for a second person")
    APPROVED = "approved", _("In force")
    REFUSED = "refused", _("Turned down")
    REPLACED = "replaced", _("Replaced before it was decided")


class Version(Evidenced):
    """One file that was loaded: what it says, by whom, and what a second person said to it.

    ``description`` is plain data (``description.Programme``), ``digest`` that of the file. The newest
    approved version is the programme.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    description = models.JSONField()
    file_name = models.CharField(_("file"), max_length=120)
    digest = models.CharField(max_length=64)
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField(_("loaded"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)

    EVIDENCE_NAME = "programme__code number"

    class Meta:
        verbose_name = _("version of a programme")
        ordering = ("programme", "-number")
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="programme_version_once"),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(state="proposed"),
                name="programme_one_proposal",
            ),
            models.CheckConstraint(
                condition=Q(state="replaced") | Q(decided_by=None) | ~Q(decided_by=F("loaded_by")),
                name="programme_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id}/{self.number}"

    @cached_property
    def said(self) -> Description:
        """What it describes."""
        return Description.kept(self.description)


class Verdict(models.TextChoices):
    """Where a document that is to prove an item stands."""

    SUBMITTED = "submitted", _("Waiting for a second person")
    APPROVED = "approved", _("Accepted as proof")
    RETURNED = "returned", _("Sent back")


class Milestone(Evidenced):
    """A document that is to prove an item, and what a second person of another unit said to it.

    ``file`` is its key in the room of files, ``digest`` that of what is kept there.
    """

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="milestones")
    item = models.CharField(_("item"), max_length=24)
    seq = models.PositiveIntegerField()
    file = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"))
    verdict = models.CharField(
        _("verdict"), max_length=10, choices=Verdict, default=Verdict.SUBMITTED
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.CharField(_("reason"), max_length=1000, blank=True)

    EVIDENCE_NAME = "programme__code item"

    class Meta:
        verbose_name = _("proof of a work item")
        ordering = ("programme", "item", "-seq")
        constraints = [
            models.UniqueConstraint(fields=["programme", "item", "seq"], name="milestone_once"),
            models.UniqueConstraint(
                fields=["programme", "item"],
                condition=Q(verdict__in=("submitted", "approved")),
                name="milestone_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("submitted_by")),
                name="milestone_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.item}/{self.seq}"


class Nudge(Evidenced):
    """That a unit was reminded of an item of its own; ``cleared_at`` when that was no longer so."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="nudges")
    item = models.CharField(_("item"), max_length=24)
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    why = models.CharField(_("reason"), max_length=10)
    at = models.DateTimeField(_("reminded"))
    cleared_at = models.DateTimeField(_("cleared"), null=True)

    EVIDENCE_NAME = "programme__code item"

    class Meta:
        verbose_name = _("reminder of a work item")
        ordering = ("-at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "item"],
                condition=Q(cleared_at=None),
                name="nudge_one_at_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["unit"], condition=Q(cleared_at=None), name="nudge_open_by_unit")
        ]

    def __str__(self) -> str:
        return f"{self.programme_id} {self.item} {self.why}"
