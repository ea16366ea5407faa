"""Dated rules: what is shipped, what is in force when, what is refused at load."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.calendar import WorkingCalendar
from anmin.kernel.law_texts import cited_by
from anmin.kernel.rules import BadRule, RuleBook, UnknownRule
from anmin.kernel.rules_page import rules_markdown

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 6)
KINDS = sorted((Path(__file__).parents[2] / "matters" / "kinds").iterdir())
BOOK = RuleBook(kinds=KINDS)
CALENDAR = WorkingCalendar()

RULE = """
[[rule]]
key = "incident.answer"
value = 12
unit = "hours"
effective = 2026-07-01
source = "Bureau order 7/2026"
tag = "P"
label = "Answer"
label_zh = "答复"
"""


def due(key: str, start: datetime) -> datetime:
    return BOOK.due(key, start, CALENDAR, SHANGHAI).at


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("incident.answer", 24),
        ("callback.message_after", 6),
        ("callback.quiet_from", time(20)),
        ("callback.quiet_until", time(8)),
        ("callback.attempts", 3),
        ("callback.recall_share", Decimal("0.05")),
        ("rectification.finish", 5),
        ("measures.suppress_below", 10),
        ("measures.rank_from", 30),
        ("log.retention", 6),
        ("petition.national.finish", 60),
        ("petition.zhejiang.extension", 60),
        ("hotline.connected", Decimal("0.95")),
    ],
)
def test_shipped_values(key: str, value: object) -> None:
    assert BOOK.get(key, TODAY).value == value


def test_deadlines_of_each_unit() -> None:
    friday = local(2026, 2, 13, 22, 30)  # make-up workday on the 14th, then Spring Festival to 23rd
    assert due("hotline.answer", friday) == friday + timedelta(seconds=15)
    assert due("hotline.other_media", friday) == friday + timedelta(minutes=3)
    assert due("incident.answer", friday) == local(2026, 2, 14, 22, 30)
    assert due("callback.due.same_day", friday) == local(2026, 2, 14, 12)
    assert due("link.validity", friday) == local(2026, 2, 20, 23, 59, 59)
    assert due("rectification.finish", friday) == local(2026, 2, 27, 23, 59, 59)
    assert due("listing.term", friday) == local(2026, 4, 13, 23, 59, 59)


def test_a_last_day_off_moves_only_where_the_law_moves_it() -> None:
    start = local(2026, 1, 16, 9, 0)  # + 30 days is Sunday 15 February, the first of nine days off
    moved = BOOK.due("case.finish", start, CALENDAR, SHANGHAI)
    assert moved.at == local(2026, 2, 24, 23, 59, 59)
    assert [day.name for day in moved.skipped] == ["春节"] * 9
    assert due("petition.zhejiang.finish", start) == local(2026, 2, 15, 23, 59, 59)


@pytest.mark.parametrize(
    ("key", "day", "value", "source", "counted"),
    [
        # A case from before 2026 keeps its rule: from acceptance, extended once.
        ("case.finish", date(2025, 12, 31), 30, "程序规定 第一百六十五条", "自受理之日起"),
        ("case.finish", date(2026, 1, 1), 30, "治安管理处罚法 第一百一十八条", "自立案之日起"),
        ("case.extensions", date(2025, 12, 31), 1, "程序规定 第一百六十五条", None),
        ("case.extensions", date(2026, 1, 1), 2, "治安管理处罚法 第一百一十八条", None),
        ("case.victim_service", date(2026, 1, 1), 2, "治安管理处罚法 第一百一十六条", "自作出决定之日起"),
        ("log.retention", date(2025, 12, 31), 6, "网络安全法 第二十一条", None),
        ("log.retention", date(2026, 1, 1), 6, "网络安全法 第二十三条", None),
        ("criminal.reconsideration_extension", TODAY, 30, "第一百七十九条第三款", "自原期限届满之日起"),
        ("petition.national.finish", date(2023, 6, 30), 60, "信访工作条例 第三十四条", "自受理之日起"),
        ("petition.national.finish", date(2023, 7, 1), 60, "公安机关信访工作规定", "自受理之日起"),
    ],
)  # fmt: skip
def test_the_law_as_it_was_on_a_day(
    key: str, day: date, value: int, source: str, counted: str | None
) -> None:
    rule = BOOK.get(key, day)
    assert (rule.value, rule.counted_zh) == (value, counted)
    assert source in rule.source


def test_a_standard_is_no_law() -> None:
    for rule in BOOK.all():
        assert (rule.tag == "S") == rule.source.startswith("GB/T"), rule.key


def test_the_decision_is_served_and_no_longer_copied() -> None:
    assert "抄送" in BOOK.get("case.victim_service", date(2025, 12, 31)).label_zh
    assert "抄送" not in BOOK.get("case.victim_service", date(2026, 1, 1)).label_zh


def test_what_law_counts_in_time_says_from_when() -> None:
    for rule in BOOK.all():
        assert bool(rule.counted) == bool(rule.counted_zh), rule.key
        if rule.tag == "L" and rule.key.split(".")[0] in ("case", "criminal", "petition"):
            assert rule.counted or rule.unit == "count", rule.key


def test_every_rule_of_law_names_a_text_that_can_be_compared() -> None:
    for rule in BOOK.all():
        if rule.tag == "L":
            named = cited_by(rule)
            assert named, rule.key
            assert "第" not in rule.source or all(
                one.article for one in named if one.law in rule.source.split("；")[0]
            ), rule.source


def test_a_month_ends_on_its_last_day_where_the_number_is_missing() -> None:
    assert due("property.unclaimed", local(2025, 8, 31, 9, 0)) == local(2026, 2, 28, 23, 59, 59)


def test_hours_are_real_hours_where_clocks_change() -> None:
    seattle = ZoneInfo("America/Los_Angeles")
    start = datetime(2026, 3, 7, 12, 0, tzinfo=seattle)  # clocks go forward in the night
    answer = BOOK.due("incident.answer", start, CALENDAR, seattle).at
    assert answer.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=24)
    assert answer.astimezone(seattle).hour == 13


def test_how_long_records_are_kept() -> None:
    rule = BOOK.get("log.retention", TODAY)
    assert rule.cutoff(local(2026, 8, 31, 1, 2)) == local(2026, 2, 28, 1, 2)
    assert BOOK.get("link.validity", TODAY).cutoff(local(2026, 3, 8, 1, 2)) == local(
        2026, 3, 1, 1, 2
    )


@given(st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1)))
def test_no_deadline_lies_before_its_start(start: datetime) -> None:
    for rule in BOOK.all():
        if rule.unit not in ("count", "ratio", "time_of_day", "money"):
            assert rule.due(start.replace(tzinfo=UTC), CALENDAR, SHANGHAI).at >= start.replace(
                tzinfo=UTC, microsecond=0
            )


def test_a_number_is_no_deadline() -> None:
    with pytest.raises(BadRule, match=r"callback\.attempts is in count"):
        due("callback.attempts", local(2026, 1, 1))
    with pytest.raises(BadRule, match="no fixed length"):
        _ = BOOK.get("rectification.finish", TODAY).duration


def test_values_with_their_type() -> None:
    assert BOOK.get("callback.attempts", TODAY).number == 3
    assert BOOK.get("callback.recall_share", TODAY).share == 0.05
    assert BOOK.get("callback.quiet_from", TODAY).clock == time(20)
    assert BOOK.get("callback.message_after", TODAY).duration == timedelta(hours=6)
    for name in ("share", "clock"):
        with pytest.raises(BadRule, match=r"callback\.attempts is in count, which is no"):
            getattr(BOOK.get("callback.attempts", TODAY), name)
    with pytest.raises(BadRule, match="no whole number"):
        _ = BOOK.get("callback.quiet_from", TODAY).number


@pytest.mark.parametrize(
    ("key", "start", "last"),
    [
        # Worked by hand on the calendar of 2026: off 1-3 Jan, 15-23 Feb, 4-6 Apr, 1-5 May,
        # 19-21 Jun, 25-27 Sep, 1-7 Oct; worked 4 Jan, 14 and 28 Feb, 9 May, 20 Sep, 10 Oct.
        ("case.finish", (2026, 1, 24), (2026, 2, 24)),  # the 23rd is off
        ("case.finish", (2026, 1, 30), (2026, 3, 2)),  # 1 March is a Sunday
        ("case.finish", (2026, 1, 29), (2026, 2, 28)),  # a Saturday that is worked
        ("case.finish", (2026, 9, 1), (2026, 10, 8)),  # 1 October to 7 October are off
        ("case.finish", (2026, 9, 10), (2026, 10, 10)),  # a Saturday that is worked
        ("case.finish", (2025, 12, 5), (2026, 1, 4)),  # a Sunday that is worked
        ("case.victim_service", (2026, 2, 13), (2026, 2, 24)),
        ("case.victim_service", (2026, 2, 12), (2026, 2, 14)),
        ("criminal.refusal_notice", (2026, 4, 2), (2026, 4, 7)),
        ("criminal.refusal_notice", (2026, 5, 6), (2026, 5, 9)),
        ("criminal.reconsideration_request", (2026, 9, 18), (2026, 9, 28)),
        ("criminal.reconsideration", (2026, 5, 20), (2026, 6, 22)),
        ("penalty.withdraw", (2026, 9, 24), (2026, 9, 30)),  # 28, 29, 30
        ("penalty.withdraw", (2026, 9, 30), (2026, 10, 10)),  # 8, 9, 10
        ("penalty.withdraw", (2026, 2, 13), (2026, 2, 25)),  # 14, 24, 25
        ("mediation.second", (2026, 4, 30), (2026, 5, 13)),  # 6 7 8 9 11 12 13
        ("petition.zhejiang.acceptance", (2026, 9, 18), (2026, 9, 24)),  # 20 to 24
        ("petition.national.transfer_objection", (2026, 6, 17), (2026, 6, 25)),
        ("petition.national.acceptance", (2026, 2, 5), (2026, 2, 20)),  # days, holidays or not
        ("disclosure.publish", (2026, 9, 30), (2026, 11, 3)),
        ("property.unclaimed", (2026, 4, 2), (2026, 10, 8)),
        ("log.retention", (2026, 8, 31), (2027, 2, 28)),
    ],
)
def test_deadlines_worked_by_hand(
    key: str, start: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    assert due(key, local(*start, 9)) == local(*last, 23, 59, 59)


def test_unknown_and_not_yet_in_force() -> None:
    with pytest.raises(UnknownRule, match=r"no rule incident\.anwser"):
        BOOK.get("incident.anwser", TODAY)
    with pytest.raises(UnknownRule, match=r"2022-05-01"):
        BOOK.get("petition.national.finish", date(2022, 4, 30))
    assert BOOK.get("petition.national.finish", date(2022, 5, 1)).value == 60


def test_a_later_value_applies_from_its_day(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(RULE, "utf-8")
    book = RuleBook(tmp_path, kinds=KINDS)
    assert book.get("incident.answer", date(2026, 6, 30)).value == 24
    assert book.get("incident.answer", date(2026, 7, 1)).value == 12
    # by the local day of the start: 16:30 on 30 June in UTC is already 1 July in Shanghai
    start = datetime(2026, 6, 30, 16, 30, tzinfo=UTC)
    assert book.due("incident.answer", start, CALENDAR, SHANGHAI).at == start + timedelta(hours=12)
    assert len(list(book.all())) == len(list(BOOK.all())) + 1


def test_the_same_date_replaces(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(RULE.replace("2026-07-01", "2000-01-01"), "utf-8")
    book = RuleBook(tmp_path, kinds=KINDS)
    assert book.get("incident.answer", TODAY).source == "Bureau order 7/2026"
    assert len(list(book.all())) == len(list(BOOK.all()))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('source = "Bureau order 7/2026"', "", "incident.answer: source: Field required"),
        ('"Bureau order 7/2026"', '""', "incident.answer: source: String should have at least"),
        ('"hours"', '"fortnights"', "incident.answer: unit: Input should be 'seconds'"),
        ("value = 12", "value = 0", "incident.answer: .*0 is no value in hours"),
        ("value = 12", "value = 1.5", "incident.answer: .*is no value in hours"),
        ("value = 12", "value = true", "incident.answer: value"),
        ("value = 12", "", "incident.answer: .*0 is no value in hours"),
        ('"hours"', '"ratio"', "incident.answer: .*12 is no value in ratio"),
        ('"P"', '"X"', "incident.answer: tag"),
        ("incident.answer", "Incident", "Incident: key"),
        ("tag", "colour", "incident.answer: "),
        ("value = 12", "value = 12\ndefers = true", "only days and months can defer"),
        ('"hours"', '"count"\nwithin = "callback"', "nothing is due in count"),
        ("2026-07-01", "2026-07-32", "ours.toml: "),
        ("[[rule]]", "[rule]", "ours.toml: rule: "),
        ("[[rule]]", "", "ours.toml: "),
    ],
)
def test_a_bad_rule_stops_the_start_with_file_and_key(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert old in RULE
    (tmp_path / "ours.toml").write_text(RULE.replace(old, new, 1), "utf-8")
    with pytest.raises(BadRule, match=reason) as caught:
        RuleBook(tmp_path)
    assert "ours.toml" in str(caught.value)


def test_hours_that_nobody_set_stop_the_start(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text(f'{RULE}within = "noon"\n', "utf-8")
    with pytest.raises(BadRule, match=r"incident\.answer: within: there is no rule noon\.quiet_"):
        RuleBook(tmp_path)


def test_two_values_from_one_day_are_refused_even_across_files(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(RULE, "utf-8")
    (tmp_path / "b.toml").write_text(RULE, "utf-8")
    with pytest.raises(BadRule, match=r"b\.toml: incident\.answer: a second value from 2026-07-01"):
        RuleBook(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRule, match="no folder of rules"):
        RuleBook(tmp_path / "nowhere")


def test_the_page_on_rules_is_fresh() -> None:
    page = Path(__file__).parents[4] / "docs" / "rules.md"
    assert page.read_text("utf-8") == rules_markdown(BOOK), "run: make docs"


def test_the_page_names_every_rule_once() -> None:
    lines = [line.split(" | ") for line in rules_markdown(BOOK).splitlines()]
    for rule in BOOK.all():
        found = [c for c in lines if c[0] == f"| `{rule.key}`" and c[2] == str(rule.effective)]
        assert len(found) == 1
