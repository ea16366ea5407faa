"""Who follows the news gets every entry once and in order, a job in turns, a command to the end."""

import pytest
from django.db import connection
from tests.personas import City

from anmin.matters import actions, news
from anmin.matters.actor import Actor
from anmin.matters.models import Entry


@pytest.fixture
def read(city: City, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """What a reader got, batch by batch; at the very first entry it writes a note itself."""
    batches: list[list[int]] = []
    first = city.incident()

    def follow(entries: object) -> None:
        batches.append([entry.pk for entry in entries])  # type: ignore[attr-defined]
        if len(batches) == 1:
            leader = Actor.of(city.duty_leader)
            actions.add_note(matter_id=first.pk, actor=leader, text="先看看。")

    monkeypatch.setattr(news, "_subscriptions", {})
    news.subscribe("test.reader", batch=2)(follow)
    return batches


def entries() -> list[int]:
    return list(Entry.objects.order_by("pk").values_list("pk", flat=True))


def test_a_command_reads_to_the_end_what_its_readers_write_included(
    city: City, read: list[list[int]]
) -> None:
    assert news.drain() == 2
    assert read == [entries()[:1], entries()[1:]]
    assert (news.drain(), news.backlog()) == (0, {"test.reader": 0})


def test_a_job_leaves_what_is_written_meanwhile_for_its_next_turn(
    city: City, read: list[list[int]]
) -> None:
    """Otherwise it would read a trickle entry by entry, each in a transaction of its own."""
    assert news.drain(limit=100) == 1
    city.incident()
    city.incident()
    assert news.backlog() == {"test.reader": 3}
    assert news.drain(limit=100) == 3  # a full batch, and one that is not
    assert read == [entries()[:1], entries()[1:3], entries()[3:]]


def test_a_job_stops_after_the_batch_that_reaches_its_limit(
    city: City, read: list[list[int]]
) -> None:
    city.incident()
    city.incident()
    assert news.drain(limit=1) == 2
    assert news.drain(limit=2) == 2
    assert news.drain(limit=2) == 0
    assert [pk for batch in read for pk in batch] == entries()


def test_a_batch_reads_its_own_entries_only(city: City) -> None:
    """With a second upper bound SQLite read on to the end of the table, for each batch again."""
    for _n in range(3):
        city.incident()
    asked: list[str] = []
    subscription = news.Subscription("bounded", lambda batch: asked.append(str(batch.query)), 2)
    assert [news._step(subscription), news._step(subscription)] == [2, 1]
    assert [sql.count('"matters_entry"."id" <=') for sql in asked] == [1, 1]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="its planner is the one that errs")
def test_news_of_a_kind_is_found_by_where_the_entries_are(city: City) -> None:
    """Not by the index on kind, that leads to every matter of a kind there ever was."""
    some = Entry.objects.filter(id__gt=5, id__lte=9)
    told = news.of_kinds(some, ["incident"]).values("matter_id")
    assert "INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in told.explain()
    assert "matter_kind" not in told.explain()
    first = city.incident()
    everything = Entry.objects.all()
    assert news.of_kinds(everything, ["petition"]).count() == 0
    assert {one.matter_id for one in news.of_kinds(everything, ["incident"])} == {first.pk}
