"""A wrong file is taken back as a whole, as long as nobody has built on it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from tests.personas import City

from anmin.callbacks import signing
from anmin.callbacks.closings import Reopening
from anmin.callbacks.dayboard import DayRows
from anmin.callbacks.in_the_lake import callbacks_in_the_lake
from anmin.callbacks.models import Callback
from anmin.callbacks.reopening import withdraw_after
from anmin.evidence.log import atomic
from anmin.exchange import undoing
from anmin.exchange.models import ImportRun, Status
from anmin.exchange.tests.station import ANSWERED, DAY, Files, row
from anmin.kernel.errors import Conflict, NotAllowed, NotFound
from anmin.matters import actions, merging
from anmin.matters.actor import Actor
from anmin.matters.contacts import unseal
from anmin.matters.in_the_lake import table_of
from anmin.matters.models import Contact, Deadline, Entry, LaterContact, Matter
from anmin.matters.news import drain
from anmin.matters.queries import matters_for
from anmin.matters.reactions import ask_citizen
from anmin.matters.registry import kind_of
from anmin.matters.search import search
from anmin.matters.verify import verify
from anmin.measures.reading import source_sql
from anmin.people.models import AccessLog


def last_run() -> ImportRun:
    return ImportRun.objects.latest("pk")


def facts() -> list[dict[str, Any]]:
    """Every matter as people see it, and whom it concerns."""
    hidden = ("version", "head")
    rows = [
        {name: value for name, value in one.items() if name not in hidden}
        for one in Matter.objects.order_by("pk").values()
    ]
    clocks = list(Deadline.objects.order_by("pk").values())
    return [*rows, *clocks, *Contact.objects.order_by("matter_id").values()]


def undo(city: City, run: ImportRun | None = None) -> ImportRun:
    run = undoing.start((run or last_run()).pk, actor=city.operator)
    assert undoing.undo_next() == 1
    return ImportRun.objects.get(pk=run.pk)


def test_what_an_import_opened_is_void_and_its_numbers_are_free_again(
    city: City, files: Files
) -> None:
    files.take(city.operator, row(), row("J2", **ANSWERED))
    drain()
    assert Callback.objects.get().closed_at is None
    seen = undoing.summary(last_run().pk, actor=city.operator)
    assert (seen.opened, seen.changed, seen.reasons()) == (2, 0, [])
    run = undo(city)
    assert (run.status, run.undone_by) == (Status.UNDONE, "linxiao")
    assert set(Matter.objects.values_list("stage", "state", "external_id")) == {
        ("void", "void", None)
    }
    # In no list, to nobody; but whoever has the number still sees what became of it.
    assert not matters_for(city.inspector).exists()
    assert search(city.inspector, "13857712345").rows == []
    assert actions.policy.in_scope(city.inspector, Matter.objects.first())
    callback = Callback.objects.get()
    assert (callback.closed_at is None, callback.withdrawn_at is None) == (False, False)
    assert [entry.action for entry in Entry.objects.order_by("id")] == ["open"] * 2 + ["undone"] * 2
    assert {entry.actor for entry in Entry.objects.all()} == {city.operator}
    assert verify().sound
    assert AccessLog.objects.filter(action="undo_import", account=city.operator).count() == 1
    # The corrected file comes in as if the wrong one had never been.
    assert files.take(city.operator, row(), row("J2", **ANSWERED)).created == 2
    assert matters_for(city.inspector).count() == 2
    assert verify().sound


def test_what_an_import_changed_goes_back_to_what_it_was(city: City, files: Files) -> None:
    files.take(city.operator, row(), row("J2"))
    before = facts()
    changed = row(
        hour=13, 发生地址="别处", 警情类别="诈骗", 管辖单位="RA-YH", 联系电话="13999999999/13666666666",
        到场时间=f"{DAY} 08:30:00", **ANSWERED,
    )  # fmt: skip
    files.take(city.operator, changed)
    assert facts() != before
    drain()
    seen = undoing.summary(last_run().pk, actor=city.admin)
    assert (seen.opened, seen.changed, seen.reasons()) == (0, 1, [])
    undo(city)
    after = facts()
    for one in after:  # what was never told is blank again
        if "details" in one:
            one["details"] = {name: value for name, value in one["details"].items() if value}
    assert after == before
    assert search(city.inspector, "13666666666").rows == []
    assert verify().sound
    assert files.take(city.operator, changed).updated == 1
    matter = Matter.objects.get(external_id="J1")
    assert unseal(matter.contact, number=matter.number).phone == "+8613999999999"
    assert verify().sound


def test_undoing_goes_backwards_one_import_after_the_other(city: City, files: Files) -> None:
    files.take(city.operator, row())
    first = last_run()
    files.take(city.operator, row(hour=13, 发生地址="别处"))
    with pytest.raises(Conflict, match="写入的历史"):
        undoing.start(first.pk, actor=city.operator)
    undo(city)
    assert Matter.objects.get().place == ""
    undo(city, first)
    assert Matter.objects.get().stage == "void"
    assert verify().sound


def _step(city: City) -> None:
    actions.add_note(matter_id=Matter.objects.get().pk, actor=Actor.of(city.officer), text="已联系")


def _called(city: City) -> None:
    drain()
    Callback.objects.update(status="calling", attempts=1)


def _taken(city: City) -> None:
    drain()
    until = timezone.now() + timedelta(minutes=5)
    Callback.objects.update(status="calling", operator=city.operator, lease_until=until)


def _tied(city: City) -> None:
    merging.link(
        matter_id=city.incident(unit=city.jinhu).pk, relation="related",
        other_id=Matter.objects.get(external_id="J1").pk, actor=Actor.of(city.duty_leader),
    )  # fmt: skip


def _signed(city: City) -> None:
    day = timezone.localdate() - timedelta(days=1)
    signing.close_day(unit=city.jinhu, day=day, by=city.duty_leader)


@pytest.mark.parametrize(
    ("build", "what"),
    [
        (_step, "写入的历史"),
        (_called, "已联系群众"),
        (_taken, "已联系群众"),
        (_tied, "关联"),
        (_signed, "已审签"),
    ],
)
def test_what_was_built_on_an_import_is_told_and_nothing_is_undone(
    city: City, files: Files, build: Any, what: str
) -> None:
    files.take(city.operator, row(**ANSWERED))
    build(city)
    before = [facts(), Entry.objects.count(), Callback.objects.values().first()]
    run = last_run()
    with pytest.raises(Conflict, match=what):
        undoing.start(run.pk, actor=city.operator)
    assert undoing.undo_next() == 0
    assert [facts(), Entry.objects.count(), Callback.objects.values().first()] == before
    assert ImportRun.objects.get(pk=run.pk).status == Status.DONE


def test_a_question_to_a_citizen_is_told_too(city: City, files: Files) -> None:
    files.take(city.operator, row())
    pk, officer = Matter.objects.get().pk, Actor.of(city.officer)
    actions.move(matter_id=pk, code="arrive", actor=officer)
    ask_citizen(matter_id=pk, code="ask", actor=officer, question="车是什么颜色？")
    before = [facts(), Entry.objects.count()]
    with pytest.raises(Conflict, match="已向群众提出的问题"):
        undoing.start(last_run().pk, actor=city.operator)
    assert [facts(), Entry.objects.count()] == before


def test_what_is_built_on_an_import_while_its_undoing_waits_stops_it(
    city: City, files: Files
) -> None:
    files.take(city.operator, row())
    run = undoing.start(last_run().pk, actor=city.operator)
    _step(city)
    before = [facts(), Entry.objects.count()]
    assert undoing.undo_next() == 1
    assert [facts(), Entry.objects.count()] == before
    run.refresh_from_db()
    assert run.status == Status.FAILED
    assert "写入的历史" in run.reason
    # It keeps no other import from being undone, and at the console it is said.
    assert undoing.waiting() == 0
    files.take(city.operator, row("J2"))
    assert undo(city).status == Status.UNDONE
    ImportRun.objects.filter(pk=run.pk).update(status=Status.UNDOING)
    run.refresh_from_db()
    with pytest.raises(Conflict, match="写入的历史"):
        undoing.carry_out(run)
    assert ImportRun.objects.get(pk=run.pk).status == Status.FAILED


def test_who_is_rated_undoes_nothing_that_somebody_is_to_be_called_about(
    city: City, files: Files
) -> None:
    fresh = {"报警时间": f"{timezone.localtime():%Y-%m-%d %H:%M:%S}", "警情类别": "噪声扰民"}
    files.take(city.duty_leader, row(**fresh))
    undone = undoing.start(last_run().pk, actor=city.duty_leader)
    undoing.carry_out(undone)
    files.take(city.duty_leader, row(**ANSWERED))
    drain()
    before = [facts(), Entry.objects.count(), Callback.objects.values().get()]
    with pytest.raises(Conflict, match="已安排的回访"):
        undoing.start(last_run().pk, actor=city.duty_leader)
    assert [facts(), Entry.objects.count(), Callback.objects.values().get()] == before


@pytest.mark.parametrize("answered", [False, True])
def test_who_is_rated_undoes_no_promise_that_ran_out(
    city: City, files: Files, answered: bool
) -> None:
    """Not by the page and not by the command; an administrator does."""
    files.take(city.duty_leader, row("J1", **(ANSWERED if answered else {})), row("J2"))
    before, run = [facts(), Entry.objects.count()], last_run()
    seen = undoing.summary(run.pk, actor=city.duty_leader)
    assert seen.built["missed"] == 2  # by hand it is answered when the file comes in: too late
    with pytest.raises(Conflict, match=r"已超时的时限.*2"):
        undoing.start(run.pk, actor=city.duty_leader)
    assert [facts(), Entry.objects.count()] == before
    assert undoing.undo_next() == 0
    undoing.carry_out(undoing.start(run.pk, actor=city.admin))
    assert set(Matter.objects.values_list("stage", flat=True)) == {"void"}


def test_a_promise_that_runs_out_while_its_undoing_waits_stops_it(city: City, files: Files) -> None:
    fresh = {"报警时间": f"{timezone.localtime():%Y-%m-%d %H:%M:%S}", "警情类别": "噪声扰民"}
    files.take(city.duty_leader, row(**fresh))
    run = undoing.start(last_run().pk, actor=city.duty_leader)
    Deadline.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    before = [facts(), Entry.objects.count()]
    assert undoing.undo_next() == 1
    assert [facts(), Entry.objects.count()] == before
    assert ImportRun.objects.get(pk=run.pk).status == Status.FAILED


def test_only_whoever_started_an_import_undoes_it_or_an_administrator(
    city: City, files: Files
) -> None:
    files.take(city.operator, row())
    run = last_run()
    for other, refusal in (
        (city.duty_leader, NotFound), (city.inspector, NotAllowed), (city.officer, NotAllowed),
    ):  # fmt: skip
        with pytest.raises(refusal):
            undoing.start(run.pk, actor=other)
    assert ImportRun.objects.get().status == Status.DONE
    undoing.carry_out(undoing.start(run.pk, actor=city.admin))
    with pytest.raises(Conflict):
        undoing.start(run.pk, actor=city.admin)


@pytest.mark.parametrize("after", [1, 2])
def test_an_undoing_that_is_killed_goes_on_and_does_nothing_twice(
    city: City, files: Files, after: int
) -> None:
    files.take(city.operator, row("J0"), batch=2)
    before = facts()
    files.take(city.operator, row("J0", hour=13), *[row(f"J{n}") for n in range(1, 7)], batch=2)
    run = undoing.start(last_run().pk, actor=None)
    steps: list[int] = []

    def kill(_run: ImportRun) -> None:
        steps.append(1)
        if len(steps) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        undoing.carry_out(run, progress=kill)
    assert ImportRun.objects.get(pk=run.pk).status == Status.UNDOING
    assert undoing.undo_next() == 1
    assert ImportRun.objects.get(pk=run.pk).status == Status.UNDONE
    assert Matter.objects.filter(stage="void").count() == 6
    assert Entry.objects.filter(action="undone").count() == 6
    left = Matter.objects.exclude(stage="void").values_list("external_id", flat=True)
    assert list(left) == ["J0"]
    assert next(one for one in facts() if one.get("external_id") == "J0") == before[0] | {
        "facts_at": before[0]["facts_at"] + timedelta(hours=1)
    }
    assert LaterContact.objects.count() == 0
    assert verify().sound


def test_void_matters_count_in_no_figure_and_on_no_day(city: City, files: Files) -> None:
    files.take(city.operator, row(**ANSWERED))
    drain()
    day = timezone.localdate() - timedelta(days=1)

    def seen() -> list[int]:
        counts = []
        for sql in (source_sql(table_of(kind_of("incident"))), callbacks_in_the_lake("any")):
            with connection.cursor() as cursor:
                cursor.execute(sql)
                counts.append(len(cursor.fetchall()))
        return [*counts, DayRows(city.jinhu, day).counts()["came_in"]]

    assert seen() == [1, 1, 1]
    undo(city)
    assert seen() == [0, 0, 0]


def test_thousands_of_closings_are_taken_back_at_once(city: City, files: Files) -> None:
    files.take(city.operator, row(**ANSWERED))
    drain()
    pk = Matter.objects.get().pk
    many = [Reopening(one, 10**9, timezone.now()) for one in (*range(10**6, 10**6 + 2500), pk)]
    with atomic():
        withdraw_after(many)
    assert Callback.objects.get().withdrawn_at is not None
