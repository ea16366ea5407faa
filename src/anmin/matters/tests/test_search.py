"""陈立 and 周卫国 find words of summaries, places and notes, and only of what they may see."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from tests.personas import City

from anmin.kernel.errors import Refusal
from anmin.matters import actions, word_index
from anmin.matters import search as search_module
from anmin.matters.actor import Actor
from anmin.matters.models import Entry, Matter, WordRow
from anmin.matters.news import drain
from anmin.matters.search import Found, search
from anmin.people.models import Account


def found(account: Account, text: str, **changes: Any) -> list[Matter]:
    drain([word_index.NEWS])
    return search(account, text, **changes).rows


@pytest.fixture
def matter(city: City) -> Matter:
    """One incident of 锦湖, with a note."""
    made = city.incident(summary="电动车被盗", place="安阳路１２号附近，Pine Street 500")
    actions.add_note(matter_id=made.pk, actor=Actor.of(city.officer), text="已调取监控录像。")
    return made


def test_what_others_have_never_hides_what_is_ones_own(
    city: City, matter: Matter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A station's own is looked up by itself, not among the hits of the whole city."""
    monkeypatch.setattr(search_module, "AT_ONCE", 2)
    monkeypatch.setattr(search_module, "LOOKED_AT", 4)
    for _n in range(5):
        city.incident(summary="电动车被盗", unit=city.yuhai)
    drain([word_index.NEWS])
    assert search(city.officer, "电动车") == Found([matter], by="words")
    everywhere = search(city.inspector, "电动车")
    assert (len(everywhere.rows), everywhere.cut) == (4, True)


@pytest.mark.parametrize(
    "text",
    [
        "电动车",
        "被盗",
        "安阳路12号",
        "安阳路１２号",
        "12号附近",
        "ｐｉｎｅ",
        "PINE street",
        "stree",
        "500",
        "监控录像",
        "监控 电动车 pine",
        "  电动车，",
    ],
)
def test_words_of_summary_place_and_notes_are_found(city: City, matter: Matter, text: str) -> None:
    city.incident(summary="噪声扰民", place="文化小区")
    assert found(city.officer, text) == [matter]


@pytest.mark.parametrize(
    "text", ["电车", "盗被", "安阳路1号", "安阳路2号", "ine", "pin", "50", "监控 噪声", "附近Pine"]
)
def test_what_does_not_stand_there_is_not_found(city: City, matter: Matter, text: str) -> None:
    assert found(city.officer, text) == []


def test_a_number_in_full_width_digits_is_the_number(city: City, matter: Matter) -> None:
    wide = str.maketrans("0123456789-", "０１２３４５６７８９－")
    assert found(city.officer, matter.number.translate(wide)) == [matter]
    assert found(city.officer, f" {matter.number.lower()[:12]} ") == [matter]
    Matter.objects.filter(pk=matter.pk).update(
        source="dispatch", external_id="Jj-77", facts_at=timezone.now()
    )
    assert found(city.officer, "Ｊｊ－７７") == [matter]


def test_the_key_of_what_was_opened_here_is_no_number_to_look_up(
    city: City, matter: Matter
) -> None:
    """It names a press of a button; an outside number names a record of another system."""
    Matter.objects.filter(pk=matter.pk).update(external_id="press-4711", facts_at=None)
    assert found(city.officer, "press-4711") == []
    Matter.objects.filter(pk=matter.pk).update(facts_at=timezone.now())
    assert found(city.officer, "press-4711") == [matter]


@pytest.mark.parametrize(("text", "piece"), [("路", "路"), ("电动车 x", "x"), ("7", "7")])
def test_it_is_said_what_is_too_short(city: City, text: str, piece: str) -> None:
    with pytest.raises(Refusal, match=piece) as refused:
        search(city.officer, text)
    assert (refused.value.field, refused.value.code) == ("q", "too_short")
    with pytest.raises(Refusal):
        search(city.officer, "，。")


def test_a_whole_number_is_a_number_and_no_words(city: City, matter: Matter) -> None:
    """One that is somebody else's, or that was never given, is not found; nothing is too short."""
    theirs = city.incident(summary="别家的事", unit=city.yuhai)
    for number in (theirs.number, theirs.number.lower(), "XF-2026-0000007-W"):
        assert search(city.officer, number) == Found([])


def test_nobody_finds_words_of_what_may_not_be_seen(city: City, matter: Matter) -> None:
    for text in ("电动车", "监控录像", "安阳路", "pine"):
        assert found(city.officer, text) == [matter]
        assert found(city.inspector, text) == [matter]
        assert found(city.other_officer, text) == []
        assert found(city.operator, text) == []
        assert found(city.admin, text) == []


def test_a_matter_handed_over_is_found_where_it_is(city: City, matter: Matter) -> None:
    assert found(city.officer, "电动车") == [matter]
    actor = Actor.of(city.inspector)
    actions.assign(matter_id=matter.pk, actor=Actor.system("test"), unit=city.yuhai)
    # at once out of sight, before the index knows
    assert search(city.officer, "电动车").rows == []
    assert found(city.other_officer, "电动车") == [matter]
    assert found(city.officer, "电动车") == []
    assert actor.account == city.inspector


def test_a_phone_in_a_note_is_not_found_by_who_may_not_search_phones(
    city: City, matter: Matter
) -> None:
    note = "报警人另留电话13900001111"
    actions.add_note(matter_id=matter.pk, actor=Actor.of(city.officer), text=note)
    drain([word_index.NEWS])
    by_officer = search(city.officer, "13900001111")
    assert (by_officer.rows, by_officer.no_phone) == ([], True)
    assert search(city.duty_leader, "13900001111").rows == [matter]
    by_contact = search(city.duty_leader, "138 5771 2345")
    assert (by_contact.by, by_contact.rows) == ("phone", [matter])


def test_what_the_index_does_not_know_yet_is_counted(city: City) -> None:
    city.incident(summary="噪声扰民")
    drain([word_index.NEWS])
    matter = city.incident(summary="电动车被盗")
    actions.add_note(matter_id=matter.pk, actor=Actor.of(city.officer), text="已调取监控录像。")
    before = search(city.officer, "电动车")
    assert (before.rows, before.waiting) == ([], 2)
    assert drain([word_index.NEWS]) == 2
    after = search(city.officer, "电动车")
    assert (after.rows, after.waiting) == ([matter], 0)


def test_pages_go_from_the_newest_back_without_gap_or_double(city: City) -> None:
    now = timezone.now()
    made = [
        city.incident(summary="夜间噪声", opened_at=now - timedelta(minutes=(n * 7) % 40))
        for n in range(12)
    ]
    expected = sorted(made, key=lambda one: (one.opened_at, one.pk), reverse=True)
    drain([word_index.NEWS])
    pages, cursor = [], ""
    while True:
        page = search(city.officer, "噪声", cursor=cursor, limit=5)
        pages.append(page.rows)
        cursor = page.older
        if not cursor:
            break
    assert [len(rows) for rows in pages] == [5, 5, 2]
    assert [one for rows in pages for one in rows] == expected
    for forged in ("x", "-1", "1.5", "9" * 30, "１"):
        with pytest.raises(Refusal):
            search(city.officer, "噪声", cursor=forged)


def test_no_question_is_asked_for_each_row(city: City, django_assert_max_num_queries: Any) -> None:
    for _n in range(30):
        city.incident(summary="夜间噪声")
    drain([word_index.NEWS])
    with django_assert_max_num_queries(16):
        assert len(search(city.officer, "夜间噪声").rows) == 30


def test_what_is_erased_leaves_the_index(city: City, matter: Matter) -> None:
    assert found(city.officer, "监控录像") == [matter]
    rows, before = WordRow.objects.filter(matter=matter).count(), indexed()
    Entry.objects.filter(matter=matter).update(note="")  # as an erasure by law would
    Matter.objects.filter(pk=matter.pk).update(summary="")
    with transaction.atomic():
        word_index.renew([matter.pk])
    assert found(city.officer, "监控录像") == []
    assert found(city.officer, "电动车") == []
    assert found(city.officer, "安阳路") == [matter]
    Matter.objects.filter(pk=matter.pk).update(place="")
    with transaction.atomic():
        word_index.renew([matter.pk])
    assert not WordRow.objects.filter(matter=matter).exists()
    assert (rows > 0, before - indexed()) == (True, rows)


def indexed() -> int:
    """The rows of the index itself, of whatever test they are."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {word_index.TABLE}")
        return int(cursor.fetchone()[0])


def test_a_step_without_words_does_not_index_anew(city: City, matter: Matter) -> None:
    drain([word_index.NEWS])
    actions.move(matter_id=matter.pk, code="dispatch", actor=Actor.of(city.officer))
    WordRow.objects.filter(matter=matter).update(rank=7)
    drain([word_index.NEWS])
    assert WordRow.objects.get(matter=matter).rank == 7


def test_hostile_texts_find_nothing_and_break_nothing(city: City, matter: Matter) -> None:
    drain([word_index.NEWS])
    for text in (
        '"电动车',
        "电动车' & '",
        "NEAR(电动车 被盗)",
        "⁂u1",
        "电动车*",
        "a:*",
        "\\电动车",
        "电动\x00车",
    ):
        try:
            rows = search(city.other_officer, text).rows
        except Refusal:
            continue
        assert rows == []
