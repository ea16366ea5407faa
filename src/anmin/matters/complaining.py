"""A citizen complains of how a matter was handled: to who checks, past whoever handled it.

Whoever holds the pass of a matter (``follow``) opens one of the kind that says so
(``ByCitizen.accused``), of a topic about the police themselves. The units that handled it are whom
it is about: nobody there sees it (``conflict``), and the history of the matter says nothing of it.
What is said again while the first one runs is added to that. ADR 0074.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters import actions, conflict, policy, reported
from anmin.matters.actor import CITIZEN
from anmin.matters.categories import Category, categories_of
from anmin.matters.citizen import steps_of_citizen
from anmin.matters.conflict import About
from anmin.matters.kind import Kind
from anmin.matters.merged import goes_on_in
from anmin.matters.models import Contact, Deadline, Entry, Link, Matter
from anmin.matters.opening import open_matter
from anmin.matters.parties import PartyFacts
from anmin.matters.registry import all_kinds
from anmin.people.limits import Limit, take
from anmin.places.models import Unit

OPENED = Limit(3, 86_400)
"""Complaints about one matter in a day, besides what is added to one."""


@dataclass(frozen=True, slots=True)
class Before:
    """A complaint that was made already: ``open`` takes more words, another may be reviewed."""

    matter: Matter
    open: bool


def complaints_kind() -> Kind:
    """The kind that complaints are of. Raises ``NotFound`` where there is none."""
    for kind in all_kinds():
        if kind.by_citizen is not None and kind.by_citizen.accused:
            return kind
    raise NotFound("nobody takes complaints here")


def takes_complaints() -> bool:
    """Whether how a matter was handled can be complained of here."""
    return any(kind.by_citizen and kind.by_citizen.accused for kind in all_kinds())


def topics() -> list[Category]:
    """What a complaint may be about."""
    return [one for one in categories_of(complaints_kind().code).values() if one.inspected]


def complained_before(matter: Matter) -> Before | None:
    """The complaint that this matter's citizen made and that is not over for good, the newest."""
    ties = Link.objects.filter(
        other=matter,
        relation="cause",
        matter__kind=complaints_kind().code,
        matter__source=reported.SOURCE,
    )
    tie = ties.select_related("matter").order_by("-pk").first()
    if tie is None:
        return None
    runs = policy.takes_words(tie.matter)
    return Before(tie.matter, runs) if runs or steps_of_citizen(tie.matter) else None


def can_be_reached(matter: Matter) -> bool:
    """Whether the citizen of a matter left a name or a number that a complaint can take over."""
    return Contact.objects.filter(matter=matter).exists()


@atomic
def complain(
    *, matter_id: int, text: str, topic: str = "", reachable: bool = False, key: str
) -> Before:
    """Complain of how a matter was handled; ``open`` says that it was added to the first complaint,
    which has its ``topic`` already.

    ``reachable``: with the name and number that the citizen left with the matter. ``key`` is a
    secret of the sending: repeating it changes nothing, and the code of the complaint follows from
    it (``reported``). Raises a ``Refusal`` with its field.
    """
    matter = actions.lock(matter_id)
    kind = complaints_kind()
    way = kind.by_citizen
    assert way is not None
    known = reported.sent_with(key)
    if known is not None:
        return Before(known, open=False)
    if (before := complained_before(matter)) is not None:
        if not before.open:
            raise Refusal(
                _(
                    "Your complaint %(number)s has been answered: with its number and code you can"
                    " ask for a review."
                )
                % {"number": before.matter.number},
                field="text",
            )
        actions.say_more(matter_id=before.matter.pk, text=text, key=f"complaint:{key}")
        return before
    if topic not in {one.code for one in topics()}:
        raise Refusal(_("Choose what the complaint is about."), field="topic")
    if take("complaint", matter.number, limit=OPENED).over:
        raise Refusal(_("Much was added today already: please go on tomorrow."), field="text")
    units = handled_by(matter)
    owner = policy.answers_for(kind, matter.area, topic)
    if owner is None:
        raise NotFound("nobody answers for complaints here")
    contact = actions.contact_for_message(matter) if reachable else None
    made = open_matter(
        kind=kind.code,
        actor=CITIZEN,
        category=topic,
        summary="" if way.words else text[:200],
        note="" if way.words else text,
        details={**way.sets, **({way.words: text} if way.words else {})},
        # Where it was would tell the unit that answers there, which counts what happens in its area.
        unit=policy.free_unit(kind, About.of([], units) | conflict.about(matter), owner),
        parties=[PartyFacts(way.accused, unit=one) for one in units],
        contact=contact or None,
        source=reported.SOURCE,
        key=reported.kept(key),
        code=reported.code_for(key),
        cause=matter,
        cause_sealed=True,
    )
    return Before(made, open=False)


def handled_by(matter: Matter) -> Sequence[Unit]:
    """The units that handled a matter, the last one first: who has it, whoever had it when one of its
    steps was taken, and whoever let the time for one run out; with what it became part of."""
    found: list[int] = []
    for one in (goes_on_in(matter), matter):
        if one is not None:
            late = Deadline.objects.filter(matter=one, held_by__isnull=False)
            all_of_it = [*reversed(_took_steps(one)), *late.values_list("held_by", flat=True)]
            found += [unit for unit in dict.fromkeys(all_of_it) if unit not in found]
    most = next(part.most for part in complaints_kind().parties if part.code == _accused())
    rows = Unit.objects.in_bulk(found)
    return [rows[pk] for pk in found if pk in rows][:most]


def _accused() -> str:
    way = complaints_kind().by_citizen
    return way.accused if way else ""


def _took_steps(matter: Matter) -> list[int]:
    found, having = [], None
    rows = Entry.objects.filter(matter=matter).order_by("seq")
    for action, person, payload in rows.values_list("action", "actor_id", "payload"):
        having = payload.get("set", {}).get("unit_id", having)
        if having and person and matter.type.flow.move(action) is not None:
            found.append(having)
    steps = [*found, *filter(None, [matter.unit_id])]
    return [one for place, one in enumerate(steps) if one not in steps[place + 1 :]]
