"""One row for every import: who brought which file in, when, and what became of its rows."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced
from anmin.people.roles import role_choices

SILENCE = timedelta(minutes=5)
"""A run that has not been heard of for so long has been killed."""


class Status(models.TextChoices):
    """How far a run has come."""

    DRAFT = "draft", _("Uploaded")
    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Taken in")
    FAILED = "failed", _("Failed")
    INTERRUPTED = "interrupted", _("Interrupted")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


class ImportRun(Evidenced):
    """One import of one file. Counts are of rows and are saved with every batch.

    ``read`` = created + updated + unchanged + rejected. ``notes`` counts rows taken with
    something left out, by the codes of ``reasons.NOTES``. ``profile_text`` is a profile made for
    this file alone. ``new_units`` are units that the profile would add and nobody has confirmed:
    code, then name and rows. ``column_facts`` says by position what the columns were taken for.
    ``made_at`` is when the file was made, if whoever brought it could tell.
    ``undo_position`` is the last entry that an undoing has dealt with. ``heard_at`` is the last
    sign of life, ``stored`` the uploaded file's name in ``$ANMIN_HOME/uploads`` until it is done
    with.
    """

    kind = models.CharField(_("kind"), max_length=32, default="incident")
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("bytes"))
    profile = models.CharField(_("column profile"), max_length=48)
    profile_text = models.TextField(blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("brought in by"),
    )
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.RUNNING
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    heard_at = models.DateTimeField(default=timezone.now)
    made_at = models.DateTimeField(_("file made"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    share = models.FloatField(_("share of the file read"), default=0.0)
    read = models.PositiveBigIntegerField(_("rows read"), default=0)
    created = models.PositiveBigIntegerField(_("new"), default=0)
    updated = models.PositiveBigIntegerField(_("updated"), default=0)
    unchanged = models.PositiveBigIntegerField(_("unchanged"), default=0)
    rejected = models.PositiveBigIntegerField(_("rejected"), default=0)
    notes = models.JSONField(default=dict)
    rejects_file = models.CharField(_("file of rejected rows"), max_length=255, blank=True)
    stored = models.CharField(max_length=64, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    new_units = models.JSONField(default=dict)
    column_facts = models.JSONField(default=list)
    undone_by = models.CharField(_("undone by"), max_length=80, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True)
    undo_position = models.BigIntegerField(default=0)

    EVIDENCE_EXCEPT = dict.fromkeys(("heard_at", "share"), "a sign of life, and progress")
    EVIDENCE_HELD = {"heard_at": timedelta()}

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.file_name} · {self.get_status_display()}"

    @property
    def state(self) -> Status:
        """The status, seen honestly: a run long silent was killed (it can be run again)."""
        status = Status(self.status)
        if status is Status.RUNNING and timezone.now() - self.heard_at > SILENCE:
            return Status.INTERRUPTED
        return status

    @property
    def seconds(self) -> float:
        """How long it took, or has taken so far."""
        return ((self.finished_at or self.heard_at) - self.started_at).total_seconds()


class RunBatch(models.Model):
    """Between which entries one transaction of an import wrote its own (``told.run`` marks them)."""

    NO_EVIDENCE = "where to look for entries that are attested themselves and name their run"

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="batches")
    after = models.BigIntegerField()
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.run_id}: {self.after}–{self.last}"


class ProfileUse(Evidenced):
    """That a role, a unit with those below it, or one person may use a column profile.

    While nobody is named for a profile, those use it whom the profile itself names (``roles``),
    and whoever takes in the whole city's records.
    """

    profile = models.SlugField(_("column profile"), max_length=48)
    role = models.CharField(_("role"), max_length=16, choices=role_choices, blank=True)
    unit = models.ForeignKey(
        "places.Unit",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("unit"),
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )

    class Meta:
        verbose_name = _("use of a column profile")
        verbose_name_plural = _("use of column profiles")
        ordering = ("profile", "role", "unit", "account")

    def __str__(self) -> str:
        return f"{self.profile}: {self.account or self.unit or self.role}"

    def clean(self) -> None:
        """One line names one: a role, a unit or a person."""
        if sum(map(bool, (self.role, self.unit_id, self.account_id))) != 1:
            raise ValidationError(_("Name a role, a unit or a person: exactly one of them."))
