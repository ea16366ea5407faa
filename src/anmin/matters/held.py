"""What the house holds about one person: found by the number that was proven, room by room.

A number may have changed hands, or be a family's: only what names the same person, or nobody, counts as
theirs. A room above that keeps something about people registers how it is shown
(``tells``) and what goes where the person wants it erased, or takes a consent back (``lets_go``).
"""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from anmin.channels.models import Message, Reply, Status
from anmin.channels.queries import body_of
from anmin.files.queries import names_of
from anmin.kernel.masking import surname
from anmin.matters import public
from anmin.matters.attachments import LABEL
from anmin.matters.contacts import (
    ContactFacts,
    contact_of,
    matters_of_phones,
    phone_indexes,
    unseal,
)
from anmin.matters.data_rights import Right
from anmin.matters.fact_types import typed_facts
from anmin.matters.fact_words import shown
from anmin.matters.flow import Stage, Text
from anmin.matters.held_words import SECTIONS
from anmin.matters.models import Contact, LaterContact, Matter, Party
from anmin.matters.parties import opened

TITLES = ("女士", "先生", "同志", "某某", "某")
"""What stands behind a surname where the rest of a name is not known."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a request is about."""

    name: str
    phone: str

    @property
    def indexes(self) -> list[bytes]:
        """The keyed indexes of the number."""
        return phone_indexes(self.phone) if self.phone else []

    def is_named(self, name: str) -> bool:
        """Whether a name that is held may be this person's."""
        held, own = _plain(name), _plain(self.name)
        if not held or held == own:
            return True
        rest = next((held.removesuffix(one) for one in TITLES if held.endswith(one)), "")
        return bool(rest) and bool(own) and rest == surname(own)


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is held: what it is, since when, its facts and its texts in order."""

    title: str
    at: datetime | None = None
    facts: Sequence[tuple[Text, str]] = ()
    story: Sequence[tuple[datetime, Text, str]] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """What one room holds."""

    title: Text
    held: Sequence[Told] = field(default_factory=tuple)


type Tells = Callable[[Person, Sequence[Matter]], Iterable[Section]]
type LetsGo = Callable[[Person, Right], Iterable[str]]
_tells: list[Tells] = []
_lets_go: list[LetsGo] = []


def tells(collect: Tells) -> None:
    """Let a room above show what it holds about a person, and about these matters of his or hers."""
    _tells.append(collect)


def lets_go(let: LetsGo) -> None:
    """Let a room above erase, or take a consent back, as a person asks for; says in words what it did."""
    _lets_go.append(let)


def person_of(request: Matter) -> Person:
    """Whom a request about personal data is about."""
    row = contact_of.one(request.pk)
    facts = unseal(row, number=request.number) if row else ContactFacts()
    return Person(facts.name, facts.phone)


def matters_of(person: Person, *, without: Collection[int] = ()) -> list[Matter]:
    """The matters that this person brought, the oldest first; what names somebody else is left out."""
    indexes = person.indexes
    if not indexes:
        return []
    rows = Matter.objects.filter(pk__in=matters_of_phones(indexes)).exclude(stage=Stage.VOID)
    found = list(rows.exclude(pk__in=without).order_by("opened_at", "pk"))
    kept = {one.matter_id: one for one in Contact.objects.filter(matter__in=found)}
    later: dict[int, list[LaterContact]] = {}
    for one in LaterContact.objects.filter(matter__in=found, phone_index__in=indexes):
        later.setdefault(one.matter_id, []).append(one)
    wanted = set(indexes)

    def theirs(matter: Matter) -> bool:
        rows = [kept[matter.pk]] if matter.pk in kept else []
        facts = [unseal(one, number=matter.number) for one in (*rows, *later.get(matter.pk, ()))]
        own = [
            one
            for one in facts
            if wanted & {i for phone in (one.phone, *one.further) for i in phone_indexes(phone)}
        ]
        return any(person.is_named(one.name) for one in own)

    return [one for one in found if theirs(one)]


def sections(person: Person, *, without: Collection[int] = ()) -> list[Section]:
    """All that is held about a person and may be handed out, in the language in use."""
    matters = matters_of(person, without=without)
    made = [
        Section(SECTIONS["matters"], [_matter(person, one) for one in matters]),
        Section(SECTIONS["parts"], list(_parts(person))),
        Section(SECTIONS["messages"], list(_messages(person, matters))),
    ]
    for collect in _tells:
        made += collect(person, matters)
    return [one for one in made if one.held]


def let_go(person: Person, right: Right) -> list[str]:
    """Have the rooms above erase what they keep by the number, or take consents back; what was done."""
    return [line for let in _lets_go for line in let(person, right)]


def _matter(person: Person, matter: Matter) -> Told:
    """A matter as its reporter may see it, with what was written down about him or her."""
    face, words = public.face(matter), SECTIONS
    own = contact_of.one(matter.pk)
    facts = unseal(own, number=matter.number) if own else ContactFacts()
    if not person.is_named(facts.name):
        facts = ContactFacts()
    seen = {*matter.type.public.fields, *matter.type.public.reporter}
    brought = [one for one in _brought(matter) if one not in seen]
    told: list[tuple[Text, str]] = [
        (words["state"], str(face.state)),
        (words["about"], str(face.about)),
        (words["name"], facts.name),
        (words["phone"], " / ".join(filter(None, (facts.phone, *facts.further)))),
        (words["address"], facts.address),
        (words["summary"], matter.summary),
        (words["place"], matter.place),
        *face.facts,
        *shown(matter, brought),
        (words["files"], "\n".join(names_of(LABEL, matter.number, by_citizen=True))),
    ]
    story = [(line.at, line.title, line.text) for line in face.story]
    title = f"{face.kind} {matter.number}"
    return Told(title, matter.opened_at, [one for one in told if one[1]], story)


def _brought(matter: Matter) -> list[str]:
    """The facts that citizens of its kind are asked for themselves."""
    way = matter.type.by_citizen
    known = typed_facts(matter.type.details)
    return [one for one in ((way.words, *way.asks) if way else ()) if one in known]


def _parts(person: Person) -> Iterable[Told]:
    """The parts that the person has in matters of others: which, since when; nothing of the matter.

    Only those to whom its steps are told: an accusation is not passed on to the accused.
    """
    rows = Party.objects.filter(phone_index__in=person.indexes, sealed__isnull=False)
    for row in rows.select_related("matter").order_by("since", "pk"):
        facts, role = opened(row, row.matter.number), row.matter.type.party(row.role)
        told_of = {one.to for one in row.matter.type.tells}
        if role is None or role.concerned or role.code not in told_of:
            continue
        if facts is None or not person.is_named(facts.name):
            continue
        told = [(SECTIONS["name"], facts.name), (SECTIONS["address"], facts.address)]
        title = f"{role.label} · {row.matter.type.label} {row.matter.number}"
        yield Told(title, row.since, [one for one in told if one[1]])


def _messages(person: Person, matters: Sequence[Matter]) -> Iterable[Told]:
    """What was texted to the number about these matters, and what came from it in answer."""
    about = [f"matter:{one.number}" for one in matters]
    to_them = Message.objects.filter(recipient_index__in=person.indexes, status=Status.SENT)
    rows = list(to_them.filter(subject_ref__in=about).order_by("created_at", "pk"))
    story = [(one.sent_at or one.created_at, SECTIONS["sent"], body_of(one)) for one in rows]
    came = Reply.objects.filter(sender_index__in=person.indexes, question__message__in=rows)
    story += [(one.received_at, SECTIONS["came"], body_of(one)) for one in came]
    if story:
        yield Told("", None, (), sorted(story, key=lambda one: one[0]))


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
