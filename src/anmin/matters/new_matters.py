"""Matters seen for the first time, laid out as plain rows and written table by table.

This is the one place that is written for speed: a million incidents come through it. It does
what ``ledger.append`` does for one matter, with the same hash, clocks and payload; the tests hold
the two against each other by replaying what it wrote.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import itemgetter
from typing import Any

import orjson
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from anmin.kernel import chain
from anmin.kernel.chain import stamp
from anmin.kernel.errors import Refusal
from anmin.matters import bulk
from anmin.matters.bringing import UNHEARD, Bringing
from anmin.matters.clock import tick
from anmin.matters.contacts import encrypted, further_indexes
from anmin.matters.fact_types import FactType, typed_facts
from anmin.matters.facts import MatterFacts
from anmin.matters.kind import Details, Kind
from anmin.matters.ledger import entry_hash
from anmin.matters.models import SNAPSHOT, Contact, Deadline, Entry, FurtherPhone, Matter
from anmin.matters.numbers import take_numbers
from anmin.matters.observation import Observation
from anmin.matters.owning import require_owner
from anmin.matters.reckoning import reckoner
from anmin.matters.registry import kind_of
from anmin.matters.steps import require_guards
from anmin.places.models import Area
from anmin.places.queries import Directory, directory

MATTER_COLUMNS = (
    "id",
    *SNAPSHOT,
    *("state", "stage", "details", "due_at", "facts_at", "facts_digest", "version", "head"),
)
ENTRY_COLUMNS = (
    *("matter_id", "seq", "at", "actor_id", "actor_label", "actor_role", "action"),
    *("from_state", "to_state", "note", "public", "payload", "key", "hash"),
)
DEADLINE_COLUMNS = ("matter_id", "clock", "rule", "started_at", "due_at", "met_at", "provisional")
CONTACT_COLUMNS = ("matter_id", "sealed", "phone_index", "fingerprint")
Row = tuple[Any, ...]
_snapshot = itemgetter(*SNAPSHOT)


def open_many(observations: Sequence[Observation], by: Bringing) -> list[int | str]:
    """Open a matter for each observation: its primary key, or why it was refused.

    Inside a transaction. A handful of statements, however many observations.
    """
    results: list[int | str] = []
    good: list[tuple[Observation, dict[str, Any], int | None]] = []
    owners = _owners()
    for one in observations:
        declared = kind_of(one.kind)
        try:
            details = checked_details(declared, one.known_details())
            require_asked(declared, details)
            require_guards(
                declared.opens_if,
                MatterFacts(one.category, declared.flow.start, details, one.opened_at),
            )
        except Refusal as refusal:
            results.append(str(refusal))
            continue
        if by.bounds and (reason := by.bounds.refuse_new(one, _proven(declared, one, details))):
            results.append(reason)
        else:
            good.append((one, details, one.unit_id or _owner(owners, one.kind, one.area_id)))
            results.append(0)
    years = _years([one.opened_at for one, *_ in good])
    series = [(kind_of(one.kind).prefix, year) for (one, *_), year in zip(good, years, strict=True)]
    numbers = _numbers(series)
    ids = list(bulk.take_ids(Matter, len(good)))
    press = _Press(by, timezone.now())
    for (one, details, unit), pk, which in zip(good, ids, series, strict=True):
        press.add(one, details, unit, pk, next(numbers[which]))
    press.write()
    made = iter(ids)
    return [next(made) if result == 0 else result for result in results]


def checked_details(declared: Kind, details: dict[str, Any]) -> dict[str, Any]:
    """Details as ``Kind.clean`` keeps them, checked but not built anew. Raises ``Refusal``."""
    model = declared.details
    # As text they would be taken, and kept as text.
    if any(isinstance(details.get(name), str) for name in _figure_fields(model)):
        return declared.clean(details)
    try:
        model.__pydantic_validator__.validate_python(details)
    except ValidationError:
        return declared.clean(details)
    for name in _moment_fields(model):
        text = details.get(name)
        if text is not None and text.endswith("+00:00"):
            details[name] = f"{text[:-6]}Z"
    return details


def require_asked(declared: Kind, details: Mapping[str, Any]) -> None:
    """See that what opening a matter of the kind asks is there. Raises ``Refusal``."""
    for name in declared.asks:
        if details.get(name) in (None, "", []):
            title = typed_facts(declared.details)[name].title
            raise Refusal(
                _("“%(fact)s” is missing, and no such matter is opened without it.")
                % {"fact": title},
                field=name,
                code="missing",
            )


@cache
def _moment_fields(model: type[Details]) -> tuple[str, ...]:
    return tuple(one.name for one in typed_facts(model).values() if one.type is FactType.MOMENT)


@cache
def _figure_fields(model: type[Details]) -> tuple[str, ...]:
    figures = (FactType.FLAG, FactType.WHOLE, FactType.NUMBER)
    return tuple(one.name for one in typed_facts(model).values() if one.type in figures)


@cache
def _stamps_of(code: str, state: str) -> tuple[str, ...]:
    """The facts that take the moment in which a matter of the kind came to that state."""
    moves = kind_of(code).flow.moves
    return tuple({move.stamps: "" for move in moves if move.stamps and state in move.targets})


def told_end(
    declared: Kind, state: str, details: Mapping[str, Any], one: Observation
) -> datetime | None:
    """When a matter came to the state in which it ended, by its facts; else as was told."""
    for name in _stamps_of(declared.code, state):
        if text := details.get(name):
            return datetime.fromisoformat(text)
    return one.ended_at


def _proven(declared: Kind, one: Observation, details: dict[str, Any]) -> str:
    """The state that the facts of a new matter prove, or that is told of it."""
    if declared.observe:
        return declared.observe(details)
    return one.state or declared.flow.start


def _years(moments: Sequence[datetime]) -> list[int]:
    """The local year of each moment; most batches lie within one."""
    zone = timezone.get_default_timezone()
    edges = {edge.astimezone(zone).year for edge in (min(moments), max(moments))} if moments else {}
    if len(edges) == 1:
        return [*edges] * len(moments)
    return [moment.astimezone(zone).year for moment in moments]


def _numbers(series: list[tuple[str, int]]) -> dict[tuple[str, int], Iterator[str]]:
    return {which: take_numbers(*which, series.count(which)) for which in set(series)}


type Owners = dict[tuple[str, int | None], int | None]
_kept: tuple[Directory, Owners] | None = None


def _owners() -> Owners:
    """Who answers for which kind in which area, as far as it was asked while places stand so."""
    global _kept
    here = directory()
    if _kept is None or _kept[0] is not here:
        _kept = here, {}
    return _kept[1]


def _owner(owners: Owners, kind: str, area_id: int | None) -> int | None:
    """The unit that answers there by the kind's own rule, where the facts name none."""
    key = kind, area_id
    if key not in owners:
        area = Area.objects.filter(pk=area_id).first() if area_id else None
        unit = kind_of(kind).owner(area, kind)
        owners[key] = unit.pk if unit else None
    return owners[key]


class _Press:
    """The rows of one batch."""

    def __init__(self, by: Bringing, now: datetime) -> None:
        self.actor, self.run, self.now = by.actor, by.run, now
        self.outranked, self.rated = by.outranked, by.bounds is not None
        self.actor_id = by.actor.account.pk if by.actor.account else None
        self.ring = settings.KEYRING
        self.secret: bytes = self.ring.chain_key
        self.reckon = reckoner()
        self.keep = bulk.keeper()
        self.at = stamp(now)
        self.kept_at = self.keep(self.at)
        self.matters: list[Row] = []
        self.entries: list[Row] = []
        self.deadlines: list[Row] = []
        self.moved: list[Row] = []
        self.further: list[Row] = []
        self.contacts: list[Row] = []
        self.numbers: list[str] = []

    def add(
        self, one: Observation, details: dict[str, Any], unit_id: int | None, pk: int, number: str
    ) -> None:
        """Lay out one matter with its first entry, clocks and contact."""
        declared = kind_of(one.kind)
        require_owner(declared, unit_id)
        flow, keep = declared.flow, self.keep
        state = _proven(declared, one, details)
        stage = flow.stage(state)
        ended = None
        if not stage.live:  # the unit's own word about when counts as little as by hand
            by_facts = None if self.rated else told_end(declared, state, details, one)
            ended = by_facts or self.now
        clocks = tick(
            declared.clocks,
            flow,
            MatterFacts(one.category, state, details, one.opened_at),
            at=ended or self.now,
            running={},
            opened_at=one.opened_at,
            reckon=self.reckon,
        )
        marks = one.marked(self.ring)
        told: dict[str, Any] = {"facts": marks.facts.hex()}
        if self.run is not None:
            told["run"] = self.run
        if one.contact:
            told["contact"] = marks.contact.hex()
            sealed = encrypted(self.ring, one.contact, number)
            self.contacts.append((pk, sealed, marks.phone, marks.contact))
            if one.contact.more:
                self.further.extend((pk, index) for index in further_indexes(one.contact))
        running = {code: clock.as_payload() for code, clock in clocks.items()}
        opened, closed = stamp(one.opened_at), stamp(ended) if ended else None
        columns = {
            "number": number,
            "kind": one.kind,
            "source": one.source,
            "external_id": one.external_id,
            "category": one.category,
            "area_id": one.area_id,
            "unit_id": unit_id,
            "assignee_id": None,
            "summary": one.summary,
            "place": one.place,
            "longitude": one.longitude,
            "latitude": one.latitude,
            "opened_at": opened,
            "closed_at": closed,
        }
        document = chain.canonical(details)
        payload = {
            "set": columns,
            "details": orjson.Fragment(document),
            "clocks": running,
            "told": told,
        }
        head = self._entry(pk, number, state, chain.canonical(payload))
        for code, clock_told in running.items():
            rule, start, due, provisional, met, *moved = clock_told.values()
            row = (pk, code, rule, keep(start), keep(due), keep(met), provisional)
            if moved:
                paused, named = (clock_told.get(name) for name in ("paused", "named"))
                self.moved.append((*row, keep(paused), clock_told.get("ended", ""), keep(named)))
            else:
                self.deadlines.append(row)
        columns["opened_at"], columns["closed_at"] = keep(opened), keep(closed)
        facts_at = UNHEARD if self.outranked else one.facts_at
        owed = (c["due"] for c in running.values() if not c["met"] and "paused" not in c)
        due_at = min(owed, default=None)
        self.matters.append(
            (
                *(pk, *_snapshot(columns), state, stage.value, document.decode()),
                *(keep(due_at), keep(stamp(facts_at)), marks.facts, 1, head),
            )
        )

    def _entry(self, pk: int, number: str, state: str, payload: bytes) -> bytes:
        """Lay out the first entry; returns its hash."""
        actor = self.actor
        head = entry_hash(
            chain.GENESIS,
            number=number,
            seq=1,
            at=self.at,
            actor=actor.label,
            role=actor.role,
            action="open",
            from_state="",
            to_state=state,
            note="",
            public=False,
            payload=payload,
            secret=self.secret,
        )
        self.numbers.append(number)
        self.entries.append(
            (
                *(pk, 1, self.kept_at, self.actor_id, actor.label, actor.role, "open", "", state),
                *("", False, payload.decode(), None, head),
            )
        )
        return head

    def write(self) -> None:
        """Insert everything."""
        bulk.insert(Matter, MATTER_COLUMNS, self.matters)
        bulk.insert(Entry, ENTRY_COLUMNS, self.entries, self.numbers)
        bulk.insert(Deadline, DEADLINE_COLUMNS, self.deadlines)
        if self.moved:
            more = ("paused_at", "ended", "named_at")
            bulk.insert(Deadline, (*DEADLINE_COLUMNS, *more), self.moved)
        bulk.insert(Contact, CONTACT_COLUMNS, self.contacts)
        if self.further:
            bulk.insert(FurtherPhone, ("matter_id", "phone_index"), self.further)
