"""`anmin callbacks` and `anmin day`, as a clerk at the console uses them."""

import json
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.callbacks.models import Answer, Attempt, Callback, Carried, DayClosure
from anmin.callbacks.tests.scene import rules
from anmin.config import command
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.people.actions import roster_duty

Run = Callable[..., tuple[int, Any, str]]
pytestmark = pytest.mark.usefixtures("morning")


@pytest.fixture
def morning() -> Any:
    """A Tuesday at ten in China; days may be signed at any hour."""
    with (
        time_machine.travel("2026-11-10T02:00:00Z", tick=False) as traveller,
        rules(day_sign_from=time(0)),
    ):
        yield traveller


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with --json: its status, the object, and what it said on standard error."""

    def call(*args: str) -> tuple[int, Any, str]:
        status = command.run([*args, "--json"])
        captured = capsys.readouterr()
        return status, json.loads(captured.out) if captured.out else None, captured.err

    return call


def test_plan_list_and_record(city: City, run: Run) -> None:
    theft = city.answered()
    city.answered(category="domestic", actor=Actor.system("dispatch"), source="dispatch")
    assert run("callbacks", "plan")[:2] == (
        0,
        {"entries": 4, "planned": 1, "excluded": {"sensitive": 1}, "steps": 0},
    )
    assert run("callbacks", "plan")[1]["planned"] == 0
    status, told, _error = run("callbacks", "list", "--due", "2026-11-10")
    (line,) = told["callbacks"]
    assert (status, line["number"], line["status"]) == (0, theft.number, "calling")
    assert run("callbacks", "list", "--due", "2026-11-09")[1] == {"callbacks": []}
    assert len(run("callbacks", "list", "--all")[1]["callbacks"]) == 2

    status, told, _error = run(
        "callbacks", "record", str(line["id"]), "--outcome", "no_answer", "--reason", "忙音"
    )
    assert (status, told["status"], told["attempts"]) == (0, "calling", 1)
    status, told, _error = run(
        *("callbacks", "record", theft.number, "--outcome", "reached", "--answer", "3"),
        *("--solved", "no", "--concern", "not_solved", "--reason", "车还没找到", "--no-consent"),
    )
    assert (status, told["status"], told["disposition"]) == (0, "done", "1.1")
    answer = Answer.objects.get()
    assert (answer.satisfaction, answer.solved, answer.consent_contact) == (
        "dissatisfied",
        "no",
        False,
    )
    assert Matter.objects.filter(kind="rectification").count() == 1


def test_an_operator_is_named_when_known(city: City, run: Run) -> None:
    matter = city.answered()
    run("callbacks", "plan")
    words = ("callbacks", "record", matter.number, "--outcome", "reached", "--answer", "satisfied")
    assert run(*words, "--by", "linxiao")[0] == 0
    assert Attempt.objects.get().operator == city.operator


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--outcome", "hung_up"), "there is no outcome hung_up"),
        (("--outcome", "reached"), "Choose at least one answer."),
        (("--outcome", "busy", "--answer", "satisfied"), "an answer goes with --outcome reached"),
        (("--outcome", "reached", "--answer", "great"), "There is no such choice: great."),
        (("--outcome", "appointment"), "Say when to call again."),
        (("--outcome", "busy", "--by", "chenli"), "You may not do this."),
        (("--outcome", "busy", "--by", "nobody"), "There is no account called nobody."),
    ],
)
def test_what_cannot_be_recorded_changes_nothing(
    city: City, run: Run, words: tuple[str, ...], reason: str
) -> None:
    matter = city.answered()
    run("callbacks", "plan")
    before = Callback.objects.values().get()
    status, told, error = run("callbacks", "record", matter.number, *words)
    assert (status, told) == (1, None)
    assert reason in error
    assert Callback.objects.values().get() == before
    assert run("callbacks", "record", "999", "--outcome", "busy")[2].strip() == (
        "anmin: There is no such callback."
    )


def test_the_day_is_shown_and_closed(city: City, run: Run) -> None:
    matter = city.incident()
    status, told, _error = run("day", "show", "2026-11-10", "--unit", "RA-JH")
    assert (status, told["unit"], told["signed"], told["clear"]) == (0, "RA-JH", False, False)
    assert told["counts"]["owed"] == 1
    assert [item["number"] for item in told["owed"]] == [matter.number]
    assert run("day", "show")[1]["unit"] == "RA"

    status, told, error = run("day", "close", "--by", "zhouweiguo")
    assert (status, told) == (1, None)
    assert "1 still owed" in error
    assert matter.number in error
    assert not DayClosure.objects.exists()
    words = ("day", "close", "2026-11-10", "--by", "zhouweiguo", "--reason", "等待鉴定")
    assert run(*words)[0] == 1
    status, told, _error = run(*words, "--to", "chenli")
    assert (status, told["signed_by"], told["counts"]["carried"]) == (0, "zhouweiguo", 1)
    row = Carried.objects.get()
    assert (row.matter, row.new_account) == (matter, city.officer)
    status, _told, error = run(*words, "--to", "chenli")
    assert (status, DayClosure.objects.count()) == (1, 1)
    assert "signed already" in error


def test_what_is_overdue_is_carried_with_a_reason_of_its_own(city: City, run: Run) -> None:
    late = city.incident(opened_at=timezone.now() - timedelta(days=3))
    words = ("day", "close", "--by", "zhouweiguo", "--to", "chenli", "--reason", "转夜班")
    status, _told, error = run(*words)
    assert (status, DayClosure.objects.count()) == (1, 0)
    assert f"{late.number} is overdue" in error
    assert run(*words, "--why", f"{late.number}=等待鉴定")[0] == 0
    assert Carried.objects.get().reason == "等待鉴定"


def test_without_by_the_rostered_duty_leader_signs(city: City, run: Run) -> None:
    status, _told, error = run("day", "close", "--unit", "RA-JH")
    assert status == 1
    assert "say with --by who signs" in error
    roster_duty(date=timezone.localdate(), unit=city.jinhu, account=city.duty_leader)
    assert run("day", "close", "--unit", "RA-JH")[1]["signed_by"] == "zhouweiguo"


def test_the_commands_read_well_for_people(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    matter = city.answered()
    for words in (["callbacks", "plan"], ["callbacks", "list"], ["day", "show"]):
        assert command.run(words) == 0
    said = capsys.readouterr().out
    assert "1 planned, 0 excluded; 0 steps taken." in said
    assert said.count(matter.number) == 2
    assert "not signed off" in said
