"""What may be read of matters, already limited to what the reader may see."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.prepared import Prepared
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.incoming import page_link, read_page_link
from anmin.matters import limited, policy
from anmin.matters.contacts import ContactFacts, contact_of, masked
from anmin.matters.flow import Move
from anmin.matters.ledger import deadlines_of
from anmin.matters.models import Deadline, Entry, Link, Matter, Reaction
from anmin.matters.parties import PartyView, parties_of
from anmin.matters.sealed import SealedLine, lines_of
from anmin.people.models import Account
from anmin.people.policy import is_rated, unit_scope
from anmin.places.queries import directory

PAGE = 50
CHUNK = 2000
FEW_UNITS = 12
"""Up to so many units are read each from its own index; beyond, the newest of all are sifted."""
by_id = Prepared(lambda pk: Matter.objects.filter(pk=pk))
"""A matter's row by its primary key, for the house's own work: not limited to what one may see."""
_numbered = Prepared(lambda number: Matter.objects.filter(number=number), like="")
_entries = Prepared(lambda pk: Entry.objects.filter(matter_id=pk).order_by("seq"))
_links_with = Prepared(
    lambda pk: Link.objects.filter(Q(matter_id=pk) | Q(other_id=pk)).order_by("pk")
)

NAMING = frozenset({"cause", "child", "from", "into", "link"})
"""What of an entry names another matter by its number."""
VIEWS = ("live", "mine", "late", "at_risk", "unowned", "all")
SORTS = ("", "due", "-due", "opened", "-opened")
"""The orders of a list: as its view says, by the deadline, by the age; with ``-`` from the end."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list shows. ``view`` is one of ``VIEWS``; the rest narrows it; empty means any.

    An area stands for everything below it too. ``sort`` is one of ``SORTS``; what is over has no
    deadline to be sorted by.
    """

    view: str = "live"
    kind: str = ""
    stage: str = ""
    category: str = ""
    unit_id: int | None = None
    area_id: int | None = None
    since: date | None = None
    until: date | None = None
    sort: str = ""

    @property
    def order(self) -> str:
        """Live views put what is due first on top, unless told; the others put the newest there."""
        over = self.view == "all"
        if self.sort and not (over and self.by_deadline_asked):
            return self.sort
        return "-opened" if over else "due"

    @property
    def by_deadline_asked(self) -> bool:
        """Whether the order asked for is that of the deadlines."""
        return self.sort.removeprefix("-") == "due"

    @property
    def by_deadline(self) -> bool:
        """Whether the list is in the order of the deadlines."""
        return self.order.removeprefix("-") == "due"


class Line(NamedTuple):
    """One matter as a list shows it: the rest of it need not be read for a list."""

    id: int
    number: str
    kind: str
    state: str
    stage: str
    category: str
    summary: str
    place: str
    unit_id: int | None
    assignee_id: int | None
    opened_at: datetime
    due_at: datetime | None


class Resting(NamedTuple):
    """How many live matters rest on a rule, and the numbers of those that are due first."""

    total: int
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One screen of a list; the cursors open the neighbouring ones."""

    rows: list[Line]
    newer: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True)
class MatterView:
    """Everything one matter's page shows to one reader.

    ``masked`` is the contact as those may see it who could have it revealed, else empty.
    ``waits``: the next step is not the reader's unit's, which must not learn who spoke up.
    """

    matter: Matter
    entries: list[Entry]
    deadlines: list[Deadline]
    links: list[tuple[str, Matter]]
    moves: list[Move]
    has_contact: bool
    may_reveal: bool
    may_assign: bool
    may_note: bool
    masked: ContactFacts = field(default_factory=ContactFacts)
    reactions: list[Reaction] = field(default_factory=list)
    waits: bool = False
    parties: list[PartyView] = field(default_factory=list)
    sealed: list[SealedLine] = field(default_factory=list)


def matters_for(account: Account) -> QuerySet[Matter]:
    """Every matter this person may see."""
    return policy.visible(account, Matter.objects.all())


def list_matters(
    account: Account,
    filters: Filters,
    *,
    cursor: str = "",
    back: bool = False,
    limit: int = PAGE,
) -> Page:
    """A page of the list: keyset, so O(limit) at any depth. ``back`` reads towards the start.

    Names of units and people are not read with the rows: fifty joins cost more than the page.
    Raises ``Refusal`` for a cursor that was not made here.
    """
    rows = _filtered(matters_for(account), filters, account)
    column = "due_at" if filters.by_deadline else "opened_at"
    ascending = filters.order.startswith("-") == back
    if cursor:
        moment, pk = read_page_link(cursor, settings.RULES)
        sign = "gt" if ascending else "lt"
        rows = rows.filter(
            Q(**{f"{column}__{sign}": moment}) | Q(**{column: moment, f"pk__{sign}": pk}),
            **{f"{column}__{sign}e": moment},
        )
    order = (column, "pk") if ascending else (F(column).desc(), "-pk")
    page = _by_unit(rows.order_by(*order), account, filters, limit + 1)
    found = [Line._make(row) for row in page.values_list(*Line._fields)[: limit + 1]]
    more, found = len(found) > limit, found[:limit]
    if back:
        found.reverse()
    if not found:
        return Page([])
    first, last = (page_link(getattr(one, column), one.id) for one in (found[0], found[-1]))
    return Page(
        found,
        newer=first if (more if back else bool(cursor)) else "",
        older=last if (bool(cursor) if back else more) else "",
    )


def every(account: Account, filters: Filters) -> Iterator[Line]:
    """Every matter of a list in its order, read a chunk at a time: for a file of all of them."""
    rows = _filtered(matters_for(account), filters, account)
    column = "due_at" if filters.by_deadline else "opened_at"
    sign = "-" if filters.order.startswith("-") else ""
    ordered = rows.order_by(f"{sign}{column}", f"{sign}pk").values_list(*Line._fields)
    return map(Line._make, ordered.iterator(chunk_size=CHUNK))


def details_of(ids: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """The facts of matters that the caller was given already; what of them somebody sees, the face
    that shows them tells (``faces.columns``)."""
    return dict(Matter.objects.filter(pk__in=list(ids)).values_list("pk", "details"))


def counts(account: Account, *, cap: int = 10_000) -> dict[str, int]:
    """How many matters wait in each live view (``live``, ``mine``, ``late``, …), up to ``cap``."""
    mine = matters_for(account).order_by()
    return {
        view: _filtered(mine, Filters(view=view), account)[:cap].count()
        for view in VIEWS
        if view != "all"
    }


def debts_of(account: Account) -> Q:
    """What counts as late or soon due for a reader: a rated unit owes nothing that waits for the
    inspectorate."""
    return ~policy.waiting_elsewhere() if is_rated(account) else Q()


def waiting_among(account: Account, matters: Iterable[Matter | Line]) -> frozenset[int]:
    """Which of these wait for the inspectorate and are no debt of this reader's unit."""
    waiting = policy.kinds_elsewhere()
    keys = [one.id for one in matters if one.kind in waiting]
    if not keys or not is_rated(account):
        return frozenset()
    rows = Matter.objects.filter(policy.waiting_elsewhere(), pk__in=keys)
    return frozenset(rows.values_list("pk", flat=True))


def due_between(after: datetime, until: datetime) -> QuerySet[Matter]:
    """Every live matter whose deadline lies after the one moment and not after the other.

    For the house's own jobs: not limited to what somebody may see.
    """
    return Matter.objects.filter(
        closed_at__isnull=True, due_at__gt=after, due_at__lte=until
    ).order_by("due_at", "id")


def open_by_rule(rules: Mapping[str, datetime], *, limit: int = 20) -> dict[str, Resting]:
    """Live matters with a running deadline by these rules, begun at or after the moment of each.

    For the house's own jobs: not limited to what somebody may see.
    """
    found = {}
    for rule, since in sorted(rules.items()):
        rows = Deadline.objects.filter(
            rule=rule, met_at=None, started_at__gte=since, matter__closed_at=None
        ).order_by("due_at", "pk")
        numbers = tuple(rows.values_list("matter__number", flat=True)[:limit])
        found[rule] = Resting(rows.count() if len(numbers) == limit else len(numbers), numbers)
    return found


def may_see(account: Account, matter: Matter) -> bool:
    """Whether this person may see this matter."""
    return policy.in_scope(account, matter)


def find_matter(account: Account, number: str) -> Matter:
    """One matter by its reference number, or ``NotFound`` (also when it may not be seen).

    Without the facts that this reader does not see.
    """
    found = _numbered.one(number)
    if found is None or not policy.in_scope(account, found):
        raise NotFound(_("There is no such matter, or you may not see it."))
    return limited.shown(account, found)


def matter_view(account: Account, number: str) -> MatterView:
    """One matter's page. At most nine queries, however long its history."""
    matter = find_matter(account, number)
    scope_all = policy.sees_sealed_links(account)
    may_reveal = policy.may_reveal(account, matter)
    contact, entries = contact_of.one(matter.pk), _entries(matter.pk)
    questions = {move.code for move in matter.type.flow.moves if move.asks}
    asked = any(entry.action in questions for entry in entries)
    kept = _kept(account, entries)
    deadlines = limited.shown_deadlines(account, matter, entries, deadlines_of(matter.pk))
    return MatterView(
        matter=matter,
        entries=limited.shown_entries(account, matter, entries, kept),
        deadlines=deadlines,
        links=_links(account, matter, sealed_too=scope_all),
        moves=policy.moves_for(account, matter),
        has_contact=contact is not None,
        may_reveal=may_reveal,
        may_assign=policy.may_assign(account, matter),
        may_note=policy.may_note(account, matter),
        masked=masked(contact, number=matter.number) if contact and may_reveal else ContactFacts(),
        reactions=list(matter.reactions.order_by("-asked_at")) if asked else [],
        waits=not scope_all and policy.waits_elsewhere(matter),
        parties=parties_of(account, matter),
        sealed=lines_of(account, matter),
    )


def _links(account: Account, matter: Matter, *, sealed_too: bool) -> list[tuple[str, Matter]]:
    """What a matter belongs together with, without what is kept from the reader.

    Most have nothing: the others are read only then.
    """
    told = [
        (one.relation, one.other_id)
        if one.matter_id == matter.pk
        else (f"{one.relation}:back", one.matter_id)
        for one in _links_with(matter.pk)
        if sealed_too or not one.sealed
    ]
    if not told:
        return []
    rows = policy.not_kept_from(account, Matter.objects.filter(pk__in={pk for _of, pk in told}))
    others = {one.pk: limited.shown(account, one) for one in rows}
    return [(relation, others[pk]) for relation, pk in told if pk in others]


def _kept(account: Account, entries: Iterable[Entry]) -> frozenset[str]:
    """The numbers of matters that entries name and that are kept from the reader."""
    numbers: set[str] = set()
    for entry in entries:
        told = entry.payload.get("told") or {}
        for name in NAMING & told.keys():
            value = told[name]
            numbers.update(
                [value] if isinstance(value, str) else value[1:] if name == "link" else []
            )
    if not numbers:
        return frozenset()
    rows = Matter.objects.filter(number__in=numbers)
    seen = policy.not_kept_from(account, rows).values("pk")
    return frozenset(rows.exclude(pk__in=seen).values_list("number", flat=True))


def at_risk_before() -> datetime:
    """Live deadlines before this moment are at risk, or already late."""
    period: timedelta = settings.RULES.get("deadline.at_risk", timezone.localdate()).duration
    return timezone.now() + period


def _by_unit(
    rows: QuerySet[Matter], account: Account, filters: Filters, limit: int
) -> QuerySet[Matter]:
    """The same page of a list by age, read from each unit's own index where there are a few.

    One index range is in order, several together are not: the database would sort everything
    that these units ever had. What is live is little enough to sort.
    """
    scope = unit_scope(account)
    few = not scope.everything and 1 < len(scope.unit_ids) <= FEW_UNITS
    if filters.view != "all" or filters.unit_id or not few:
        return rows
    first, *more = (
        Matter.objects.filter(pk__in=rows.filter(unit_id=unit_id).values("pk")[:limit])
        .order_by()
        .values("pk")
        for unit_id in sorted(scope.unit_ids)
    )
    return Matter.objects.filter(pk__in=first.union(*more, all=True)).order_by(*rows.query.order_by)


def _filtered(rows: QuerySet[Matter], filters: Filters, account: Account) -> QuerySet[Matter]:
    if filters.view not in VIEWS:
        raise Refusal(_("There is no such list."), field="view")
    if filters.view in ("late", "at_risk"):
        rows = rows.filter(debts_of(account))
    return rows.filter(**_of_view(filters.view, account), **_narrowing(filters))


def _of_view(view: str, account: Account) -> dict[str, Any]:
    """The conditions of one of ``VIEWS``."""
    conditions: dict[str, Any] = {}
    if view != "all":
        conditions = {"closed_at__isnull": True, "due_at__isnull": False}
    if view == "mine":
        conditions["assignee"] = account
    elif view == "unowned":
        conditions["assignee__isnull"] = True
    elif view == "late":
        conditions["due_at__lt"] = timezone.now()
    elif view == "at_risk":
        conditions |= {"due_at__gte": timezone.now(), "due_at__lt": at_risk_before()}
    return conditions


def _narrowing(filters: Filters) -> dict[str, Any]:
    """The conditions that narrow a view."""
    conditions: dict[str, Any] = {
        name: getattr(filters, name)
        for name in ("kind", "stage", "category", "unit_id")
        if getattr(filters, name)
    }
    if filters.area_id:
        conditions["area_id__in"] = directory().areas_below(filters.area_id)
    zone = timezone.get_default_timezone()
    if filters.since:
        conditions["opened_at__gte"] = datetime.combine(filters.since, time.min, zone)
    if filters.until:
        end = filters.until + timedelta(days=1)
        conditions["opened_at__lt"] = datetime.combine(end, time.min, zone)
    return conditions
