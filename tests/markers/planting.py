"""Markers in matters of every kind, found by what the kinds declare, and in every column that is not named public."""

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Value
from PIL import Image

from anmin.channels.actions import queue_message
from anmin.channels.receiving import receive_reply
from anmin.config.tests.rights_world import World
from anmin.evidence.log import atomic
from anmin.files.actions import keep
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.categories import categories_of
from anmin.matters.contacts import ContactFacts, keep_contact
from anmin.matters.fact_types import FactType, TypedFact, typed_facts
from anmin.matters.kind import Kind
from anmin.matters.ledger import Change, append
from anmin.matters.models import HandOut, Matter, Reaction
from anmin.matters.numbers import take_numbers
from anmin.matters.owning import Bodies
from anmin.matters.parties import PartyFacts, prepared
from anmin.matters.party_roles import Who
from anmin.matters.registry import all_kinds
from anmin.matters.terms import term_list
from anmin.people.models import Account
from anmin.places.models import Unit
from anmin.property import actions as property_actions
from anmin.property.actions import OURS, Found, Taken
from anmin.property.attachments import LABEL as THINGS
from anmin.property.owner_secrets import add_secret
from anmin.property.register import PropertyDetails
from anmin.registers.models import Item
from tests.markers.marks import FREE, Somebody
from tests.personas import City

PUBLIC: Mapping[str, str] = {
    "evidence.Root": "signed roots are for everybody: hashes and a name of the log",
    "places.Area": "names of places",
    "places.Unit": "names of units",
    "places.Boundary": "from whom a boundary comes",
    "places.AddressBase": "from whom addresses come",
    "publishing.Edition": "what was approved, word for word: this is what is searched",
    "registers.Store": "names of stores stand where things are fetched",
    "surveys.Wave": "title and text of a survey, published before it begins",
    "surveys.Release": "figures of a survey",
    "surveys.PopulationMargin": "from whom a figure of the population comes",
    "surveys.OutsideResult": "a published figure of somebody else",
    "surveys.OutsideFile": "where published figures of somebody else come from",
    "callbacks.Draw": "of whom was drawn, published with the draw",
    "property.ReturnEvent": "title and place of a public day",
}
"""Tables whose texts are for everybody, and why. All others are somebody's until they stand here."""
OF_THE_MACHINE = {
    "people.Account.password",
    "people.SharedCache.value",
    "config.JobLease.holder",
    "publishing.Text.hidings",
    "publishing.Text.stamp",
    "matters.SealKey.holders",
    "matters.SealedFacts.names",
}
"""Columns that programs read and nobody writes words into."""

OWNERS: Mapping[Bodies, Callable[[City], Unit]] = {
    Bodies.NEVER: lambda city: city.jinhu,
    Bodies.MAY: lambda city: city.jinhu,
    Bodies.ALWAYS: lambda _city: Unit.objects.get(code="WB-JH"),
}


def value(fact: TypedFact, said: str) -> Any:
    """What a fact says at its worst."""
    if fact.terms:
        code = next(iter(term_list(fact.terms)))
        if fact.type is FactType.CHECKS:
            return {code: "in_order"}
        return [code] if fact.type is FactType.TERMS else code
    of_type: dict[FactType, Any] = {
        FactType.WHOLE: 1,
        FactType.NUMBER: 1.0,
        FactType.FLAG: True,
        FactType.MOMENT: datetime(2026, 3, 9, tzinfo=UTC).isoformat(),
        FactType.DAY: date(2026, 3, 9).isoformat(),
        FactType.TEXTS: [said],
    }
    return of_type.get(fact.type, said[: fact.longest or 200])


def told_by_kind(kind: Kind) -> set[str]:
    """The facts whose words a kind declares to be published, once two people have read them."""
    names: set[str] = set()
    for one in (kind.board, kind.public_answer, kind.penalty):
        if one is not None:
            said = (getattr(one, field.name) for field in fields(one))
            names |= {name for name in said if isinstance(name, str)}
    return names


def knows_people(kind: Kind) -> bool:
    """Whether the house is told who somebody is in such a matter; of others no name could be hidden."""
    return "contact" not in kind.unasked or any(Who.CITIZEN in one.who for one in kind.parties)


def details_of(kind: Kind, somebody: Somebody) -> dict[str, Any]:
    """Every fact of a kind, with the person in each that holds words."""
    told, made, numbers = told_by_kind(kind), {}, kind.bodies is Bodies.NEVER
    for name, fact in typed_facts(kind.details).items():
        named = name not in told or knows_people(kind)
        words = somebody.words(fact.longest, free=name not in told, numbers=numbers, named=named)
        made[name] = value(fact, words)
        if fact.type is FactType.FLAG:
            consents = kind.public_answer is not None and name == kind.public_answer.consent
            young = kind.penalty is not None and name == kind.penalty.minor
            made[name] = consents or (not young and somebody.serial % 2 == 0)
    return made


def every_state() -> Iterator[tuple[Kind, str]]:
    """Each kind in each of its states."""
    for kind in all_kinds():
        for state in kind.flow.states:
            yield kind, state


def plant(kind: Kind, state: str, city: City, serial: int, at: datetime) -> Matter:
    """A matter of a kind in that state, with somebody in everything that can be written of one."""
    somebody = Somebody(serial)
    number = next(take_numbers(kind.prefix, at.year))
    facts, sealed = details_of(kind, somebody), kind.details.sealed_fields()
    numbers = kind.bodies is Bodies.NEVER
    board = kind.board is not None
    by_name = not board or knows_people(kind)
    words = somebody.words(200, free=not board, numbers=numbers, named=by_name)
    owner = OWNERS[kind.bodies](city)
    category = next((one.code for one in categories_of(kind.code).values()), "")
    category = next(iter(kind.penalty.single), category) if kind.penalty else category
    columns = {
        "number": number, "kind": kind.code, "source": "desk", "external_id": None,
        "category": category, "area_id": city.wenhua.pk, "unit_id": owner.pk,
        "assignee_id": None, "summary": words, "place": words,
        "longitude": 120.6, "latitude": 27.7, "opened_at": at, "closed_at": None,
    }  # fmt: skip
    matter = Matter(kind=kind.code, state="", number=number, category="")
    contact = ContactFacts(somebody.name, f"+86{somebody.phone}", somebody.address)
    role = next((one for one in kind.parties if Who.CITIZEN in one.who), None)
    named = prepared(kind, number, [PartyFacts(role.code, contact=contact)] if role else [])
    note = "" if kind.keeps_sealed else somebody.words(2000, numbers=numbers)
    plain = {name: held for name, held in facts.items() if name not in sealed}
    first = Change("open", state, note=note, columns=columns, details=plain)
    first.sealed = {name: held for name, held in facts.items() if name in sealed}
    first.parties = named.marks
    append(matter, first, actor=Actor.system("test"), at=at)
    if "contact" not in kind.unasked:
        keep_contact(matter.pk, contact, number=number)
    named.keep(matter, at)
    if not kind.keeps_sealed:
        append(matter, Change("note", state, note=note, public=True), actor=CITIZEN, at=at)
        _beside(matter, somebody, at)
    return matter


def _beside(matter: Matter, somebody: Somebody, at: datetime) -> None:
    """What else is kept of a matter: a question, what was handed out, a message, a reply."""
    said, until = somebody.words(400), at + timedelta(days=30)
    Reaction.objects.create(
        matter=matter, token_digest=matter.number.encode(), question=said, asked_at=at,
        expires_at=until,
    )  # fmt: skip
    HandOut.objects.create(matter=matter, made_at=at, expires_at=until, sealed=said.encode())
    if somebody.serial % 10 == 0:
        queue_message(
            key=f"marker:{matter.number}", medium="sms", recipient=f"+86{somebody.phone}",
            body=said, language="zh-hans", subject_ref=f"matter:{matter.number}",
        )  # fmt: skip
        receive_reply(
            provider="test", provider_ref=matter.number, sender=f"+86{somebody.phone}", text=said
        )


def photo(somebody: Somebody) -> bytes:
    """A photo in which a telephone wrote down whose it is."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = f"{somebody.thing} qzxvwk {somebody.phone}"
    out = io.BytesIO()
    Image.new("RGB", (32, 24), "blue").save(out, "JPEG", exif=exif, comment=somebody.thing.encode())
    return out.getvalue()


def attach(label: str, key: str, somebody: Somebody, by: Account) -> None:
    """A photo and a text of it, by name and by content the person's."""
    of_both = (
        (f"{somebody.name}{FREE}.jpg", photo(somebody)),
        (f"{somebody.phone}.txt", somebody.words().encode()),
    )
    for name, content in of_both[: 1 if label == THINGS else 2]:
        keep(label=label, key=key, name=name, chunks=[content], by=by, request=name)


def plant_thing(world: World, serial: int, at: datetime) -> Item:
    """A thing in store, with somebody in every fact that holds words but its brand, which is told."""
    somebody, city = Somebody(serial), world.city
    facts: dict[str, Any] = {"sort": "e_bike", "brand": "雅迪", "procedure": "criminal"}
    facts |= {"value": 9, "value_source": "market"}
    for name, fact in typed_facts(PropertyDetails).items():
        if fact.free and name not in {*OURS, *facts}:
            facts[name] = value(fact, somebody.words(fact.longest))
    facts["serials"], facts["case_number"] = [somebody.thing], somebody.thing
    found = Found(facts, city.jinhu, city.officer, at - timedelta(hours=2))
    item = property_actions.enter(found, by=city.officer, key=f"marker-{serial}")
    add_secret(
        item_id=item.pk, by=city.officer, question=somebody.words(200), answer=somebody.thing
    )
    attach(THINGS, item.number, somebody, city.officer)
    return property_actions.take_step(
        item_id=item.pk, code="keep", by=world.people["clerk"], version=1,
        key=f"marker-keep-{serial}", taken=Taken(store="JH-1", note=somebody.words(400)),
    )  # fmt: skip


def plant_many(number: int, city: City, at: datetime, *, together: int = 100) -> list[Matter]:
    """So many matters, of every kind in every state in turn."""
    states, made = list(every_state()), list[Matter]()
    for start in range(0, number, together):
        with atomic():
            for serial in range(start, min(start + together, number)):
                kind, state = states[serial % len(states)]
                made.append(plant(kind, state, city, serial, at - timedelta(minutes=serial)))
    return made


def plant_columns() -> tuple[list[str], list[str]]:
    """A marker into every other text of every row, tables of `PUBLIC` aside: by table and column, and what
    was empty. Whatever is added to the house is covered by that."""
    planted, empty = list[str](), list[str]()
    for model in apps.get_models():
        label = model._meta.label
        if not model.__module__.startswith("anmin.") or label in PUBLIC:
            continue
        for field in model._meta.local_concrete_fields:
            name = f"{label}.{field.name}"
            if name in OF_THE_MACHINE or not _holds_words(field):
                continue
            rows = model._base_manager.all()
            (planted if rows.exists() else empty).append(name)
            if isinstance(field, models.JSONField):
                _into_json(rows, field.name)
            else:
                words = (FREE + Somebody(0).plain)[: field.max_length or 400]
                some = rows.filter(pk__in=rows.order_by("-pk").values("pk")[:1])
                some = some if field.name in _once(model) else rows
                models.QuerySet.update(some, **{field.name: Value(words)})
    return planted, empty


def _holds_words(field: Any) -> bool:
    if isinstance(field, models.JSONField):
        return True
    plain = isinstance(field, models.CharField | models.TextField)
    codes = field.choices or field.unique or field.primary_key or field.is_relation
    return plain and not codes and (field.max_length or 400) >= 80


def _once(model: Any) -> set[str]:
    """The columns of which no two rows are alike."""
    rules = (one for one in model._meta.constraints if isinstance(one, models.UniqueConstraint))
    return {name for one in rules for name in one.fields}


def _into_json(rows: Any, name: str) -> None:
    """One more entry in what is a mapping; rows by hundreds, for a sample is enough of so many."""
    for row in rows.order_by("-pk")[:200]:
        held = getattr(row, name)
        if isinstance(held, dict):
            more = {**held, "marker": FREE + Somebody(0).plain}
            models.QuerySet.update(rows.filter(pk=row.pk), **{name: more})
