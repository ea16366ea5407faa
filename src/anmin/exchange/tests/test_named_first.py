"""A unit's file comes before the city's, or after it: what the city's record says has the last word."""

from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from tests.personas import City

from anmin.callbacks import recording
from anmin.callbacks.claims import claims_of
from anmin.callbacks.in_the_lake import callbacks_in_the_lake
from anmin.callbacks.models import Answer, Attempt, Callback
from anmin.callbacks.recording import Said
from anmin.evidence.log import atomic
from anmin.exchange import undoing
from anmin.exchange.imports import ImportResult, import_file
from anmin.exchange.models import ImportRun
from anmin.exchange.tests.station import ANSWERED, DAY, Files, everything, row
from anmin.kernel.errors import Conflict
from anmin.matters.actions import contacts_to_call
from anmin.matters.first_word import named_by_unit
from anmin.matters.models import Contact, Matter
from anmin.matters.news import drain
from anmin.matters.verify import verify
from anmin.people.models import Account

FRIEND = "13900000001"
SPOT = {"发生地址": "文化小区3幢", "经度": "120.63", "纬度": "27.78"}


def counted() -> list[tuple[int, bool]]:
    """Which callbacks count in figures."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, counts FROM ({callbacks_in_the_lake('any')}) x ORDER BY id")
        return [(pk, bool(counts)) for pk, counts in cursor.fetchall()]


def friend_asked(city: City, files: Files, how: str) -> Callback:
    """周卫国 brings the theft, answered, with the number of a friend, who is asked."""
    files.take(city.duty_leader, row("J1", 12, **{**ANSWERED, "联系电话": FRIEND}))
    drain()
    callback = Callback.objects.get()
    with atomic():
        if how == "answered":
            said = Said(satisfaction="satisfied", solved="yes")
            recording.answer(callback, said, via="call", at=timezone.now(), key="k")
        elif how == "messaged":
            recording.step(
                callback,
                channel=Attempt.Channel.HOUSE,
                outcome="message_sent",
                at=timezone.now(),
                key="k",
                status="messaged",
                attempts=1,
            )
    return callback


@pytest.mark.parametrize("how", ["answered", "messaged"])
def test_who_was_asked_in_the_reporters_place_is_not_the_one_who_counts(
    city: City, files: Files, how: str
) -> None:
    first = friend_asked(city, files, how)
    files.take(city.operator, row("J1", 13, **ANSWERED))
    drain()
    first.refresh_from_db()
    anew = Callback.objects.latest("pk")
    assert (first.open, first.disposition, first.withdrawn_at is None) == (False, "4.80", False)
    assert (anew.open, anew.unit, anew.round, anew.exclusion) == (True, city.jinhu, 1, "")
    assert contacts_to_call(Matter.objects.get())[0].contact.phone == "+8613857712345"
    # What the friend said stays to be seen, and counts for nothing.
    assert Answer.objects.filter(callback=first).count() == (how == "answered")
    assert counted() == [(first.pk, False), (anew.pk, True)]
    with atomic():
        said = Said(satisfaction="dissatisfied", solved="no")
        recording.answer(anew, said, via="call", at=timezone.now(), key="k2")
    # Once: neither the same export nor a later one has it asked again, nor can the unit.
    files.take(city.operator, row("J1", 13, **ANSWERED))
    files.take(city.operator, row("J1", 14, **{**ANSWERED, "联系电话": "13700000002"}))
    files.take(city.duty_leader, row("J1", 15, **{**ANSWERED, "联系电话": FRIEND}))
    drain()
    assert counted() == [(first.pk, False), (anew.pk, True)]
    assert verify().sound


@pytest.mark.parametrize("how", ["answered", "nobody"])
@pytest.mark.parametrize("phone", [f"13857712345/{FRIEND}", FRIEND, ""])
def test_who_is_one_of_the_records_own_was_asked_rightly(
    city: City, files: Files, how: str, phone: str
) -> None:
    first = friend_asked(city, files, how)
    files.take(city.operator, row("J1", 13, **{**ANSWERED, "联系电话": phone, "报警人": "王女士"}))
    drain()
    assert counted() == [(first.pk, True)]


def test_who_was_not_asked_yet_is_simply_not_called_first(city: City, files: Files) -> None:
    first = friend_asked(city, files, "nobody")
    files.take(city.operator, row("J1", 13, **ANSWERED))
    drain()
    assert counted() == [(first.pk, True)]
    assert contacts_to_call(Matter.objects.get())[0].contact.phone == "+8613857712345"


@pytest.mark.parametrize("drained", [True, False])
def test_an_import_that_has_somebody_asked_anew_is_not_undone(
    city: City, files: Files, drained: bool
) -> None:
    friend_asked(city, files, "answered")
    files.take(city.operator, row("J1", 13, **ANSWERED))
    if drained:
        drain()
    before = everything()
    with pytest.raises(Conflict, match="其他报警人"):
        undoing.start(ImportRun.objects.latest("pk").pk, actor=city.operator)
    assert everything() == before


def test_an_import_that_names_another_before_anybody_was_asked_is_undone(
    city: City, files: Files
) -> None:
    first = friend_asked(city, files, "nobody")
    files.take(city.operator, row("J1", 13, **ANSWERED))
    drain()
    undoing.carry_out(undoing.start(ImportRun.objects.latest("pk").pk, actor=city.operator))
    assert counted() == [(first.pk, True)]
    assert contacts_to_call(Matter.objects.get())[0].contact.phone == f"+86{FRIEND}"
    assert verify().sound


def test_whom_the_record_names_too_is_no_word_of_the_unit_alone(city: City, files: Files) -> None:
    """周卫国's file and then the city's say the very same: the reporter may ask to be left alone."""
    told = row("J1", 12, **ANSWERED)
    files.take(city.duty_leader, told)
    first = Contact.objects.get()
    assert named_by_unit(first)
    assert "opted_out" in claims_of([first.matter_id])[first.matter_id].alone
    files.take(city.operator, told)
    assert not named_by_unit(first)
    assert "opted_out" not in claims_of([first.matter_id])[first.matter_id].alone
    undoing.carry_out(undoing.start(ImportRun.objects.latest("pk").pk, actor=city.operator))
    assert named_by_unit(Contact.objects.get())
    assert "opted_out" in claims_of([first.matter_id])[first.matter_id].alone
    assert verify().sound


# --- where it was, and what happened ---------------------------------------------------------------


@pytest.mark.parametrize(
    "cells",
    [
        {"社区代码": "330381003"},
        {"发生地址": "别处"},
        {"经度": "120.60", "纬度": "27.70"},
    ],
)
def test_where_the_record_says_it_was_no_unit_moves_it(
    city: City, files: Files, cells: dict[str, str]
) -> None:
    files.take(city.operator, row(**SPOT))
    before = everything()
    result = files.take(city.duty_leader, row(hour=13, **{**SPOT, **cells}))
    assert (result.updated, result.rejected) == (0, 1)
    assert "以全市系统的记录为准" in files.reasons(result)[0]
    assert everything() == before
    assert files.take(city.operator, row(hour=14, **{**SPOT, **cells})).updated == 1


def test_what_the_record_left_blank_a_unit_tells_once(city: City, files: Files) -> None:
    files.take(city.operator, row())
    assert files.take(city.duty_leader, row(hour=13, 发生地址="文化路")).updated == 1
    before = everything()
    assert files.take(city.duty_leader, row(hour=14, 发生地址="别处")).rejected == 1
    moved = {"发生地址": "文化路", "经度": "120.60", "纬度": "27.70"}
    assert files.take(city.duty_leader, row(hour=15, **moved)).rejected == 1
    assert everything() == before
    # Of what only the unit has told it is the unit's own to put right.
    files.take(city.duty_leader, row("J2", 13, **SPOT))
    assert files.take(city.duty_leader, row("J2", 14, **{**SPOT, "发生地址": "别处"})).updated == 1


def test_what_the_record_says_happened_no_unit_writes_anew(city: City, tmp_path: Path) -> None:
    def take(who: Account, summary: str) -> ImportResult:
        path = tmp_path / "file.csv"
        cells = f"J1,{DAY} 08:00:00,盗窃,{summary},RA-JH"
        path.write_text(f"警情编号,报警时间,警情类别,简要警情,管辖单位\n{cells}\n", "utf-8")
        return import_file(path, profile="template_zh", actor=who)

    take(city.operator, "电动车被盗")
    before = everything()
    assert take(city.duty_leader, "自行车借出").rejected == 1
    assert everything() == before
    assert Matter.objects.get().summary == "电动车被盗"
