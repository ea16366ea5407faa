"""Tables of the registers room. Steps are only ever added; items and holdings follow from them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import AppendOnly, Evidenced
from anmin.kernel.bilingual import english
from anmin.registers.declaration import Register, Standing, register_of
from anmin.registers.holders import Holder


class Store(Evidenced):
    """A place where things are kept, and the unit that runs it."""

    code = models.SlugField(_("code"), max_length=24, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(_("closed"), null=True)

    EVIDENCE_NAME = "code"

    class Meta:
        verbose_name = _("storage place")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name_en if english() and self.name_en else self.name


class Keeper(Evidenced):
    """Who keeps a store, since when and until when; named by somebody else."""

    store = models.ForeignKey(Store, models.PROTECT, related_name="keepers")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    named_at = models.DateTimeField(_("named"))
    ended_at = models.DateTimeField(_("ended"), null=True)

    EVIDENCE_NAME = "store__code account__username"

    class Meta:
        verbose_name = _("keeper of a store")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "account"], condition=Q(ended_at=None), name="keeper_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.store_id}/{self.account_id}"


class Item(Evidenced):
    """One thing, or one stock of things, as its steps have made it.

    ``details`` are the facts of its register; ``ended_at`` is set while nobody here answers for it.
    """

    register = models.CharField(max_length=24)
    number = models.CharField(_("number"), max_length=32, unique=True)
    state = models.CharField(_("state"), max_length=16)
    unit = models.ForeignKey("places.Unit", models.PROTECT, related_name="+")
    area = models.ForeignKey("places.Area", models.PROTECT, null=True, related_name="+")
    matter = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="+")
    details = models.JSONField(default=dict)
    entered_at = models.DateTimeField(_("entered"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    version = models.PositiveIntegerField(default=1)

    EVIDENCE_NAME = "number"

    class Meta:
        verbose_name = _("item of a register")
        ordering = ("-entered_at", "-pk")
        indexes = [
            models.Index(fields=["register", "-entered_at", "-id"], name="item_newest"),
            models.Index(fields=["register", "state", "-entered_at"], name="item_by_state"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def type(self) -> Register:
        """The register that it stands in."""
        return register_of(self.register)

    @property
    def standing(self) -> Standing:
        """Its state."""
        return self.type.states[self.state]


class Holding(Evidenced):
    """How much of an item somebody has. Never less than nothing; of a single item one has it all."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="holdings")
    holder = models.CharField(max_length=80)
    amount = models.PositiveIntegerField()

    EVIDENCE_NAME = "item__number"

    class Meta:
        verbose_name = _("what somebody has of an item")
        constraints = [
            models.UniqueConstraint(fields=["item", "holder"], name="holding_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="holding_is_something"),
        ]
        indexes = [models.Index(fields=["holder"], name="holding_by_holder")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.holder} {self.amount}"

    @property
    def who(self) -> Holder:
        """Who has it."""
        return Holder.read(self.holder)


class Step(AppendOnly):
    """One step with an item: what was done, by whom, and what went from whose hands into whose.

    ``at`` is when it happened, ``recorded_at`` when it was written down. ``facts`` are those that it
    brought. ``key`` makes it safe to repeat.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="steps")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    code = models.CharField(max_length=24)
    state = models.CharField(max_length=16)
    giver = models.CharField(max_length=80, blank=True)
    taker = models.CharField(max_length=80, blank=True)
    amount = models.PositiveIntegerField(default=0)
    facts = models.JSONField(default=dict)
    note = models.CharField(max_length=1000, blank=True)
    key = models.CharField(max_length=96, unique=True)

    EVIDENCE_NAME = "item__number"

    class Meta:
        verbose_name = _("step of an item")
        ordering = ("seq",)
        constraints = [models.UniqueConstraint(fields=["item", "seq"], name="item_step_once")]

    def __str__(self) -> str:
        return f"{self.item_id}/{self.seq} {self.code}"
