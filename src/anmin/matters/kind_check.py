"""Whether every kind fits the house: read at the start, so that nobody meets it in the middle of work.

What a declaration can know of itself it refuses itself (``kind.Kind``); here stands what needs the
rules, the word lists and the other kinds.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.kernel.rules import Unit
from anmin.matters.categories import categories_of, has_topics
from anmin.matters.checks import Checks
from anmin.matters.fact_types import FactType, typed_facts
from anmin.matters.flow import CITIZENS
from anmin.matters.kind import Kind
from anmin.matters.models import Matter
from anmin.matters.party_roles import Who
from anmin.matters.registry import all_kinds
from anmin.matters.services import LEGAL, PROMISED, services_of
from anmin.matters.terms import term_list
from anmin.people.roles import Role

ROLES = frozenset(Role) | CITIZENS | {"system"}
HOLDS = (bool, int, float, str, datetime, date)
"""What a fact, or one part of a list, may be."""
TAKEN = frozenset({"note", "outcome", "version", "key"})
"""Names that forms and steps use for themselves."""


class BadKind(Refusal):
    """A kind that does not fit the house."""

    default_code = "bad_kind"


def require_sound() -> None:
    """Refuse the first kind that does not fit, naming what is wrong."""
    for kind in all_kinds():
        for wrong in _wrong(kind):
            raise BadKind(f"kind {kind.code}: {wrong}")


def require_known_rows() -> None:
    """Refuse to start without the kind of matters that are there. One pass over the table."""
    known = [kind.code for kind in all_kinds()]
    lost = Matter.objects.exclude(kind__in=known).values_list("kind", flat=True).first()
    if lost is not None:
        raise BadKind(
            _(
                "There are matters of kind “%(kind)s”, but its folder is not there: ANMIN_KINDS "
                "names the folders of kinds outside the program."
            )
            % {"kind": lost}
        )


def _wrong(kind: Kind) -> Iterator[str]:
    """What does not fit in a declaration, in the words of whoever wrote it."""
    yield from _rules(kind)
    yield from _clocks(kind)
    yield from _roles(kind)
    yield from _facts(kind)
    yield from _services(kind)
    yield from _complaints(kind)
    others = {one.code: one for one in all_kinds()}
    if isinstance(kind.children, str):
        yield f"children are a tuple of codes, not {kind.children!r}"
    for code in kind.children:
        if code not in others or others[code].rectifies:
            yield f"there is no kind of order {code!r}"


def _rules(kind: Kind) -> Iterator[str]:
    keys: list[str] = [clock.rule for clock in kind.clocks if isinstance(clock.rule, str)]
    keys += [rule for clock in kind.clocks if clock.extension for rule in clock.extension.rules]
    keys += [move.within for move in kind.flow.moves if move.within]
    keys += [move.approval.lapses for move in kind.flow.moves if move.approval]
    keys += [key for tell in kind.tells for key in sorted(tell.rules)]
    keys += [kind.delay_lead] if kind.delay else []
    keys += [move.rewards.claim for move in kind.flow.moves if move.rewards]
    keys += [kind.retention.rule] if kind.retention else []
    today = timezone.localdate()
    for key in keys:
        try:
            settings.RULES.get(key, today)
        except Refusal as refusal:
            yield str(refusal)


def _services(kind: Kind) -> Iterator[str]:
    topics, today = categories_of(kind.code) if has_topics(kind.code) else {}, timezone.localdate()
    for service in services_of(kind.code):
        if service.code not in topics:
            yield f"service {service.code} is no topic of it"
        elif service.promised is None:
            yield f"service {service.code} promises nothing by {today}"
        elif service.on_the_spot != (service.promised.unit is Unit.SAME_DAY):
            yield f"service {service.code} is on the spot, or promised by another day"
    yield from _times_of_nothing(kind, {*topics, *(one.code for one in services_of(kind.code))})


def _times_of_nothing(kind: Kind, known: set[str]) -> Iterator[str]:
    """A rule of a misspelt service would be read by nobody: no clock, and no word of it."""
    for key in sorted({rule.key for rule in settings.RULES.all()}):
        head, _dot, rest = key.partition(".")
        code, dot, what = rest.rpartition(".")
        if head == kind.code and dot and what in (LEGAL, PROMISED) and code not in known:
            yield f"rule {key} times a service that there is not: {code}"


def _complaints(kind: Kind) -> Iterator[str]:
    way = kind.by_citizen
    if way is None or not way.accused:
        return
    part = kind.party(way.accused)
    if part is None or not part.concerned or Who.UNIT not in part.who:
        yield f"complaints name {way.accused} as concerned, which no unit can be"
    if not any(one.inspected for one in categories_of(kind.code).values()):
        yield "complaints are of a topic about the police themselves, and it has none"
    if any(one.by_citizen and one.by_citizen.accused for one in all_kinds() if one is not kind):
        yield "another kind takes the complaints already"


def _clocks(kind: Kind) -> Iterator[str]:
    typed = typed_facts(kind.details)
    for clock in kind.clocks:
        for name in filter(None, (clock.due, clock.since)):
            if typed[name].type not in (FactType.DAY, FactType.MOMENT):
                yield f"clock {clock.code} goes by {name}, which is no day and no moment"


def _roles(kind: Kind) -> Iterator[str]:
    named: list[tuple[str, Iterable[str]]] = [("opened_by", kind.opened_by)]
    for move in kind.flow.moves:
        named += [(f"step {move.code}", {*move.by, *move.unnamed_by})]
        named += [(f"approval of {move.code}", move.approval.by)] if move.approval else []
        if not move.by:
            yield f"step {move.code} belongs to nobody"
    for where, roles in named:
        if strange := sorted(set(roles) - ROLES):
            yield f"{where} names roles that there are not: {strange}"


def _facts(kind: Kind) -> Iterator[str]:
    fields = kind.details.model_fields
    if taken := sorted(TAKEN & set(fields)):
        yield f"facts may not be called {taken}"
    for name, info in fields.items():
        if not _held(info.annotation):
            yield f"fact {name} is a {info.annotation}, which no form and no file knows"
    for move in kind.flow.moves:
        stamped = fields[move.stamps].annotation if move.stamps else datetime
        if datetime not in (stamped, *get_args(stamped)):
            yield f"step {move.code} stamps {move.stamps}, which is no moment"
    for name, fact in typed_facts(kind.details).items():
        if fact.type is FactType.CHECKS and not fact.terms:
            yield f"fact {name} is a checklist without points: it names no word list"
        if fact.terms:
            try:
                term_list(fact.terms)
            except Refusal as refusal:
                yield f"fact {name}: {refusal}"


def _held(annotation: Any) -> bool:
    """Whether facts may be of this type."""
    if get_origin(annotation) in (Union, UnionType):
        return all(_held(one) for one in get_args(annotation) if one is not NoneType)
    if annotation is Checks:
        return True
    if get_origin(annotation) in (list, tuple):
        return all(one in HOLDS for one in get_args(annotation) if one is not ...)
    return annotation in HOLDS
