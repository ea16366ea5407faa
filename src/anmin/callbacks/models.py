"""Tables of the callbacks room. Answers and attempts are only ever added."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anmin.callbacks.draw_models import Draw as Draw
from anmin.callbacks.draw_models import FrameLine as FrameLine
from anmin.callbacks.reply_models import Decision as Decision
from anmin.callbacks.reply_models import DeliveryCase as DeliveryCase
from anmin.callbacks.reply_models import ReplyItem as ReplyItem
from anmin.callbacks.reply_models import Why as Why
from anmin.callbacks.turn_models import Tried, Worked
from anmin.evidence.bookkeeping import by_rule
from anmin.evidence.evidenced import AppendOnly, Evidenced

OPEN = Q(closed_at__isnull=True)


class Status(models.TextChoices):
    """Where a callback stands. The first five are open, the others ended."""

    CLAIMED = "claimed", _("Exclusion to be confirmed")
    PENDING = "pending", _("Awaiting the draw")
    PLANNED = "planned", _("Planned")
    MESSAGED = "messaged", _("Message sent, no answer yet")
    CALLING = "calling", _("To be called")
    DONE = "done", _("Answered")
    CLOSED = "closed", _("Ended without an answer")
    EXCLUDED = "excluded", _("Excluded by rule")


class Satisfaction(models.TextChoices):
    """The usual three answers, and the two that are always offered beside them."""

    SATISFIED = "satisfied", _("Satisfied")
    FAIRLY = "fairly", _("Fairly satisfied")
    DISSATISFIED = "dissatisfied", _("Dissatisfied")
    DONT_KNOW = "dont_know", _("Don't know")
    REFUSE = "refuse", _("Rather not say")


class Solved(models.TextChoices):
    """Whether what the citizen brought is settled, in the citizen's eyes."""

    YES = "yes", _("Solved")
    PARTLY = "partly", _("Partly solved")
    NO = "no", _("Not solved")
    DONT_KNOW = "dont_know", _("Don't know")


class Via(models.TextChoices):
    """How an answer or an attempt came about."""

    CALL = "call", _("Phone call")
    LINK = "link", _("Link")
    SMS = "sms", _("Text message")
    RECALL = "recall", _("Blind re-call")


class Callback(Worked):
    """The plan to call a citizen back about a matter, or the rule by which nobody does.

    ``claimed`` is the exclusion that rests on the word of the unit alone and
    that somebody else has to confirm (``claims``). ``unit`` is the one that served and is rated. ``closing`` is the entry that closed the matter (of round
    2: the order); ``withdrawn_at`` is when that closing was found to hold no more.
    """

    matter = models.ForeignKey(
        "matters.Matter", models.PROTECT, related_name="callbacks", db_index=False
    )
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    # A number, no key: the lake, the plan and the reader compare it, nobody joins by it, and
    # checking a million keys would cost an import more than the rest of the plan.
    closing = models.BigIntegerField(_("closing"))
    script = models.CharField(max_length=32)
    script_version = models.PositiveSmallIntegerField()
    status = models.CharField(_("status"), max_length=8, choices=Status)
    exclusion = models.CharField(max_length=16, blank=True)
    claimed = models.CharField(max_length=16, blank=True)
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, db_index=False)
    unit = models.ForeignKey("places.Unit", models.PROTECT, null=True, db_index=False)
    planned_at = models.DateTimeField(_("planned"))
    due_at = models.DateTimeField(_("due"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    EVIDENCE_HELD = {"lease_until": by_rule("callback.lease")}
    EVIDENCE_NAME = "matter__number"

    class Meta:
        verbose_name = _("callback")
        constraints = [
            models.UniqueConstraint(fields=["matter", "round", "closing"], name="callback_once")
        ]
        indexes = [
            models.Index(
                fields=["status", "due_at", "id"], condition=OPEN, name="callback_open_due"
            ),
            models.Index(
                fields=["status", "not_before"], condition=OPEN, name="callback_open_next"
            ),
            models.Index(
                fields=["operator"], condition=Q(operator__isnull=False), name="callback_taken"
            ),
            models.Index(fields=["draw"], condition=Q(draw__isnull=False), name="callback_frame"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id}/{self.round}"

    @property
    def open(self) -> bool:
        """Something is still to be done."""
        return self.closed_at is None


class ClaimDecision(AppendOnly):
    """Whether an exclusion that a rated unit's own word leads to holds, by somebody who is not."""

    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(_("exclusion"), max_length=16)
    holds = models.BooleanField(_("holds"))
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    EVIDENCE_ERASES = ("reason",)
    EVIDENCE_NAME = "matter__number"

    class Meta:
        verbose_name = _("decision about an exclusion")
        verbose_name_plural = _("decisions about exclusions")
        constraints = [models.UniqueConstraint(fields=["matter", "code"], name="claim_once")]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.code}"


class Attempt(Tried):
    """One turn to the citizen: a message, a call, or an answer that came in."""

    class Channel(models.TextChoices):
        """By what means."""

        MESSAGE = "message", _("Message")
        CALL = "call", _("Phone call")
        LINK = "link", _("Link")
        SMS = "sms", _("Text message")
        HOUSE = "house", _("Without contacting the citizen")

    callback = models.ForeignKey(
        Callback, models.PROTECT, related_name="attempt_rows", db_index=False
    )
    channel = models.CharField(max_length=8, choices=Channel)

    EVIDENCE_ERASES = ("note",)
    EVIDENCE_NAME = "callback__matter__number"

    class Meta:
        verbose_name = _("attempt")
        constraints = [models.UniqueConstraint(fields=["callback", "seq"], name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.callback_id}/{self.seq} {self.outcome}"


class Answer(AppendOnly):
    """What a citizen said. The first one counts; a later or corrected one stands beside it.

    Only what its own writer put right in the minutes after saving ``counts_instead`` (``amending``).
    ``text`` is sealed. ``key`` is what makes recording safe to repeat. ``spoken_to`` is the key of the
    number of whom it is, where that is not the first contact of the matter.
    """

    callback = models.ForeignKey(Callback, models.PROTECT, related_name="answers", db_index=False)
    seq = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_index=True)
    via = models.CharField(max_length=8, choices=Via)
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    script = models.CharField(max_length=32)
    script_version = models.PositiveSmallIntegerField()
    satisfaction = models.CharField(max_length=12, choices=Satisfaction, blank=True)
    solved = models.CharField(max_length=12, choices=Solved, blank=True)
    concerns = models.JSONField(default=list)
    text = models.BinaryField(default=bytes)
    consent_contact = models.BooleanField(null=True)
    advice_given = models.JSONField(default=list)
    spoken_to = models.BinaryField(max_length=32, default=bytes)
    key = models.CharField(max_length=64)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False
    )
    counts_instead = models.BooleanField(default=False)

    EVIDENCE_ERASES = ("text", "spoken_to")
    EVIDENCE_NAME = "callback__matter__number"
    EVIDENCE_RECEIPT = True
    EVIDENCE_PROMISED = Q(via=Via.SMS)

    class Meta:
        verbose_name = _("answer")
        constraints = [models.UniqueConstraint(fields=["callback", "seq"], name="answer_once")]
        indexes = [
            models.Index(
                fields=["callback"], condition=Q(counts_instead=True), name="answer_instead"
            )
        ]

    def __str__(self) -> str:
        return f"{self.callback_id}/{self.seq} {self.satisfaction}"


class AnswerLink(Evidenced):
    """A link that answers one callback once; only the digest of its token is kept."""

    callback = models.ForeignKey(Callback, models.PROTECT, related_name="+", db_index=False)
    token_digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    EVIDENCE_NAME = "callback__matter__number"
    EVIDENCE_LABEL = _("answer link")
    EVIDENCE_PROMISED = Q(used_at__isnull=False)

    def __str__(self) -> str:
        return f"link to {self.callback_id}"


class QualityCheck(Evidenced):
    """One answered call that chance picked: to be checked against the script, or asked again.

    ``items`` holds what was found: met, not met or does not apply; or, for a blind re-call,
    which answers agree. ``score`` is from 0 to 1.
    """

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="checks", db_index=False)
    callback = models.ForeignKey(Callback, models.PROTECT, related_name="checks")
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    lease_until = models.DateTimeField(null=True)
    items = models.JSONField(default=dict)
    score = models.FloatField(null=True)
    at = models.DateTimeField(null=True)
    answer = models.ForeignKey(Answer, models.PROTECT, null=True, related_name="+", db_index=False)

    EVIDENCE_EXCEPT = {"lease_until": "who has it in hand for the moment"}
    EVIDENCE_HELD = {"lease_until": by_rule("callback.lease")}
    EVIDENCE_NAME = "callback__matter__number"

    class Meta:
        verbose_name = _("quality check")
        constraints = [models.UniqueConstraint(fields=["draw", "callback"], name="check_once")]
        indexes = [
            models.Index(fields=["draw", "id"], condition=Q(at__isnull=True), name="check_waiting")
        ]

    def __str__(self) -> str:
        return f"check of {self.callback_id}"


class DayClosure(AppendOnly):
    """A day that its duty leader signed off; chained, so that a changed one shows."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+", db_index=False)
    date = models.DateField(_("day"))
    closed_at = models.DateTimeField(_("signed"))
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    counts = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    EVIDENCE_NAME = "unit__code date"

    class Meta:
        verbose_name = _("signed day")
        constraints = [models.UniqueConstraint(fields=["unit", "date"], name="day_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.date}"


class Carried(AppendOnly):
    """What a signed day left open: why, and who owns it from now on."""

    closure = models.ForeignKey(DayClosure, models.PROTECT, related_name="carried")
    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="+")
    callback = models.ForeignKey(Callback, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300)
    new_unit = models.ForeignKey("places.Unit", models.PROTECT, null=True, related_name="+")
    new_account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("matter carried over")

    def __str__(self) -> str:
        return f"{self.matter_id} carried from {self.closure_id}"


class DayLeftOpen(AppendOnly):
    """That a day stood unsigned when the night came, and what was open then."""

    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+", db_index=False)
    date = models.DateField(_("day"))
    noticed_at = models.DateTimeField()
    counts = models.JSONField()

    EVIDENCE_NAME = "unit__code date"
    EVIDENCE_LABEL = _("day left open")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "date"], name="left_open_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.date}"
