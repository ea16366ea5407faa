"""Reading property: lists by keyset, one item with its whole story, what waits for whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from anmin.matters.models import Matter
from anmin.matters.policy import in_scope
from anmin.people.counting import counted
from anmin.people.models import Account
from anmin.people.policy import Capability, can, capability_table, unit_scope
from anmin.property import clocks, owner_secrets, policy, words
from anmin.property.models import Decision, Handover, Loss, ReturnEvent
from anmin.property.titles import Title, claims_of, title_of
from anmin.registers.holders import Hand, Holder
from anmin.registers.models import Item, Step, Store
from anmin.registers.queries import holders_of, steps_of, words_for
from anmin.registers.stores import open_stores, stores_kept_by

PAGE = 50
MANY = 99
"""What waits is counted up to so many."""
VIEWS = ("", "take_in", "late", "decide", "over", "ended", "all")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items a list is to show."""

    view: str = ""
    sort: str = ""
    procedure: str = ""
    words: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: the item, who has it, and what is late about it."""

    item: Item
    holder: str
    late: bool
    over: bool
    waits: bool

    @property
    def title(self) -> str:
        """What it is, with its brand and colour."""
        facts = self.item.details
        colour = words.colours().get(facts.get("colour", ""))
        parts = (facts.get("title"), facts.get("brand"), colour.label if colour else "")
        return " · ".join(one for one in parts if one)

    @property
    def value(self) -> str:
        """What it is worth, in yuan."""
        found = self.item.details.get("value")
        return "" if found is None else words.yuan(found)

    @property
    def procedure(self) -> str:
        """By which law its case goes."""
        found = words.procedures().get(self.item.details.get("procedure", ""))
        return found.label if found else ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list; ``older`` opens the next."""

    rows: list[Row]
    older: str = ""


def items(account: Account, wanted: Wanted) -> Page:
    """Items that this person may see, the newest first. Four queries, however many there are."""
    rows = _narrowed(account, wanted).order_by("-entered_at", "-pk")
    if (at := _cursor(wanted.after)) is not None:
        moment, pk = at
        rows = rows.filter(Q(entered_at__lt=moment) | Q(entered_at=moment, pk__lt=pk))
    found = list(rows.select_related("unit")[: PAGE + 1])
    shown, now = found[:PAGE], timezone.now()
    held = {pk: several[0].who for pk, several in holders_of(shown).items()}
    called = words_for(held.values(), shown[0].type) if shown else {}
    waiting = set(
        Decision.objects.filter(item__in=shown, agreed=None).values_list("item_id", flat=True)
    )
    lines = [
        Row(
            one,
            called[str(held[one.pk])] if one.pk in held else "",
            clocks.custody(one).late(now),
            one.standing.live and clocks.over(one),
            one.pk in waiting,
        )
        for one in shown
    ]
    last = shown[-1] if len(found) > PAGE else None
    return Page(lines, f"{last.entered_at.isoformat()}_{last.pk}" if last else "")


def _narrowed(account: Account, wanted: Wanted) -> QuerySet[Item]:
    rows = policy.visible(account)
    live = rows.filter(ended_at=None)
    match wanted.view:
        case "take_in":
            rows = live.filter(state="seized")
        case "late":
            rows = live.filter(
                state="seized", details__keep_by__lt=clocks.late_before(timezone.now())
            )
        case "decide":
            rows = live.filter(pk__in=waiting_for(account).values("item"))
        case "over":
            today = timezone.localdate().isoformat()
            rows = live.filter(details__unclaimed_from__lt=today)
        case "ended":
            rows = rows.filter(ended_at__isnull=False)
        case "all":
            pass
        case _:
            rows = live
    if wanted.sort:
        rows = rows.filter(details__sort=wanted.sort)
    if wanted.procedure:
        rows = rows.filter(details__procedure=wanted.procedure)
    for word in wanted.words.split()[:5]:
        rows = rows.filter(
            Q(number__icontains=word)
            | Q(details__title__icontains=word)
            | Q(details__brand__icontains=word)
            | Q(details__serials__icontains=word)
            | Q(details__case_number__icontains=word)
        )
    return rows


def waiting_for(account: Account) -> QuerySet[Decision]:
    """The requests that this person may answer, those about own cases aside (``may_decide`` says)."""
    rows: QuerySet[Decision] = Decision.objects.filter(agreed=None)
    if not can(account, Capability.DECIDE_PROPERTY):
        return rows.none()
    sorts = [sort for sort, roles in policy.DECIDERS.items() if account.role in roles]
    rows = rows.filter(sort__in=sorts).exclude(asked_by=account)
    return unit_scope(account).narrow(rows, "item__unit_id")


def waiting_count(account: Account) -> int:
    """How much waits for this person: requests, and things to be taken into the own stores."""
    kept = bool(stores_kept_by(account))
    taking = policy.visible(account).filter(state="seized", ended_at=None).count() if kept else 0
    asked = partial(waiting_for, account)
    return counted(account, __name__, asked, limit=MANY) + taking


def _cursor(text: str) -> tuple[datetime, int] | None:
    moment, separator, pk = text.partition("_")
    try:
        at = parse_datetime(moment)
    except ValueError:
        return None
    if not separator or at is None or at.tzinfo is None or not pk.isdecimal():
        return None
    return at, int(pk[:18])


@dataclass(frozen=True, slots=True)
class View:
    """One item as a person sees it, and what that person may do with it now."""

    item: Item
    holder: Holder | None
    steps: list[Step]
    called: Mapping[str, str]
    decisions: list[Decision]
    losses: list[Loss]
    claims: list[Matter]
    title: Title
    handover: Handover | None
    custody: clocks.Custody
    release_by: date | None
    unclaimed_from: date | None
    secrets: int
    may_work: bool
    may_open_secrets: bool
    may_open_receipt: bool
    offered: tuple[str, ...] = ()
    sorts: tuple[str, ...] = ()
    stores: list[Store] = field(default_factory=list)
    to_decide: Decision | None = None
    case_shown: bool = False

    @property
    def over(self) -> bool:
        """Whether its owner was waited for long enough."""
        return self.item.standing.live and clocks.over(self.item)

    @property
    def waiting(self) -> Decision | None:
        """The request that nobody has answered yet."""
        return next((one for one in self.decisions if one.agreed is None), None)

    @property
    def agreed(self) -> Decision | None:
        """What was agreed and not carried out yet."""
        return next((one for one in self.decisions if one.agreed and one.used_at is None), None)


def item_view(account: Account, number: str) -> View:
    """One item with its story. Raises ``NotFound``."""
    item = policy.find(account, number)
    steps = steps_of(item)
    held = holders_of([item]).get(item.pk, [])
    holder = held[0].who if held else None
    named = [Holder.read(one) for step in steps for one in (step.giver, step.taker) if one]
    people = Decision.objects.filter(item=item).select_related("asked_by", "decided_by", "ground")
    decisions = list(people)
    losses = list(Loss.objects.filter(item=item).select_related("matter", "decided_by"))
    handover = Handover.objects.filter(item=item).select_related("by", "event").first()
    waiting = next((one for one in decisions if one.agreed is None), None)
    may_work, stores = policy.may_work(account, item), _stores(account, item, holder)
    return View(
        item=item,
        holder=holder,
        steps=steps,
        called=words_for(named, item.type),
        decisions=decisions,
        losses=losses,
        claims=claims_of(item),
        title=title_of(item),
        handover=handover,
        custody=clocks.custody(item),
        release_by=parse_date(item.details.get("release_by", "")),
        unclaimed_from=clocks.unclaimed_from(item),
        secrets=owner_secrets.count_of(item),
        may_work=may_work,
        may_open_secrets=owner_secrets.may_open(account, item),
        may_open_receipt=can(account, Capability.REVEAL_CONTACT),
        offered=_offered(account, item, holder, decisions, works=may_work, takes=bool(stores)),
        sorts=_askable(item, decisions) if may_work else (),
        stores=stores,
        to_decide=waiting if waiting and policy.may_decide(account, waiting) else None,
        case_shown=item.matter is not None and in_scope(account, item.matter),
    )


def _offered(
    account: Account,
    item: Item,
    holder: Holder | None,
    decisions: list[Decision],
    *,
    works: bool,
    takes: bool,
) -> tuple[str, ...]:
    """The steps that this person can take now: who ``works`` on it, who ``takes`` it into a store."""
    found = []
    agreed = {one.sort for one in decisions if one.agreed and one.used_at is None}
    at_store = holder is not None and holder.hand is Hand.STORE
    keeps = at_store and holder is not None and policy.may_keep(account, item, holder.code)
    for step in item.type.steps:
        if item.state not in step.source:
            continue
        if step.code in policy.LEAVES:
            fits = keeps and step.code in agreed
        elif step.code in ("keep", "move", "bring_back"):
            fits = takes
        elif step.code == "extend":
            fits = works and "extend" in agreed
        else:
            fits = works
            fits = fits and not (step.code == "announce" and clocks.unclaimed_from(item))
            fits = fits and not (step.code == "unrelated" and item.details.get("unrelated_on"))
        if fits:
            found.append(step.code)
    return tuple(found)


def _stores(account: Account, item: Item, holder: Holder | None) -> list[Store]:
    """The stores into which this person can take it: the own ones, where it is not yet."""
    here = holder.code if holder is not None and holder.hand is Hand.STORE else ""
    mine = {one.code for one in stores_kept_by(account)}
    if account.username in policy.had_in_hand(item):
        return []
    return [one for one in open_stores() if one.code in mine and one.code != here]


def _askable(item: Item, decisions: list[Decision]) -> tuple[str, ...]:
    """What can be asked for now."""
    open_one = any(one.agreed is None or (one.agreed and not one.used_at) for one in decisions)
    if item.state != "kept" or open_one:
        return ()
    if not clocks.is_waited_for(item):
        return ("return", "take_out", "with_case", "destroy")
    over = clocks.over(item)
    waits = clocks.unclaimed_from(item) is not None and clocks.may_be_extended(item)
    return (
        "return",
        "take_out",
        *(("extend",) if waits else ()),
        *(("treasury",) if over else ()),
        "destroy",
    )


def open_events() -> list[ReturnEvent]:
    """The events of today and those to come: where things can be handed over."""
    return list(ReturnEvent.objects.filter(day__gte=timezone.localdate()).order_by("day")[:20])


def officers_for(account: Account) -> list[Account]:
    """Who of the own unit seizes things."""
    roles = [role for role, held in capability_table().items() if Capability.ENTER_PROPERTY in held]
    if account.unit_id is None:
        return []
    rows = Account.objects.filter(unit_id=account.unit_id, is_active=True, role__in=roles)
    return list(rows.order_by("display_name", "username"))
