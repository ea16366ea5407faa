"""周卫国 leads the Jinhu station and brings in files of every kind; what he is rated by stays."""

import csv
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from tests.personas import City

from anmin.callbacks.models import Callback
from anmin.callbacks.stopping import stop
from anmin.channels.actions import opt_out
from anmin.exchange import undoing
from anmin.exchange.imports import ImportResult, import_file
from anmin.exchange.models import ImportRun, ProfileUse
from anmin.exchange.profile_use import own_source
from anmin.exchange.template import template_columns
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters.actions import contact_for_message, contacts_to_call, move
from anmin.matters.actor import Actor
from anmin.matters.contacts import unseal
from anmin.matters.models import Contact, Deadline, Entry, LaterContact, Matter
from anmin.matters.news import drain
from anmin.matters.queries import find
from anmin.matters.verify import verify
from anmin.people.models import Account
from anmin.places.models import Unit

DAY = f"{timezone.localdate() - timedelta(days=1)}"


@dataclass
class Files:
    """Writes and takes in exports of the Chinese template."""

    folder: Path

    def path(self, *rows: dict[str, str]) -> Path:
        columns = [title.strip("*") for title in template_columns()]
        path = self.folder / "file.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            sheet = csv.DictWriter(file, columns)
            sheet.writeheader()
            sheet.writerows(rows)
        return path

    def take(self, actor: Account | None, *rows: dict[str, str], **more: Any) -> ImportResult:
        return import_file(self.path(*rows), **{"profile": "template_zh", "actor": actor, **more})

    def reasons(self, result: ImportResult) -> list[str]:
        assert result.rejects_file is not None
        rows = list(csv.reader(result.rejects_file.open(encoding="utf-8-sig", newline="")))
        return [row[-1] for row in rows[1:]]


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Files:
    settings.ANMIN_HOME = tmp_path
    return Files(tmp_path)


def row(number: str = "J1", hour: int = 12, **cells: str) -> dict[str, str]:
    """An answered theft of Jinhu, as the city's export tells it."""
    return {
        "警情编号": number, "报警时间": f"{DAY} 08:00:00", "警情类别": "盗窃",
        "社区代码": "330381003099", "管辖单位": "RA-JH", "报警人": "王女士",
        "联系电话": "13857712345", "更新时间": f"{DAY} {hour:02}:00:00", **cells,
    }  # fmt: skip


ANSWERED = {"答复时间": f"{DAY} 09:10:00", "答复内容": "已立案"}
YUHAI = {"管辖单位": "RA-YH", "社区代码": ""}


def everything() -> list[Any]:
    """All that an import could have changed."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Matter, Entry, Deadline, Contact, LaterContact, Callback, Unit)
    ]


# --- rows of others -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attempt",
    [
        {},  # takes it over: his unit is named
        YUHAI,
        {"管辖单位": "", "社区代码": ""},
        {**ANSWERED},
        {"警情类别": "家庭暴力"},
        {"联系电话": "13999999999"},
        {"发生地址": "别处"},
    ],
)
@pytest.mark.parametrize("planned", [False, True])
def test_a_matter_of_another_unit_is_neither_moved_nor_changed_nor_told(
    city: City, files: Files, attempt: dict[str, str], planned: bool
) -> None:
    files.take(None, row(**{**YUHAI, **(ANSWERED if planned else {})}))
    drain()
    before = everything()
    result = files.take(city.duty_leader, row(hour=13, **attempt))
    assert (result.created, result.updated, result.unchanged, result.rejected) == (0, 0, 0, 1)
    (reason,) = files.reasons(result)
    assert "非本单位" in reason
    assert "玉海" not in reason
    assert everything() == before


@pytest.mark.parametrize("hour", [11, 12, 13])
def test_the_very_facts_of_anothers_matter_are_not_confirmed_either(
    city: City, files: Files, hour: int
) -> None:
    files.take(None, row(**YUHAI))
    before = everything()
    assert files.take(city.duty_leader, row(hour=hour, **YUHAI)).rejected == 1
    assert everything() == before


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (YUHAI, "其他单位"),
        ({"管辖单位": "", "社区代码": "330381002"}, "其他单位"),
        ({"社区代码": "330381002"}, "辖区由其他单位负责"),
        ({"管辖单位": "RA"}, "其他单位"),
    ],
)
def test_no_file_opens_a_matter_for_another_unit(
    city: City, files: Files, cells: dict[str, str], why: str
) -> None:
    before = everything()
    result = files.take(city.duty_leader, row("X1", **cells), row("X2"))
    assert (result.created, result.rejected) == (1, 1)
    (reason,) = files.reasons(result)
    assert why in reason
    assert Matter.objects.get().external_id == "X2"
    assert len(before[0]) == 0


def test_his_own_units_rows_come_in_in_his_name(city: City, files: Files) -> None:
    nowhere = row("J2", 管辖单位="", 社区代码="")
    result = files.take(city.duty_leader, row(), nowhere)
    assert (result.created, result.rejected) == (2, 0)
    assert set(Matter.objects.values_list("unit", flat=True)) == {city.jinhu.pk}
    for entry in Entry.objects.all():
        assert (entry.actor, entry.actor_label, entry.actor_role) == (
            city.duty_leader, "zhouweiguo", "duty_leader",
        )  # fmt: skip
    later = files.take(city.duty_leader, row(hour=13, 发生地址="文化路", **ANSWERED))
    assert later.updated == 1
    matter = Matter.objects.get(external_id="J1")
    assert (matter.state, matter.place) == ("answered", "文化路")
    assert verify().sound


def test_at_the_console_the_entry_says_so(city: City, files: Files) -> None:
    files.take(None, row())
    entry = Entry.objects.get()
    assert (entry.actor, entry.actor_role) == (None, "system")
    assert entry.actor_label.startswith("console")


def test_the_city_s_export_moves_what_it_is_about(city: City, files: Files) -> None:
    files.take(city.operator, row(**YUHAI))
    assert files.take(city.admin, row(hour=13)).updated == 1
    assert Matter.objects.get().unit == city.jinhu
    assert [entry.actor for entry in Entry.objects.order_by("id")] == [city.operator, city.admin]


@pytest.mark.parametrize("cells", [{"警情类别": "家庭暴力"}, {"报警时间": f"{DAY} 07:00:00"}])
def test_what_decides_about_callbacks_is_changed_by_no_unit_even_before(
    city: City, files: Files, cells: dict[str, str]
) -> None:
    files.take(city.operator, row())
    before = everything()
    assert files.take(city.duty_leader, row(hour=13, **cells)).rejected == 1
    assert everything() == before


def test_two_who_bring_the_same_file_have_each_their_own_rejected_rows(
    city: City, files: Files
) -> None:
    """Else one would be shown the rows, and the reasons, that were the other's."""
    rows = row(**YUHAI), row("J2", 12, 报警时间="昨天")
    mine_ = files.take(city.duty_leader, *rows)
    theirs = files.take(city.operator, *rows)
    assert mine_.rejects_file != theirs.rejects_file
    assert (len(files.reasons(mine_)), len(files.reasons(theirs))) == (2, 1)
    again = files.take(city.duty_leader, *rows)
    assert again.rejects_file == mine_.rejects_file


# --- what somebody is called back about -----------------------------------------------------------


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
    called = [(one.name, one.phone) for one in contacts_to_call(matter)]
    assert called == [("王女士", "+8613857712345"), ("张先生", "+8613999999999")]
    assert find(city.inspector, "13999999999") == [matter]
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
    assert [one.phone for one in contacts_to_call(matter)] == ["+8613999999999"]
    assert LaterContact.objects.latest("pk").standing == LaterContact.UNIT
    assert files.take(city.duty_leader, row(hour=14, 联系电话="13666666666")).unchanged == 1
    # Should the record name him too, he is.
    files.take(city.operator, row(hour=15, 联系电话="13666666666", 发生地址="文化路"))
    assert "+8613666666666" in [one.phone for one in contacts_to_call(matter)]


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
    assert "+8613857712345" in [one.phone for one in contacts_to_call(matter)]
    assert verify().sound


def test_contacts_of_his_never_push_the_true_one_out_of_reach(city: City, files: Files) -> None:
    for hour, digit in enumerate("123", 9):
        files.take(city.duty_leader, row(hour=hour, 联系电话=f"1390000000{digit}"))
    files.take(city.duty_leader, row("J1", 12, 联系电话="13900000003", **ANSWERED))
    drain()
    files.take(city.operator, row("J1", 10, **ANSWERED))
    # Two are called: rule callback.contacts_called.
    phones = [one.phone for one in contacts_to_call(Matter.objects.get())]
    assert phones == ["+8613857712345", "+8613900000003"]
    assert find(city.inspector, "13900000003") == find(city.inspector, "13857712345")
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
    assert [one.phone for one in contacts_to_call(matter)] == ["+8613857712345", "+8613900000001"]
    assert contact_for_message(matter).phone == "+8613857712345"
    assert verify().sound
    # What the record names later stands beside, and his own files change nothing any more.
    files.take(city.operator, row("J1", 14, **{**ANSWERED, "联系电话": "13700000002"}))
    files.take(city.duty_leader, row("J1", 15, **{**ANSWERED, "联系电话": "13900000003"}))
    phones = [one.phone for one in contacts_to_call(matter)]
    assert phones == ["+8613857712345", "+8613900000001", "+8613700000002"]


def test_undoing_the_export_gives_the_unit_s_contact_its_place_back(
    city: City, files: Files
) -> None:
    files.take(city.duty_leader, row("J1", 12, **{**ANSWERED, "联系电话": "13900000001"}))
    files.take(city.operator, row("J1", 13, **ANSWERED))
    run = ImportRun.objects.latest("pk")
    undoing.carry_out(undoing.start(run.pk, actor=city.operator), lambda _run: None)
    matter = Matter.objects.get()
    assert [one.phone for one in contacts_to_call(matter)] == ["+8613900000001"]
    assert not find(city.inspector, "13857712345")
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


# --- profiles and their sources --------------------------------------------------------------------


def mine(folder: Path, source: str = "template_zh") -> Path:
    path = folder / "mine.toml"
    path.write_text(
        f'name = "mine"\ntitle = "x"\nsource = "{source}"\n[time]\n'
        'formats = ["%Y-%m-%d %H:%M:%S"]\n[columns]\nexternal_id = "警情编号"\n'
        'received_at = "报警时间"\nanswered_at = "答复时间"\nreply = "答复内容"\n'
        'contact_phone = "联系电话"\nupdated_at = "更新时间"\nunit = "管辖单位"\n'
        'category = "警情类别"\n[category]\nlabels = true\ndefault = "other"\n',
        "utf-8",
    )
    return path


def test_a_profile_of_ones_own_never_meets_anothers_records(city: City, files: Files) -> None:
    files.take(city.operator, row(**ANSWERED))
    drain()
    before = Matter.objects.values().get()
    attack = row(hour=13, **{**ANSWERED, "答复内容": "别的", "联系电话": "13999999999"})
    profile = str(mine(files.folder))
    assert files.take(city.duty_leader, attack, profile=profile).created == 1
    assert Matter.objects.values().get(external_id="J1", source="template_zh") == before
    own = Matter.objects.exclude(source="template_zh").get()
    assert own.source.startswith(f"own-u{city.jinhu.pk}-")
    assert own.unit == city.jinhu
    # The same kind of file again is about the same records.
    assert files.take(city.duty_leader, attack, profile=profile).unchanged == 1


def test_the_source_of_a_profile_of_ones_own_is_told_by_unit_and_columns(city: City) -> None:
    """However a header is typed, next month's file is about the same records as this month's."""
    source = own_source(city.duty_leader, ["Case No", "time"])
    assert own_source(city.officer, [" CASE NO", "Time "]) == source
    assert own_source(city.other_officer, ["Case No", "time"]) != source
    for other in (["time", "Case No"], ["Case No"], ["Case No", "time", ""], ["Case Notime"]):
        assert own_source(city.duty_leader, other) != source


@pytest.mark.parametrize("source", ["template_zh", "seattle_911", "desk", "callback", "own-u1-0"])
def test_even_at_the_console_a_source_belongs_to_one_profile(
    city: City, files: Files, source: str
) -> None:
    with pytest.raises(Refusal, match="来源"):
        files.take(None, row(), profile=str(mine(files.folder, source)))
    assert not Matter.objects.exists()


def test_a_profile_is_used_by_whom_the_administrator_lets_use_it(city: City, files: Files) -> None:
    with pytest.raises(NotAllowed):
        files.take(city.duty_leader, row(), profile="seattle_911")
    ProfileUse.objects.create(profile="template_zh", unit=city.yuhai)
    for refused in (city.duty_leader, city.operator):
        with pytest.raises(NotAllowed):
            files.take(refused, row())
    assert (Matter.objects.count(), ImportRun.objects.count()) == (0, 0)
    for use in ({"unit": city.bureau}, {"role": "duty_leader"}, {"account": city.duty_leader}):
        ProfileUse.objects.all().delete()
        ProfileUse.objects.create(profile="template_zh", **use)
        files.take(city.duty_leader, row())
    assert files.take(city.admin, row()).updated == 1  # the city has not said it before
    assert files.take(city.admin, row()).unchanged == 1


def test_a_person_s_file_adds_no_units(city: City, files: Files) -> None:
    units = Unit.objects.count()
    with pytest.raises(NotAllowed):
        files.take(city.operator, row(), adds_units=True)
    assert (Unit.objects.count(), ImportRun.objects.count()) == (units, 0)
