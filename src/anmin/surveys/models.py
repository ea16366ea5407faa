"""Tables of the surveys room. Attempts, returns, releases and outside results are only ever added.

Who was asked (``FrameRow``) and what was answered (``Return``) meet in ``Case`` only, and nothing
that leaves the room carries both.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anmin.callbacks.turn_models import Tried, Worked
from anmin.evidence.bookkeeping import by_rule
from anmin.evidence.evidenced import AppendOnly, Evidenced
from anmin.surveys.outside_models import OutsideFile as OutsideFile
from anmin.surveys.outside_models import OutsideResult as OutsideResult
from anmin.surveys.titled import Titled


class Wave(Titled, Evidenced):
    """One survey of one population at one time, from its published hash to its end.

    ``text`` is the questionnaire as it is asked. ``seed_hash`` is published when the wave is
    opened, ``frame_digest`` when the frame is frozen, the seed itself when nobody is asked any
    more: until then nobody can work out who is in the sample. ``plan`` holds the sample sizes; with
    them laid down (``planned_at``), the public ``number`` is announced that decides, if the house
    waits for one.
    """

    class Status(models.TextChoices):
        """How far a wave has come."""

        DRAFT = "draft", _("Frame open")
        FROZEN = "frozen", _("Frame frozen")
        FIELD = "field", _("In the field")
        CLOSED = "closed", _("Fieldwork ended")

    code = models.SlugField(_("code"), max_length=32, unique=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.DRAFT)
    questionnaire = models.CharField(max_length=32)
    version = models.PositiveSmallIntegerField()
    text = models.TextField()
    by_message = models.BooleanField(_("invite by message"), default=True)
    double_entry = models.BooleanField(_("enter paper forms twice"), default=True)
    opened_at = models.DateTimeField(_("hash published"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    seed_sealed = models.BinaryField()
    seed_hash = models.CharField(max_length=64)
    frozen_at = models.DateTimeField(_("frame frozen"), null=True)
    frame_count = models.PositiveIntegerField(null=True)
    frame_digest = models.CharField(max_length=64, blank=True)
    plan = models.JSONField(default=dict)
    planned_at = models.DateTimeField(_("sample sizes laid down"), null=True)
    number = models.ForeignKey(
        "draws.PublicNumber", models.PROTECT, null=True, related_name="+", db_index=False
    )
    drawn_at = models.DateTimeField(_("drawn"), null=True)
    drawn_digest = models.CharField(max_length=64, blank=True)
    selected = models.PositiveIntegerField(null=True)
    closed_at = models.DateTimeField(_("fieldwork ended"), null=True)
    seed = models.CharField(max_length=64, blank=True)

    EVIDENCE_NAME = "code"

    class Meta:
        verbose_name = _("wave")
        ordering = ("-opened_at", "-pk")


class FrameRow(Evidenced):
    """Somebody who can be drawn: an adult, or a household of ``size`` adults of whom one is asked.

    ``reference`` is the outside list's own; ``number`` counts the frame when it is frozen and is
    all that is published. ``further`` holds the look-up keys of the numbers after the first, one
    after the other. ``unit`` serves where the person lives and must not ask them.
    """

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="frame", db_index=False)
    reference = models.CharField(max_length=64)
    number = models.PositiveIntegerField(null=True)
    stratum = models.CharField(max_length=64)
    cluster = models.CharField(max_length=64, blank=True)
    size = models.PositiveSmallIntegerField(default=1)
    groups = models.JSONField(default=dict)
    unit = models.ForeignKey("places.Unit", models.PROTECT, null=True, db_index=False)
    contact = models.BinaryField(default=bytes)
    phone_index = models.BinaryField(max_length=16, null=True)
    further = models.BinaryField(default=bytes)
    fingerprint = models.BinaryField(max_length=16)

    EVIDENCE_NAME = "wave__code number"

    class Meta:
        verbose_name = _("row of the frame")
        constraints = [
            models.UniqueConstraint(fields=["wave", "reference"], name="frame_reference_once"),
            models.UniqueConstraint(fields=["wave", "number"], name="frame_number_once"),
        ]
        indexes = [
            models.Index(
                fields=["phone_index"], condition=Q(phone_index__isnull=False), name="frame_phone"
            )
        ]

    def __str__(self) -> str:
        return f"{self.wave_id}/{self.reference}"

    @property
    def context(self) -> bytes:
        """What the sealed contact is bound to."""
        return f"frame:{self.wave_id}/{self.reference}".encode()


class Case(Worked):
    """One person who was drawn, and how far we are with them.

    ``chance`` holds the numbers by which they were drawn (``selection.Chance``). ``interviewer``
    is who is to ask, if somebody was named.
    """

    class Status(models.TextChoices):
        """Where a case stands. The last two are ended."""

        WAITING = "waiting", _("To be invited")
        INVITED = "invited", _("Invited, no answer yet")
        CALLING = "calling", _("To be interviewed")
        ENTERED = "entered", _("Entered once, awaiting the second entry")
        DONE = "done", _("Answered")
        CLOSED = "closed", _("Ended without an answer")

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="cases", db_index=False)
    row = models.OneToOneField(FrameRow, models.PROTECT, related_name="case")
    unit = models.ForeignKey("places.Unit", models.PROTECT, null=True, db_index=False)
    chance = models.JSONField()
    status = models.CharField(_("status"), max_length=8, choices=Status)
    interviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    EVIDENCE_HELD = {"lease_until": by_rule("survey.lease")}
    EVIDENCE_NAME = "wave__code"

    class Meta:
        verbose_name = _("case")
        indexes = [
            models.Index(fields=["wave", "status", "not_before"], name="case_next"),
            models.Index(
                fields=["operator"], condition=Q(operator__isnull=False), name="case_taken"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wave_id}/{self.row_id}"


class Via(models.TextChoices):
    """How an answer or an attempt came about."""

    LINK = "link", _("Link")
    MESSAGE = "message", _("Message")
    PHONE = "phone", _("Phone call")
    VISIT = "visit", _("Visit")
    PAPER = "paper", _("Paper form")


class CaseAttempt(Tried):
    """One turn to a sampled person, or one thing that came in from them."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="attempt_rows", db_index=False)
    via = models.CharField(max_length=8, choices=Via)

    EVIDENCE_ERASES = ("note",)
    EVIDENCE_NAME = "case__wave__code"

    class Meta:
        verbose_name = _("attempt")
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="case_attempt_once")]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq} {self.outcome}"


class Return(AppendOnly):
    """What somebody answered, as it was entered; free text is sealed in ``words``.

    A paper form that is entered twice has a row for each entry. ``counts`` is the one by which
    the case ended; there is one of these at most.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="returns", db_index=False)
    seq = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    via = models.CharField(max_length=8, choices=Via)
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    language = models.CharField(max_length=8)
    answers = models.JSONField()
    words = models.BinaryField(default=bytes)
    counts = models.BooleanField()
    key = models.CharField(max_length=64)

    EVIDENCE_NAME = "case__wave__code"
    EVIDENCE_RECEIPT = True

    class Meta:
        verbose_name = _("return")
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="return_once"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(counts=True), name="return_that_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.seq}"


class SurveyLink(Evidenced):
    """A link that answers one case once; only the digest of its token is kept."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    token_digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    EVIDENCE_NAME = "case__wave__code"
    EVIDENCE_LABEL = _("survey link")
    EVIDENCE_PROMISED = Q(used_at__isnull=False, case__returns__via=Via.LINK)

    def __str__(self) -> str:
        return f"link to {self.case_id}"


class PopulationMargin(Evidenced):
    """How many adults of the population belong to a level of a group, from outside the frame."""

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="margins")
    variable = models.CharField(max_length=24)
    level = models.CharField(max_length=64)
    total = models.FloatField()
    source = models.CharField(max_length=200)

    EVIDENCE_NAME = "wave__code variable level"
    EVIDENCE_LABEL = _("population total")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "variable", "level"], name="margin_once")
        ]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.variable} {self.level}"


class Release(AppendOnly):
    """The figures of a wave as they were given out: never changed, only followed by a revision.

    ``figures`` and ``method`` are what ``results.computed`` made; ``hash`` chains the revisions.
    """

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="releases", db_index=False)
    revision = models.PositiveSmallIntegerField(_("revision"))
    at = models.DateTimeField(_("released"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    figures = models.JSONField()
    method = models.JSONField()
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    EVIDENCE_NAME = "wave__code revision"

    class Meta:
        verbose_name = _("release")
        constraints = [models.UniqueConstraint(fields=["wave", "revision"], name="release_once")]

    def __str__(self) -> str:
        return f"{self.wave_id} r{self.revision}"
