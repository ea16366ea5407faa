"""What a citizen is called back about: no file of the rated unit changes what it rests on."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from tests.personas import City

from anmin.callbacks.models import Callback
from anmin.callbacks.stopping import stop
from anmin.channels.actions import opt_out
from anmin.exchange import undoing
from anmin.exchange.models import ImportRun
from anmin.exchange.tests.station import ANSWERED, DAY, Files, everything, mine, row
from anmin.matters.actions import contact_for_message, contacts_to_call, move
from anmin.matters.actor import Actor
from anmin.matters.contacts import unseal
from anmin.matters.models import Contact, Deadline, Entry, LaterContact, Matter
from anmin.matters.news import drain
from anmin.matters.search import search
from anmin.matters.verify import verify


@pytest.mark.parametrize(
    "cells",
    [
        {"答复内容": "已按您的要求办理"},
        {"联系电话": "13999999999"},
        {"报警人": "别人", "联系电话": "13999999999"},
        {"发生地址": "别处"},
    ],
)
@pytest.mark.parametrize("drained", [True, False])
def test_once_a_callback_is_due_no_file_of_his_changes_what_it_rests_on(
    city: City, files: Files, cells: dict[str, str], drained: bool
) -> None:
    files.take(city.operator, row(**ANSWERED))
    if drained:
        drain()
    before = everything()
    for _time in range(2):
        result = files.take(city.duty_leader, row(hour=13, **{**ANSWERED, **cells}))
        assert (result.updated, result.rejected) == (0, 1)
        assert "已安排回访" in files.reasons(result)[0]
    after = everything()
    # That it was tried is in the history, once, in his name; nothing else has moved.
    assert [len(rows) for rows in after] == [
        len(rows) + (model == 1) for model, rows in enumerate(before)
    ]
    tried = Entry.objects.latest("id")
    assert (tried.action, tried.actor) == ("kept_out", city.duty_leader)
    changed = {name for name in before[0][0] if before[0][0][name] != after[0][0][name]}
    assert changed <= {"version", "head"}
    assert after[2:] == before[2:]
    assert verify().sound


def test_a_later_contact_of_the_system_of_record_stands_beside_the_first(
    city: City, files: Files
) -> None:
    files.take(city.operator, row(**ANSWERED))
    drain()
    first = list(Contact.objects.values())
    later = row(hour=13, 联系电话="13999999999", 报警人="张先生", **ANSWERED)
    assert files.take(city.operator, later).updated == 1
    assert files.take(city.operator, later).unchanged == 1
    assert list(Contact.objects.values()) == first
    matter = Matter.objects.get()
    called = [(one.contact.name, one.contact.phone) for one in contacts_to_call(matter)]
    assert called == [("王女士", "+8613857712345"), ("张先生", "+8613999999999")]
    assert search(city.inspector, "13999999999").rows == [matter]
    assert "later_contact" in Entry.objects.latest("id").payload["told"]


def test_a_later_reply_of_the_system_of_record_is_kept_and_changes_nothing(
    city: City, files: Files
) -> None:
    files.take(city.operator, row(**ANSWERED))
    drain()
    other = row(hour=13, **{**ANSWERED, "答复内容": "另一答复"})
    assert files.take(city.operator, other).updated == 1
    matter = Matter.objects.get()
    assert (matter.details["reply"], matter.state) == ("已立案", "answered")
    assert Entry.objects.latest("id").payload["told"]["aside"] == {"reply": "另一答复"}
    assert files.take(city.operator, {**other, "更新时间": f"{DAY} 14:00:00"}).unchanged == 1
    assert verify().sound


def test_before_anybody_is_to_be_called_the_system_of_record_puts_a_contact_right(
    city: City, files: Files
) -> None:
    files.take(city.operator, row())
    files.take(city.operator, row(hour=13, 联系电话="13999999999"))
    matter = Matter.objects.get()
    assert unseal(Contact.objects.get(), number=matter.number).phone == "+8613999999999"
    assert LaterContact.objects.get().standing == LaterContact.RENEWED
    # His own file does not: what it names is kept, and not called.
    files.take(city.duty_leader, row(hour=14, 联系电话="13666666666"))
    assert unseal(Contact.objects.get(), number=matter.number).phone == "+8613999999999"
    assert [one.contact.phone for one in contacts_to_call(matter)] == ["+8613999999999"]
    assert LaterContact.objects.latest("pk").standing == LaterContact.UNIT
    assert files.take(city.duty_leader, row(hour=14, 联系电话="13666666666")).unchanged == 1
    # Should the record name him too, he is.
    files.take(city.operator, row(hour=15, 联系电话="13666666666", 发生地址="文化路"))
    assert "+8613666666666" in [one.contact.phone for one in contacts_to_call(matter)]


def test_a_friend_who_wants_no_calls_does_not_keep_the_citizen_from_being_asked(
    city: City, files: Files
) -> None:
    """He puts a friend's number beside the one that the record names; the friend sends a stop."""
    opt_out(medium="sms", recipient="+8613900000001", via="reply")
    files.take(city.operator, row("J1"))
    files.take(city.duty_leader, row("J1", 13, 联系电话="13900000001", 报警人="朋友", **ANSWERED))
    files.take(city.operator, row("J2", 联系电话=""))
    files.take(city.duty_leader, row("J2", 13, 联系电话="13900000001", 报警人="朋友", **ANSWERED))
    drain()
    named, unnamed = Callback.objects.order_by("matter__external_id")
    assert (named.exclusion, named.claimed) == ("", "")
    assert named.status in {"planned", "calling"}
    # Where the record names nobody, the unit's word waits for the inspectorate.
    assert (unnamed.status, unnamed.exclusion, unnamed.claimed) == ("claimed", "", "opted_out")
    later = files.take(city.operator, row("J3", **ANSWERED))
    assert later.created == 1
    files.take(city.duty_leader, row("J3", 13, 联系电话="13900000002", 报警人="朋友", **ANSWERED))
    drain()
    stop(
        settings.KEYRING.blind_index("+8613900000002", purpose="phone"), at=timezone.now(), key="s"
    )
    third = Callback.objects.get(matter__external_id="J3")
    assert (third.exclusion, third.claimed, third.closed_at) == ("", "", None)


@pytest.mark.parametrize("first", [True, False])
def test_what_a_unit_s_file_says_never_makes_the_system_of_record_old(
    city: City, files: Files, first: bool
) -> None:
    """He is there before the city's export, or says its very facts again, as if from later."""
    if not first:
        files.take(city.operator, row(hour=9))
    changed: Any = {"联系电话": "13999999999"} if first else {}
    files.take(city.duty_leader, row(hour=23, **changed))
    late: Any = {"更新时间": f"{timezone.localtime() + timedelta(hours=20):%Y-%m-%d %H:%M:%S}"}
    files.take(city.duty_leader, row(发生地址="别处", **late))
    assert files.take(city.operator, row(hour=10, 发生地址="文化路")).updated == 1
    matter = Matter.objects.get()
    assert matter.place == "文化路"
    assert "+8613857712345" in [one.contact.phone for one in contacts_to_call(matter)]
    assert verify().sound


def test_contacts_of_his_never_push_the_true_one_out_of_reach(city: City, files: Files) -> None:
    for hour, digit in enumerate("123", 9):
        files.take(city.duty_leader, row(hour=hour, 联系电话=f"1390000000{digit}"))
    files.take(city.duty_leader, row("J1", 12, 联系电话="13900000003", **ANSWERED))
    drain()
    files.take(city.operator, row("J1", 10, **ANSWERED))
    # Two are called: rule callback.contacts_called.
    phones = [one.contact.phone for one in contacts_to_call(Matter.objects.get())]
    assert phones == ["+8613857712345", "+8613900000003"]
    assert search(city.inspector, "13900000003").rows == search(city.inspector, "13857712345").rows
    assert verify().sound


@pytest.mark.parametrize("called", [False, True])
def test_the_contact_of_the_record_is_called_first_whenever_it_comes(
    city: City, files: Files, called: bool
) -> None:
    """A number that he plants before the city's export is not the one that is called, or texted."""
    files.take(
        city.duty_leader, row("J1", 12, **{**ANSWERED, "联系电话": "13900000001", "报警人": "熟人"})
    )
    if called:
        drain()
    matter = Matter.objects.get()
    files.take(city.operator, row("J1", 13, **ANSWERED))
    assert [one.contact.phone for one in contacts_to_call(matter)] == [
        "+8613857712345",
        "+8613900000001",
    ]
    assert contact_for_message(matter).phone == "+8613857712345"
    assert verify().sound
    # What the record names later stands beside, and his own files change nothing any more.
    files.take(city.operator, row("J1", 14, **{**ANSWERED, "联系电话": "13700000002"}))
    files.take(city.duty_leader, row("J1", 15, **{**ANSWERED, "联系电话": "13900000003"}))
    phones = [one.contact.phone for one in contacts_to_call(matter)]
    assert phones == ["+8613857712345", "+8613900000001", "+8613700000002"]


def test_undoing_the_export_gives_the_unit_s_contact_its_place_back(
    city: City, files: Files
) -> None:
    files.take(city.duty_leader, row("J1", 12, **{**ANSWERED, "联系电话": "13900000001"}))
    files.take(city.operator, row("J1", 13, **ANSWERED))
    run = ImportRun.objects.latest("pk")
    undoing.carry_out(undoing.start(run.pk, actor=city.operator), lambda _run: None)
    matter = Matter.objects.get()
    assert [one.contact.phone for one in contacts_to_call(matter)] == ["+8613900000001"]
    assert not search(city.inspector, "13857712345").rows
    assert verify().sound


def test_a_matter_first_brought_by_his_file_is_answered_when_the_file_comes_in(
    city: City, files: Files
) -> None:
    now = timezone.now()
    files.take(
        city.duty_leader, row("J1", 12, **ANSWERED)
    )  # of yesterday and answered yesterday, he says
    files.take(city.duty_leader, row("J2", 12, **ANSWERED), profile=str(mine(files.folder)))
    assert Matter.objects.count() == 2
    for matter in Matter.objects.all():
        clock = Deadline.objects.get(matter=matter, clock="answer")
        assert matter.closed_at is not None
        assert clock.met_at is not None
        assert min(matter.closed_at, clock.met_at) >= now > clock.due_at
    assert verify().sound


def test_the_record_s_beginning_and_answer_take_the_place_of_his(city: City, files: Files) -> None:
    """He lets a theft begin later than it did; the export tells when it did, and was answered."""
    files.take(city.duty_leader, row(报警时间=f"{DAY} 20:00:00", 警情类别="其他"))
    assert files.take(city.operator, row("J1", 13, **ANSWERED)).updated == 1
    clock, matter = Deadline.objects.get(clock="answer"), Matter.objects.get()
    assert f"{timezone.localtime(clock.started_at):%H:%M}" == "08:00"
    assert f"{timezone.localtime(clock.due_at):%H:%M}" == "23:59"
    assert clock.met_at == matter.closed_at
    assert clock.met_at is not None
    assert f"{timezone.localtime(clock.met_at):%H:%M}" == "09:10"
    assert verify().sound


def test_the_record_says_when_a_matter_was_answered_that_his_file_closed(
    city: City, files: Files
) -> None:
    files.take(city.duty_leader, row("J1", 12, **ANSWERED))
    files.take(city.operator, row("J1", 13, **{**ANSWERED, "答复时间": f"{DAY} 23:30:00"}))
    clock, matter = Deadline.objects.get(clock="answer"), Matter.objects.get()
    assert clock.met_at == matter.closed_at
    assert clock.met_at is not None
    assert f"{timezone.localtime(clock.met_at):%H:%M}" == "23:30"
    assert verify().sound


@pytest.mark.parametrize(("days", "taken"), [(29, True), (31, False)])
def test_history_is_not_the_units_to_bring(
    city: City, files: Files, days: int, taken: bool
) -> None:
    """What is over would count as answered today; what is not would change figures long seen."""
    began = timezone.localdate() - timedelta(days=days)
    old = {"报警时间": f"{began} 08:00:00", "更新时间": ""}
    result = files.take(city.duty_leader, row("A", 12, **old, **ANSWERED), row("B", 12, **old))
    assert (result.created, result.rejected) == ((2, 0) if taken else (0, 2))
    if not taken:
        assert all("30" in reason for reason in files.reasons(result))
        assert not Matter.objects.exists()
    assert files.take(city.operator, row("C", 12, **old, **ANSWERED)).created == 1


def test_an_answer_in_his_file_is_given_when_the_file_comes_in(city: City, files: Files) -> None:
    files.take(city.operator, row())  # due yesterday, and not answered
    now = timezone.now()
    assert files.take(city.duty_leader, row(hour=13, **ANSWERED)).updated == 1
    clock, matter = Deadline.objects.get(clock="answer"), Matter.objects.get()
    assert clock.met_at is not None
    assert matter.closed_at is not None
    assert clock.met_at >= now > clock.due_at
    assert matter.closed_at >= now
    assert verify().sound


def test_in_a_source_of_his_own_the_later_word_still_stands(city: City, files: Files) -> None:
    profile = str(mine(files.folder))
    files.take(city.duty_leader, row(hour=13, 更新时间=""), profile=profile)
    matter = Matter.objects.get()
    assert matter.facts_at is not None
    assert matter.facts_at.year >= 2026


def test_a_step_by_hand_and_his_file_end_in_the_same_states(city: City, files: Files) -> None:
    files.take(city.operator, row())
    matter = Matter.objects.get()
    move(
        matter_id=matter.pk, code="answer", actor=Actor.of(city.officer),
        inputs={"reply": "已立案"},
    )  # fmt: skip
    before = Matter.objects.values().get()
    files.take(city.duty_leader, row(hour=13, **{**ANSWERED, "答复内容": "别的"}))
    after = Matter.objects.values().get()
    assert (after["state"], after["details"]) == (before["state"], before["details"])
