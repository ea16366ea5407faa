"""A profile proposed for a file never seen before."""

import csv
import random
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.exchange.guess import Guess, guess_profile
from anmin.exchange.imports import import_file
from anmin.exchange.problems import Unreadable
from anmin.exchange.profile import Profile
from anmin.exchange.template import HELP
from anmin.matters.models import Matter

SAMPLE = Path(__file__).parents[1] / "samples" / "seattle_911_sample.csv"
SEATTLE = {
    "external_id": "CAD Event Number",
    "arrived_at": "At Scene Time",
    "cleared_at": "Event Clearance Date",
    "place": "Hundred Block Location",
    "unit": "District/Sector",
    "longitude": "Longitude",
    "latitude": "Latitude",
    "category": "Event Clearance Group",
    "clearance": "Event Clearance Description",
    "summary": "Initial Type Description",
}
CHINESE = {
    "external_id": "警情编号", "received_at": "报警时间", "dispatched_at": "派警时间",
    "arrived_at": "到场时间", "cleared_at": "处置完毕时间", "answered_at": "答复时间",
    "reply": "答复内容", "category": "警情类别", "place": "发生地址", "area": "社区代码",
    "unit": "管辖单位", "longitude": "经度", "latitude": "纬度", "contact_name": "报警人",
    "contact_phone": "联系电话", "updated_at": "更新时间",
}  # fmt: skip


@pytest.fixture
def look(tmp_path: Path) -> Callable[[Sequence[Sequence[str]]], Guess]:
    """The guess for a table."""

    def go(rows: Sequence[Sequence[str]]) -> Guess:
        path = tmp_path / "file.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        return guess_profile(path, name="mine", zone="Asia/Shanghai")

    return go


def profile_of(guess: Guess) -> Profile:
    return Profile.model_validate(tomllib.loads(guess.toml))


def named(guess: Guess) -> dict[str, str | int]:
    """The first name of every fact's column."""
    return {fact: column.parts[0][0] for fact, column in profile_of(guess).columns.items()}


def chinese_rows(count: int = 60) -> list[list[str]]:
    rng = random.Random(7)
    rows = []
    for n in range(count):
        day = f"2026-{rng.randrange(1, 3):02}-{rng.randrange(1, 29):02}"
        rows.append(
            [
                f"JQ{n:08}",
                *(f"{day} {hour:02}:{rng.randrange(60):02}:00" for hour in (8, 9, 10, 11, 12)),
                "已当面告知",
                rng.choice(["盗窃", "纠纷", "求助"]),
                f"安阳路{rng.randrange(999)}号",
                f"330381003{rng.randrange(1000):03}",
                rng.choice(["锦湖派出所", "玉海派出所"]),
                f"120.{rng.randrange(10**6):06}",
                f"27.{rng.randrange(10**6):06}",
                rng.choice("王李张") + "女士",
                f"138{rng.randrange(10**8):08}",
                f"{day} 13:00:00",
            ]
        )
    return rows


def test_the_american_sample() -> None:
    guess = guess_profile(SAMPLE, name="mine", zone="America/Los_Angeles")
    found = named(guess)
    assert {fact: found.get(fact) for fact in SEATTLE} == SEATTLE
    profile = profile_of(guess)
    assert profile.time.formats == ("%m/%d/%Y %I:%M:%S %p",)
    assert profile.time.zone == "America/Los_Angeles"
    sure = {column.fact: column.sure for column in guess.columns}
    assert all(sure[fact] >= 0.6 for fact in SEATTLE)
    assert all(column.why for column in guess.columns)
    assert "day_month_order" in guess.doubts  # the first three days of a month
    assert "zone" in guess.doubts


@pytest.mark.django_db
def test_the_american_sample_comes_in_with_the_proposal(tmp_path: Path) -> None:
    guess = guess_profile(SAMPLE, name="mine", zone="America/Los_Angeles")
    path = tmp_path / "mine.toml"
    path.write_text(guess.toml, "utf-8")
    result = import_file(SAMPLE, profile=str(path))
    assert (result.read, result.created, result.rejected) == (673, 673, 0)
    assert Matter.objects.filter(source="mine").count() == 673


def test_the_chinese_template(look: Callable[..., Guess]) -> None:
    guess = look([list(HELP), *chinese_rows()])
    assert named(guess) == CHINESE
    rules = {rule.code for rule in profile_of(guess).category.rules}
    assert rules == {"theft", "dispute", "welfare"}


@given(order=st.permutations(range(len(HELP))))
def test_the_order_of_columns_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    rows = [[row[n] for n in order] for row in [list(HELP), *chinese_rows(20)]]
    path = tmp_path_factory.mktemp("guess") / "file.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    assert named(guess_profile(path, name="mine", zone="Asia/Shanghai")) == CHINESE


@pytest.mark.parametrize(
    ("fact", "title"),
    [
        ("external_id", "案件流水编号"), ("external_id", "Incident_Number"),
        ("received_at", "接警时间(北京)"), ("received_at", "CALL RECEIVED"),
        ("arrived_at", "Time On Scene"), ("category", "案件类型"), ("place", "事发地点描述"),
        ("unit", "处警派出所"), ("contact_phone", "报警人手机号码"), ("longitude", "LON"),
        ("updated_at", "Last Updated"), ("external_id", "信访编号"), ("received_at", "登记日期"),
        ("contact_name", "来信来访人"), ("contact_phone", "来电号码"), ("unit", "承办单位"),
        ("answered_at", "答复日期"),
    ],
)  # fmt: skip
def test_other_names_for_a_column(look: Callable[..., Guess], fact: str, title: str) -> None:
    header = [title if name == CHINESE[fact] else name for name in HELP]
    assert named(look([header, *chinese_rows()]))[fact] == title


def test_without_a_header_line_values_alone_must_tell(look: Callable[..., Guess]) -> None:
    guess = look(chinese_rows())
    profile = profile_of(guess)
    assert not profile.file.header
    found = named(guess)
    assert (found["external_id"], found["received_at"], found["contact_phone"]) == (1, 2, 15)
    assert (found["longitude"], found["latitude"]) == (12, 13)
    assert "unsure:received_at" in guess.doubts


def test_day_and_time_of_day_in_two_columns(look: Callable[..., Guess]) -> None:
    rows = [[f"J{n}", f"2026年3月{n + 1}日", f"{n}:05"] for n in range(20)]
    guess = look([["编号", "报警日期", "报警时间"], *rows])
    assert [(one.position, one.fact) for one in guess.columns] == [
        (1, "external_id"),
        (2, "received_at"),
        (3, ""),
    ]
    assert guess.columns[2].sure == 0.8  # it goes with the column of the days
    profile = profile_of(guess)
    assert profile.columns["received_at"].parts == (("报警日期",), ("报警时间",))
    assert profile.time.formats == ("%Y年%m月%d日 %H:%M",)


@pytest.mark.parametrize(
    ("days", "formats", "doubt"),
    [
        (["01/02/2026", "25/02/2026"], ("%d/%m/%Y",), False),
        (["01/02/2026", "02/25/2026"], ("%m/%d/%Y",), False),
        (["02/03/2026", "02/04/2026", "02/05/2026"], ("%m/%d/%Y",), True),
        (["03/02/2026", "04/02/2026", "05/02/2026"], ("%d/%m/%Y",), True),
        (["01/01/2026", "03/02/2026", "02/03/2026"], None, True),
    ],
)
def test_the_order_of_day_and_month(
    look: Callable[..., Guess], days: list[str], formats: tuple[str, ...] | None, doubt: bool
) -> None:
    guess = look([["编号", "报警时间"], *[[f"J{n}", day] for n, day in enumerate(days)]])
    if formats:
        assert profile_of(guess).time.formats == formats
    assert ("day_month_order" in guess.doubts) is doubt


def test_blank_and_doubled_titles_are_meant_by_position(look: Callable[..., Guess]) -> None:
    rows = [[f"J{n}", "x", f"2026-03-01 08:{n:02}", f"1385771{n:04}"] for n in range(30)]
    guess = look([["编号", "备注", "报警时间", "备注"], *rows])
    assert named(guess)["external_id"] == "编号"
    assert named(guess)["contact_phone"] == 4


@pytest.mark.parametrize(
    "rows",
    [
        [["姓名", "年龄"], ["甲", "7"], ["乙", "8"]],
        [["x"], ["1"]],
        [["编号", "备注"], ["J1", "好"]],
    ],
)
def test_no_proposal_without_number_and_time(
    look: Callable[..., Guess], rows: list[list[str]]
) -> None:
    with pytest.raises(Unreadable, match="no_moment_guessed"):
        look(rows)


TITLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(
    titles=st.lists(TITLE, min_size=3, max_size=3),
    values=st.lists(st.text(max_size=6), min_size=5, max_size=5),
)
def test_whatever_stands_in_a_file_the_proposal_is_a_profile(
    tmp_path_factory: pytest.TempPathFactory, titles: list[str], values: list[str]
) -> None:
    rows = [["编号", "报警时间", "类别", *titles]]
    rows += [[f"J{n}", "2026-03-01 08:00", value, value, "x", ""] for n, value in enumerate(values)]
    path = tmp_path_factory.mktemp("guess") / "file.csv"
    with path.open("w", encoding="utf-8", newline="", errors="replace") as file:
        csv.writer(file).writerows(rows)
    try:
        guess = guess_profile(path, name="mine", zone="Asia/Shanghai")
    except Unreadable:
        return
    assert profile_of(guess).columns["external_id"].parts
