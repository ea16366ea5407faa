"""Tables of the core. Only ``actions`` and ``intake`` write them, always through ``ledger``."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced
from anmin.matters.asked_models import ApprovalRequest as ApprovalRequest
from anmin.matters.asked_models import Reaction as Reaction
from anmin.matters.bookkeeping_models import Cursor as Cursor
from anmin.matters.bookkeeping_models import NumberSeries as NumberSeries
from anmin.matters.bookkeeping_models import WordRow as WordRow
from anmin.matters.categories import Category, categories
from anmin.matters.clock import GIVEN_UP
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import LIVE, STAGE_LABELS, Stage, Text
from anmin.matters.follow_models import FollowCode as FollowCode
from anmin.matters.handout_models import HandOut as HandOut
from anmin.matters.kind import Kind
from anmin.matters.outcome import outcome_choices
from anmin.matters.party_models import Party as Party
from anmin.matters.registry import kind_choices, kind_of
from anmin.matters.retention_models import Anonymised as Anonymised
from anmin.matters.retention_models import LegalHold as LegalHold
from anmin.matters.reward_models import Reward as Reward
from anmin.matters.sealed_models import Confider as Confider
from anmin.matters.sealed_models import SealedFacts as SealedFacts
from anmin.matters.sealed_models import SealKey as SealKey

AFTER_CALLBACK = "callback"
"""The source of what the house opens after a citizen's answer."""


def stage_choices() -> list[tuple[str, Text]]:
    """The six stages with their words."""
    return [(stage.value, label) for stage, label in STAGE_LABELS.items()]


class Matter(models.Model):
    """One thing that somebody brought, or was promised, with its owner and its deadline.

    ``outcome`` is what its unit says became of it, ``reopened`` counts how often it went on after
    its end, and ``parent`` is the matter that this order was given from. ``version`` counts its
    entries and ``head`` is the hash of the last one. ``facts_at`` tells
    how new the outside facts are and ``facts_digest`` what they were; both are bookkeeping of
    the import, not history.
    """

    number = models.CharField(_("number"), max_length=32)
    kind = models.CharField(_("kind"), max_length=32, choices=kind_choices)
    state = models.CharField(_("state"), max_length=32)
    stage = models.CharField(_("stage"), max_length=12, choices=stage_choices)
    source = models.CharField(_("source"), max_length=48)
    external_id = models.CharField(_("outside number"), max_length=64, null=True)  # noqa: DJ001
    category = models.CharField(_("category"), max_length=32)
    area = models.ForeignKey("places.Area", models.PROTECT, null=True, db_index=False)
    unit = models.ForeignKey("places.Unit", models.PROTECT, null=True, db_index=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    summary = models.CharField(_("summary"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    details = models.JSONField(default=dict)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True)
    outcome = models.CharField(
        _("outcome"), max_length=12, choices=outcome_choices, blank=True, default="", db_default=""
    )
    reopened = models.PositiveSmallIntegerField(_("reopened"), default=0, db_default=0)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", db_index=False
    )
    due_at = models.DateTimeField(_("due"), null=True)
    facts_at = models.DateTimeField(null=True)
    facts_digest = models.BinaryField(max_length=16, null=True)
    version = models.PositiveIntegerField(default=0)
    head = models.BinaryField(max_length=32, default=bytes)

    NO_EVIDENCE = "its entries have evidence, and the row is what they replay to (verify.py)"

    class Meta:
        verbose_name = _("matter")
        constraints = [
            # Not ``unique``: on PostgreSQL that brings a second index, for LIKE, that nobody uses.
            models.UniqueConstraint(fields=["number"], name="matter_number_once"),
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(external_id__isnull=False),
                name="matter_outside_number",
            ),
        ]
        indexes = [
            models.Index(F("opened_at").desc(), F("id").desc(), name="matter_newest"),
            models.Index("unit", F("opened_at").desc(), F("id").desc(), name="matter_unit_newest"),
            models.Index(
                "category", F("opened_at").desc(), F("id").desc(), name="matter_category_newest"
            ),
            models.Index(
                fields=["due_at", "id"], condition=Q(closed_at__isnull=True), name="matter_live_due"
            ),
            models.Index(
                fields=["unit", "due_at", "id"],
                condition=Q(closed_at__isnull=True),
                name="matter_unit_live_due",
            ),
            models.Index(
                fields=["assignee", "due_at"],
                condition=Q(assignee__isnull=False),
                name="matter_assignee_due",
            ),
            models.Index(
                fields=["parent"], condition=Q(parent__isnull=False), name="matter_parent"
            ),
            models.Index("kind", F("opened_at").desc(), F("id").desc(), name="matter_kind_newest"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def type(self) -> Kind:
        """The kind as declared."""
        return kind_of(self.kind)

    @property
    def facts(self) -> MatterFacts:
        """What declarations read of it."""
        return MatterFacts(self.category, self.state, self.details, self.opened_at, self.reopened)

    @property
    def topic(self) -> Category | None:
        """What it is about."""
        return categories().get(self.category)

    @property
    def headline(self) -> str:
        """It in one line; what the house wrote itself is said anew in the reader's language."""
        made = self.type.headline
        if made is None or self.source != AFTER_CALLBACK:
            return self.summary
        return self.summary if get_language() == settings.LANGUAGE_CODE else made(self.details)

    @property
    def state_label(self) -> Text:
        """The word people see for its state."""
        return self.type.flow.state(self.state).label

    @property
    def outside_number(self) -> str:
        """Its number in the system that it came from; what was opened here has none."""
        return (self.external_id or "") if self.facts_at else ""

    @property
    def live(self) -> bool:
        """Someone still owes something."""
        return Stage(self.stage) in LIVE

    @property
    def takes_confided(self) -> bool:
        """Whether whoever confided it may add to it: as long as somebody works on it."""
        return self.live and self.type.confided is not None


class Entry(Evidenced):
    """One line of a matter's history: timeline, audit and outbox at once. Never edited."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="entries", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    actor_label = models.CharField(max_length=64)
    actor_role = models.CharField(max_length=16)
    action = models.CharField(max_length=32)
    from_state = models.CharField(max_length=32, blank=True)
    to_state = models.CharField(max_length=32)
    note = models.TextField(blank=True)
    public = models.BooleanField(default=False)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=64, null=True)  # noqa: DJ001
    hash = models.BinaryField(max_length=32)

    EVIDENCE_EXCEPT = dict.fromkeys(
        (
            *("at", "actor_label", "actor_role", "action", "from_state", "to_state"),
            *("note", "public", "payload"),
        ),
        "the hash covers it",
    )
    EVIDENCE_NAME = "matter__number"

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.UniqueConstraint(fields=["matter", "seq"], name="entry_once"),
            models.UniqueConstraint(
                fields=["matter", "key"], condition=Q(key__isnull=False), name="entry_key_once"
            ),
        ]
        indexes = [
            # A day's hand-overs, and what people opened; nothing that an import writes is in them.
            models.Index(fields=["at"], condition=Q(action="assign"), name="entry_handed_on"),
            models.Index(
                fields=["at"], condition=Q(action="open", public=True), name="entry_opened_by_hand"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id}/{self.seq} {self.action}"


class Deadline(models.Model):
    """One promise of one matter, with the rule it came from; met, running or missed.

    ``provisional`` tells that a year without announced holidays went into the reckoning.
    ``held_by`` is the unit that answers for it, if it handed the matter on too late (ADR 0049).
    ``extended`` (``rule@day``, a line each), ``paused_at`` and ``stood`` tell what moved it, ``missed``
    how often it was broken before it started anew, ``ended`` how it ended unmet, ``named_at`` the
    deadline by a fact: see ``clock.Running``.
    """

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="deadlines", db_index=False)
    clock = models.CharField(max_length=32)
    rule = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)
    held_by = models.ForeignKey(
        "places.Unit", models.PROTECT, null=True, related_name="+", db_index=False
    )
    extended = models.TextField(blank=True, default="", db_default="")
    paused_at = models.DateTimeField(null=True)
    stood = models.PositiveIntegerField(default=0, db_default=0)
    missed = models.PositiveSmallIntegerField(default=0, db_default=0)
    ended = models.CharField(max_length=8, blank=True, default="", db_default="")
    named_at = models.DateTimeField(null=True)

    NO_EVIDENCE = "the entries of its matter replay to it (verify.py)"
    RUNS = Q(met_at=None, paused_at=None)
    """Neither met nor standing still."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "clock"], name="deadline_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(provisional=True), name="deadline_provisional"
            ),
            # What a day met after its time; few of all deadlines are.
            models.Index(
                fields=["met_at"], condition=Q(met_at__gt=F("due_at")), name="deadline_met_late"
            ),
            models.Index(fields=["met_at"], condition=Q(ended=GIVEN_UP), name="deadline_given_up"),
            models.Index(
                fields=["held_by"], condition=Q(held_by__isnull=False), name="deadline_held_by"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id}/{self.clock}"


class Contact(Evidenced):
    """Who can be reached about a matter: sealed, found only by a keyed index of the phone.

    ``fingerprint`` is a keyed digest that tells whether an import brought something new.
    """

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="contact")
    sealed = models.BinaryField()
    phone_index = models.BinaryField(max_length=16, null=True, db_index=True)
    fingerprint = models.BinaryField(max_length=16)

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("contact of a matter")

    def __str__(self) -> str:
        return f"contact of {self.matter_id}"


class FurtherPhone(Evidenced):
    """A number by which a matter is found besides the first of its contact."""

    matter = models.ForeignKey(
        Matter, models.PROTECT, related_name="further_phones", db_index=False
    )
    phone_index = models.BinaryField(max_length=16, db_index=True)

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("further number of a contact")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "phone_index"], name="further_phone_once")
        ]

    def __str__(self) -> str:
        return f"further phone of {self.matter_id}"


class LaterContact(Evidenced):
    """A contact that was named after the first: kept beside it, or the first before it was renewed.

    ``standing``: ``beside`` (it came when a callback rested on the first, which stays),
    ``second`` (a unit had named it first, and it is called after the one that the record named),
    ``unit`` (somebody whose unit is rated named it beside the record's: it is not called),
    ``renewed`` (it was the first until the system of record named another, before anybody was to
    be called), ``wrong`` (it was the first until somebody put it right by hand) or ``undone`` (the
    import that brought it was undone). ``run`` is that import.
    """

    BESIDE, SECOND, UNIT = "beside", "second", "unit"
    RENEWED, WRONG, UNDONE = "renewed", "wrong", "undone"
    CALLED = (BESIDE, SECOND)
    HEARD = (*CALLED, WRONG)
    """What says nothing new when the system of record repeats it."""
    HEARD_OF_UNITS = (*HEARD, UNIT)
    """What says nothing new when a unit's file repeats it."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="later_contacts")
    at = models.DateTimeField()
    run = models.BigIntegerField(null=True)
    standing = models.CharField(max_length=8)
    sealed = models.BinaryField()
    phone_index = models.BinaryField(max_length=16, null=True)
    fingerprint = models.BinaryField(max_length=16)

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("later contact of a matter")

    def __str__(self) -> str:
        return f"{self.standing} contact of {self.matter_id}"


class Link(Evidenced):
    """Two matters that belong together: ``matter`` —relation→ ``other``.

    ``sealed`` hides the link from the unit (an unhappy citizen who did not consent).
    """

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="links")
    relation = models.CharField(max_length=16)
    other = models.ForeignKey(Matter, models.PROTECT, related_name="linked_from")
    sealed = models.BooleanField(default=False)

    EVIDENCE_NAME = "matter__number"
    EVIDENCE_LABEL = _("link between matters")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "relation", "other"], name="link_once"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.relation} {self.other_id}"


# The columns of a matter that its entries must be able to rebuild (with state and details).
SNAPSHOT: tuple[str, ...] = (
    "number",
    "kind",
    "source",
    "external_id",
    "category",
    "area_id",
    "unit_id",
    "assignee_id",
    "summary",
    "place",
    "longitude",
    "latitude",
    "opened_at",
    "closed_at",
)

# What most matters never have: told by the entry that sets it, and this until then.
SET_LATER: Mapping[str, Any] = {"outcome": "", "reopened": 0, "parent_id": None}
