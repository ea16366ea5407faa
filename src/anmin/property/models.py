"""Tables of the property room: what stands beside the items of its register (``registers``)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import AppendOnly, Evidenced
from anmin.kernel.bilingual import english


class OwnerSecret(Evidenced):
    """A question that only the owner can answer, with the answer; sealed, and never public."""

    item = models.ForeignKey("registers.Item", models.PROTECT, related_name="owner_secrets")
    seq = models.PositiveSmallIntegerField()
    sealed = models.BinaryField(default=bytes)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    EVIDENCE_NAME = "item__number"

    class Meta:
        verbose_name = _("question to the owner")
        ordering = ("seq",)
        constraints = [models.UniqueConstraint(fields=["item", "seq"], name="owner_secret_once")]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.seq}"


class Sort(models.TextChoices):
    """What is asked for, and needs another person's word."""

    TAKE_OUT = "take_out", _("Take it out of the store")
    RETURN = "return", _("Give it back to its owner")
    EXTEND = "extend", _("Wait longer for its owner")
    TREASURY = "treasury", _("Hand it over to the treasury")
    WITH_CASE = "with_case", _("Hand it over with the case")
    DESTROY = "destroy", _("Destroy it")


class Decision(Evidenced):
    """One request about an item, and what another person said to it.

    ``ground`` is the reported loss or the claim by which it goes back. ``agreed`` is empty while
    nobody has answered; ``used_at`` is when the step was taken that it allowed.
    """

    item = models.ForeignKey("registers.Item", models.PROTECT, related_name="decisions")
    sort = models.CharField(max_length=12, choices=Sort)
    ground = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    reason = models.CharField(max_length=1000)
    key = models.CharField(max_length=64, unique=True)
    agreed = models.BooleanField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    answer = models.CharField(max_length=1000, blank=True)
    used_at = models.DateTimeField(_("carried out"), null=True)

    EVIDENCE_NAME = "item__number"

    class Meta:
        verbose_name = _("decision on an item")
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(agreed=None) | Q(agreed=True, used_at=None),
                name="one_decision_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.sort}"


class Loss(Evidenced):
    """A reported loss that somebody compared with an item, and what he or she found.

    ``reasons`` are those that the program gave when it was decided, with ``score``. ``holds``: it is
    the thing that was lost. ``told_at``: when the owner was told.
    """

    item = models.ForeignKey("registers.Item", models.PROTECT, related_name="losses")
    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    holds = models.BooleanField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"))
    reason = models.CharField(max_length=1000)
    told_at = models.DateTimeField(_("owner told"), null=True)

    EVIDENCE_NAME = "item__number"

    class Meta:
        verbose_name = _("loss compared with an item")
        ordering = ("-decided_at", "-pk")
        constraints = [models.UniqueConstraint(fields=["item", "matter"], name="loss_once")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.matter_id}"


class ReturnEvent(Evidenced):
    """A day on which many things go back together."""

    code = models.SlugField(_("code"), max_length=32, unique=True)
    title_zh = models.CharField(_("title in Chinese"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120)
    day = models.DateField(_("day"))
    place = models.CharField(_("place"), max_length=120)
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    EVIDENCE_NAME = "code"

    class Meta:
        verbose_name = _("return event")
        ordering = ("-day", "-pk")

    def __str__(self) -> str:
        return self.title_en if english() else self.title_zh


class Handover(AppendOnly):
    """An item that went back: to whom (sealed), by which decision, at which event, worth how much."""

    item = models.OneToOneField("registers.Item", models.PROTECT, related_name="handover")
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="handover")
    event = models.ForeignKey(
        ReturnEvent, models.PROTECT, null=True, related_name="handovers", db_index=True
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    relation = models.CharField(max_length=16)
    receiver = models.BinaryField(default=bytes)
    sort = models.CharField(max_length=24)
    value = models.PositiveBigIntegerField()

    EVIDENCE_ERASES = ("receiver",)
    EVIDENCE_NAME = "item__number"

    class Meta:
        verbose_name = _("return of an item")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return str(self.item_id)
