"""Of every kind: when its time is over, no table, file, log, lake or backup has the contact any more.

Looked for in all its forms: plain, the digits alone, in JSON's escapes, and as the keyed indexes that a
number and a contact are found by, as bytes and as hex.
"""

import json
import tarfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from anmin.callbacks.models import DeliveryCase
from anmin.callbacks.sealing import seal
from anmin.channels import erasing
from anmin.channels.actions import queue_message
from anmin.channels.models import Message, Reply, Status
from anmin.channels.receiving import receive_reply
from anmin.config.backup import back_up
from anmin.evidence.log import atomic
from anmin.files.actions import keep
from anmin.matters import holding, retention
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts, contact_marks, keep_contact
from anmin.matters.fact_types import typed_facts
from anmin.matters.kind import Kind
from anmin.matters.ledger import Change, append
from anmin.matters.models import HandOut, Matter, Party, Reaction
from anmin.matters.news import drain
from anmin.matters.numbers import take_numbers
from anmin.matters.owning import Bodies
from anmin.matters.parties import PartyFacts, prepared
from anmin.matters.party_roles import Who
from anmin.matters.registry import all_kinds
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.people import limits
from anmin.surveys import frames, waves
from anmin.surveys.models import Case, CaseAttempt, FrameRow
from anmin.surveys.tests.scene import HEADER, opened, table
from tests.markers.planting import OWNERS, value
from tests.personas import City, body

NAME, DIGITS, ADDRESS = "钱多多", "13700005678", "飞云江路七七号"
PHONE = f"+86{DIGITS}"
CONTACT = ContactFacts(NAME, PHONE, ADDRESS)
SAID = f"{NAME}住{ADDRESS}，电话{DIGITS}"
TOLD_BODIES = f"{NAME}住{ADDRESS}"
"""What a body outside the police reads holds no numbers: it is refused."""
YEARS = timedelta(days=11 * 366)


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> None:
    settings.ANMIN_HOME = tmp_path / "home"
    settings.ANMIN_HOME.mkdir()


def needles() -> list[bytes]:
    """Every form in which the contact could stand somewhere."""
    ring = django_settings.KEYRING
    plain = [NAME, DIGITS, ADDRESS, "137 0000 5678", "137-0000-5678"]
    keyed = [ring.blind_index(PHONE, purpose="phone"), contact_marks(ring, CONTACT)[0]]
    found = [one.encode() for one in plain]
    found += [json.dumps(one)[1:-1].encode() for one in plain]
    found += [form for one in keyed for form in (one, one.hex().encode())]
    return list(dict.fromkeys(found))


def values() -> Iterator[tuple[str, bytes]]:
    """Every value of every column of every table, as bytes: shadow tables of an index too."""
    for name in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{name}"')
            columns = [one[0] for one in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    held = value if isinstance(value, bytes | memoryview) else str(value).encode()
                    yield f"{name}.{column}", bytes(held)


def kept(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder: lake, files, logs, uploads; archives opened."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
        if path.name.endswith(".tar.gz"):
            with tarfile.open(path) as archive:
                for one in archive:
                    if (file := archive.extractfile(one)) is not None:
                        yield f"{path.name}/{one.name}", file.read()


def left(*places: Iterator[tuple[str, bytes]]) -> set[str]:
    """Where the contact stands."""
    wanted = needles()
    return {
        where for place in places for where, held in place if any(one in held for one in wanted)
    }


@atomic
def lived(kind: Kind, city: City, at: datetime) -> Matter:
    """A matter of a kind that has ended, with all that anybody could have written about somebody."""
    number = next(take_numbers(kind.prefix, at.year))
    owner = OWNERS[kind.bodies](city)
    said = SAID if kind.bodies is Bodies.NEVER else TOLD_BODIES
    note = "" if kind.keeps_sealed else said  # what is sealed has no plain words beside it
    matter = Matter(kind=kind.code, state="", number=number, category="")
    facts = typed_facts(kind.details).values()
    allowed = kind.retention.keeps if kind.retention else frozenset()
    sealed = kind.details.sealed_fields()
    details = {one.name: value(one, said) for one in facts if one.name not in {*allowed, *sealed}}
    columns = {
        "number": number, "kind": kind.code, "source": "desk", "external_id": None, "category": "",
        "area_id": city.wenhua.pk, "unit_id": owner.pk, "assignee_id": None,
        "summary": said, "place": ADDRESS, "longitude": 120.6, "latitude": 27.7,
        "opened_at": at, "closed_at": None,
    }  # fmt: skip
    who = Actor.system("test")
    role = next((one for one in kind.parties if Who.CITIZEN in one.who), None)
    named = prepared(kind, number, [PartyFacts(role.code, contact=CONTACT)] if role else [])
    first = Change("open", kind.flow.start, note=note, columns=columns, details=details)
    first.told = {"contact": contact_marks(django_settings.KEYRING, CONTACT)[0].hex(), "why": SAID}
    first.parties = named.marks
    append(matter, first, actor=who, at=at)
    keep_contact(matter.pk, CONTACT, number=number)
    named.keep(matter, at)
    over = next(code for code, state in kind.flow.states.items() if not state.stage.live)
    last = Change("end", over, note=note, public=True, columns={"closed_at": at}, details=details)
    append(matter, last, actor=Actor.of(city.inspector), at=at)
    Reaction.objects.create(
        matter=matter, token_digest=number.encode(), question=SAID, asked_at=at, expires_at=at
    )
    HandOut.objects.create(matter=matter, made_at=at, expires_at=at, sealed=SAID.encode())
    return matter


def texted(subject: str, at: datetime) -> Message:
    """A message about something, which went out."""
    made = queue_message(
        key=f"m:{subject}", medium="sms", recipient=PHONE, body=SAID, language="zh-hans",
        subject_ref=subject,
    )  # fmt: skip
    Message.objects.filter(pk=made.pk).update(status=Status.SENT, last_error=DIGITS, sent_at=at)
    return made


@pytest.mark.django_db(transaction=True)
def test_of_no_kind_is_anything_left_anywhere(city: City, tmp_path: Path) -> None:
    now = timezone.now()
    body()
    matters = [lived(kind, city, now) for kind in all_kinds()]
    for one in matters:
        message = texted(f"matter:{one.number}", now)
        DeliveryCase.objects.create(
            message=message, step="settled", at=now, by=city.operator, reason=SAID[:300]
        )
    keep(
        label="matter", key=matters[0].number, name=f"{NAME}.txt", chunks=[SAID.encode()],
        by=city.inspector, request="r",
    )  # fmt: skip
    receive_reply(provider="test", provider_ref="r1", sender=PHONE, text=SAID)
    drain(["words"])
    refresh()
    held = holding.hold(matter_id=matters[0].pk, by=city.inspector, reason="复查")
    assert {"matters_contact.phone_index", "channels_reply.sender_index"} <= left(values())
    with time_machine.travel(now + YEARS, tick=False):
        retention.anonymise_due()
        assert left(values()) >= {"matters_matter.summary"}  # what is held stays
        assert Matter.objects.exclude(summary="").get() == matters[0]
        holding.lift(matter_id=held.matter_id, by=city.inspector, reason="完")
        assert retention.anonymise_due() == 1
        assert erasing.erase_strays() == 1
        assert erasing.erase_strays() == 0
        limits.forget_old()
        refresh()
        back_up(tmp_path / "home" / "next.tar.gz")
        assert left(values(), kept(django_settings.ANMIN_HOME)) == set()
    assert not HandOut.objects.exists()
    assert not Party.objects.exclude(sealed=None).exists()
    assert Reply.objects.count() == 1  # that one came is still known
    assert verify().sound


def test_a_survey_forgets_who_was_asked_and_what_was_written_about_it(city: City) -> None:
    wave = opened(city)
    rows = table()
    line, cells = rows[0]
    cells[HEADER.index("姓名")], cells[HEADER.index("电话")] = NAME, DIGITS
    cells[HEADER.index("住址")] = ADDRESS
    rows[0] = (line, cells)
    frames.take_in(wave_id=wave.pk, header=HEADER, rows=rows, by=city.analyst)
    waves.freeze(wave_id=wave.pk, by=city.analyst)
    waves.draw(
        wave_id=wave.pk, sizes={city.town.code: 40, city.yuhai_town.code: 30}, by=city.analyst
    )
    index = django_settings.KEYRING.blind_index(PHONE, purpose="phone")
    case = Case.objects.get(row=FrameRow.objects.get(phone_index=index))
    now = timezone.now()
    CaseAttempt.objects.create(
        case=case, seq=1, at=now, via="phone", outcome="no_answer", key="k",
        note=seal(SAID, kind="attempt", of=f"{case.pk}/1"),
    )  # fmt: skip
    texted(f"survey:{case.pk}", now)
    waves.end_fieldwork(wave_id=wave.pk, by=city.analyst)
    assert {"surveys_framerow.phone_index", "channels_message.recipient_index"} <= left(values())
    with time_machine.travel(now + YEARS, tick=False):
        assert waves.forget_people(timezone.now()) == 70
        assert left(values()) == set()
    assert bytes(CaseAttempt.objects.get(key="k").note) == b""
    assert bytes(Message.objects.get(subject_ref=f"survey:{case.pk}").body) == b""
