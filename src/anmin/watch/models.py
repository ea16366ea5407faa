"""Tables of the watch room. What was computed is only ever added; a candidate moves by steps."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import AppendOnly, Evidenced


class Scan(AppendOnly):
    """One scan of one series in one night: what was looked at, how, and what was found.

    ``cases`` are the records that could be placed, ``unplaced`` those of areas without
    coordinates. ``settings`` and ``seed`` give the same answer on the same records again.
    ``clusters`` are plain data, the most likely first; ``level`` is what p must not pass for a
    claim.
    """

    series = models.CharField(_("series"), max_length=32)
    night = models.DateField(_("night"))
    made_at = models.DateTimeField(_("made"))
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    settings = models.JSONField()
    seed = models.BigIntegerField()
    level = models.FloatField(_("level of a claim"))
    cases = models.PositiveIntegerField(_("records"))
    unplaced = models.PositiveIntegerField(_("records without a place on the map"))
    places = models.PositiveIntegerField(_("places"))
    clusters = models.JSONField(default=list)
    cutoff = models.DateTimeField(_("data cut-off"))
    revision = models.PositiveIntegerField(_("revision of the figures"))

    EVIDENCE_NAME = "series night"

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        ordering = ("-night", "series")
        constraints = [models.UniqueConstraint(fields=["series", "night"], name="watch_scan_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.night}"

    @property
    def claimed(self) -> list[dict[str, Any]]:
        """The clusters that chance does not explain at the level."""
        return [one for one in self.clusters if one["p"] <= self.level]


class IndexMonth(AppendOnly):
    """The area index of one month as it was known at one moment; later knowledge is a revision.

    ``scores`` holds, by level and code of the place, the score with everything it is made of.
    """

    month = models.CharField(_("month"), max_length=7)
    number = models.PositiveIntegerField(_("revision of the month"))
    made_at = models.DateTimeField(_("made"))
    frame_version = models.PositiveIntegerField(_("version of the frame"))
    frame_digest = models.CharField(max_length=64)
    scores = models.JSONField()
    digest = models.CharField(max_length=64)
    cutoff = models.DateTimeField(_("data cut-off"))
    revision = models.PositiveIntegerField(_("revision of the figures"))

    EVIDENCE_NAME = "month number"

    class Meta:
        verbose_name = _("month of the area index")
        verbose_name_plural = _("months of the area index")
        ordering = ("-month", "-number")
        constraints = [models.UniqueConstraint(fields=["month", "number"], name="watch_index_once")]

    def __str__(self) -> str:
        return f"{self.month} · {self.number}"


class Ground(models.TextChoices):
    """Why a place is put forward."""

    RED_MONTHS = "red_months", _("Months in the red")
    HOT_SPOT = "hot_spot", _("Hot spot")
    RISE = "rise", _("Rise beyond chance")


class State(models.TextChoices):
    """Where a candidate stands. The first two wait for somebody."""

    SUGGESTED = "suggested", _("Suggested by the night's figures")
    PROPOSED = "proposed", _("Proposed, to be decided")
    KEPT = "kept", _("Kept for listing")
    DISMISSED = "dismissed", _("Dismissed")


class Candidate(Evidenced):
    """A place that might be listed for rectification, with its frozen evidence.

    ``about`` tells two grounds of the same sort apart (a month, a scan and its cluster, a
    category). ``evidence`` is plain data, fixed when the candidate is made.
    """

    area = models.ForeignKey(
        "places.Area", models.PROTECT, related_name="+", verbose_name=_("place")
    )
    ground = models.CharField(_("ground"), max_length=12, choices=Ground)
    about = models.CharField(max_length=120)
    state = models.CharField(_("state"), max_length=12, choices=State)
    made_at = models.DateTimeField(_("made"))
    evidence = models.JSONField()
    digest = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    EVIDENCE_NAME = "area__code"

    class Meta:
        verbose_name = _("listing candidate")
        verbose_name_plural = _("listing candidates")
        ordering = ("-made_at", "-id")
        constraints = [
            models.UniqueConstraint(fields=["area", "ground", "about"], name="watch_candidate_once")
        ]
        indexes = [
            models.Index(
                fields=["state", "made_at"],
                condition=Q(state__in=("suggested", "proposed")),
                name="watch_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.area} · {self.get_state_display()}"

    @property
    def waiting(self) -> bool:
        """Whether somebody still has to say something."""
        return self.state in (State.SUGGESTED, State.PROPOSED)


class CandidateStep(AppendOnly):
    """One step of a candidate: who, when, from where to where, and why. Only ever added."""

    candidate = models.ForeignKey(Candidate, models.PROTECT, related_name="steps", db_index=False)
    seq = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    came_from = models.CharField(max_length=12, choices=State, blank=True)
    went_to = models.CharField(max_length=12, choices=State)
    reason = models.CharField(max_length=1000, blank=True)

    EVIDENCE_NAME = "candidate__area__code"

    class Meta:
        verbose_name = _("step of a candidate")
        ordering = ("candidate", "seq")
        constraints = [models.UniqueConstraint(fields=["candidate", "seq"], name="watch_step_once")]

    def __str__(self) -> str:
        return f"{self.candidate_id}/{self.seq} {self.went_to}"


class Apart(AppendOnly):
    """That somebody said whether a call is an event of its own; the latest word on a matter holds.

    Without a word, calls of one community and category that follow each other closely count once.
    """

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    apart = models.BooleanField(_("counts by itself"))
    reason = models.CharField(max_length=1000)

    EVIDENCE_NAME = "matter__number"

    class Meta:
        verbose_name = _("word on a likely repeat")
        verbose_name_plural = _("words on likely repeats")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.matter_id} {self.apart}"
