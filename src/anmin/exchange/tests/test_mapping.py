"""From rows to facts: what is taken, and why a row is not."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.exchange.dates import iso
from anmin.exchange.problems import Problem
from anmin.exchange.reading import Batch, Rejected
from anmin.exchange.row_facts import NewUnit
from anmin.exchange.tests.conftest import make_profile
from anmin.kernel.chain import stamp
from anmin.matters.observation import Marks, stamped
from anmin.places.map_coordinates import bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_gcj02

Taken = Callable[..., list[Any]]
HEAD = "no,received,arrived,class,updated\n"
RECEIVED = {"external_id": "no", "received_at": "received"}


def one(taken: Taken, row: str, **changes: Any) -> Any:
    (found,) = taken(HEAD + row + "\n", make_profile(**changes))
    return found


def problem(taken: Taken, row: str, **changes: Any) -> tuple[str, dict[str, Any]]:
    line, found = one(taken, row, **changes)
    assert line == 2
    assert isinstance(found, Problem)
    return found.code, found.particulars


def test_a_plain_row(taken: Taken) -> None:
    facts = one(taken, " J1 ,2026-03-01 08:00,2026-03-01 08:10,盗窃,2026-03-02 00:00")
    assert facts.external_id == "J1"
    assert facts.category == "theft"
    assert facts.opened_at == datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
    assert facts.facts_at == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert facts.details == {
        "received_at": "2026-03-01T00:00:00Z",
        "arrived_at": "2026-03-01T00:10:00Z",
    }
    assert facts.contact is None


def test_how_new_facts_are(taken: Taken) -> None:
    row = "J1,2026-03-01 08:00,2026-03-01 08:10,盗窃,"
    (newest_moment,) = taken(HEAD + row)
    assert newest_moment.facts_at == datetime(2026, 3, 1, 0, 10, tzinfo=UTC)
    told = datetime(2026, 3, 9, tzinfo=UTC)
    (of_the_file,) = taken(HEAD + row, as_of=told)
    assert of_the_file.facts_at == told
    (of_the_row,) = taken(HEAD + row + "2026-03-03 00:00", as_of=told)
    assert of_the_row.facts_at == datetime(2026, 3, 2, 16, tzinfo=UTC)


def test_the_first_known_moment_opens(taken: Taken) -> None:
    assert one(taken, "J1,,2026-03-01 08:10,,").opened_at == datetime(2026, 3, 1, 0, 10, tzinfo=UTC)
    assert problem(taken, "J1,,,,2026-03-01 08:10") == ("no_opening", {})


@pytest.mark.parametrize(
    ("row", "code", "particulars"),
    [
        (",2026-03-01 08:00,,,", "no_number", {"column": "no"}),
        ("1.60001E+10,2026-03-01 08:00,,,", "rounded_number", {"value": "1.60001E+10"}),
        ("J" * 65 + ",2026-03-01 08:00,,,", "number_too_long", {"limit": 64}),
        ("J1,2026-02-30 08:00,,,", "impossible_time", {"column": "received", "value": "2026-02-30 08:00"}),
        ("J1,2026-03-01 24:01,,,", "impossible_time", {"column": "received", "value": "2026-03-01 24:01"}),
        ("J1,yesterday,,,", "impossible_time", {"column": "received", "value": "yesterday"}),
        ("J1,2026-03-12 08:00,,,", "future_time", {"column": "received", "value": "2026-03-12 08:00"}),
        ("J1,1969-12-31 08:00,,,", "too_early", {"column": "received", "value": "1969-12-31 08:00"}),
        (
            "J1,2026-03-01 08:00,2026-03-01 07:54,,",
            "wrong_order",
            {"earlier": "received", "later": "arrived", "value": "2026-03-01 07:54"},
        ),
        ("J1,2026-03-01 08:00,2026-03-01 08:10", "wrong_width", {"found": 3, "wanted": 5}),
        ("J1,2026-03-01 08:00,,,,x", "wrong_width", {"found": 6, "wanted": 5}),
    ],
)  # fmt: skip
def test_rows_that_are_not_taken(
    taken: Taken, row: str, code: str, particulars: dict[str, Any]
) -> None:
    assert problem(taken, row) == (code, particulars)


def test_small_disorder_and_tomorrow_are_let_pass(taken: Taken) -> None:
    assert one(taken, "J1,2026-03-01 08:00,2026-03-01 07:55,,").external_id == "J1"
    assert one(taken, "J1,2026-03-11 19:59,,,").external_id == "J1"
    assert one(taken, "J1,2026-03-01 08:00,,,,,").external_id == "J1"


def test_short_rows_are_blank_to_the_end_if_the_profile_says_so(taken: Taken) -> None:
    assert one(taken, "J1,2026-03-01 08:00", file={"pad_short_rows": True}).category == "other"


def test_a_clock_set_back_between_two_moments_is_no_disorder(taken: Taken) -> None:
    zone = {"formats": ["%Y-%m-%d %H:%M"], "zone": "America/Los_Angeles"}
    facts = one(taken, "J1,2016-11-06 01:50,2016-11-06 01:10,,", time=zone)
    assert facts.details["received_at"] == "2016-11-06T08:50:00Z"
    assert facts.details["arrived_at"] == "2016-11-06T09:10:00Z"
    assert problem(taken, "J1,2016-11-06 03:50,2016-11-06 03:10,,", time=zone)[0] == "wrong_order"


def test_the_answer_may_come_before_all_is_done_but_not_before_the_call(taken: Taken) -> None:
    profile = make_profile(columns={**RECEIVED, "cleared_at": "cleared", "answered_at": "answered"})
    head = "no,received,cleared,answered\n"
    early, wrong = taken(
        head
        + "J1,2026-03-01 08:00,2026-03-01 10:00,2026-03-01 09:00\n"
        + "J2,2026-03-01 08:00,2026-03-01 10:00,2026-03-01 07:00\n",
        profile,
    )
    assert early.external_id == "J1"
    assert wrong[1].code == "wrong_order"


def test_texts_that_mean_nothing_and_apostrophes_against_formulas(taken: Taken) -> None:
    facts = one(taken, "'=1+1,2026-03-01 08:00,NULL,无,", file={"blanks": ["NULL", "无"]})
    assert facts.external_id == "=1+1"
    assert "arrived_at" not in facts.details
    assert facts.category == "other"


def test_what_a_profile_fixes_stands_where_the_row_is_blank(taken: Taken) -> None:
    fixed = {"category": "dispute", "unit": "RA-JH", "priority": "3"}
    assert one(taken, "J1,2026-03-01 08:00,,,", fixed=fixed).category == "dispute"
    facts = one(taken, "J1,2026-03-01 08:00,,盗窃,", fixed=fixed)
    assert (facts.category, facts.unit, facts.details["priority"]) == ("theft", 2, "3")


CATEGORY = {
    "rules": [
        {"code": "burglary", "exact": ["Burglary"], "prefix": ["BURG -"]},
        {"code": "theft", "pattern": ["盗|偷"]},
        {"code": "domestic", "column": "arrived", "pattern": ["^2026-03-01 08:11$"]},
    ]
}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("BURGLARY", "burglary"),
        ("burg - res", "burglary"),
        ("被偷手机", "theft"),
        ("x", None),
        ("", None),
    ],
)
def test_categories_by_rules_or_rejection(taken: Taken, said: str, code: str | None) -> None:
    row = f"J1,2026-03-01 08:00,2026-03-01 08:10,{said},"
    if code is None:
        assert problem(taken, row, category=CATEGORY) == ("unknown_category", {"value": said})
    else:
        assert one(taken, row, category=CATEGORY).category == code


def test_a_rule_may_look_at_another_column(taken: Taken) -> None:
    row = "J1,2026-03-01 08:00,2026-03-01 08:11,x,"
    assert one(taken, row, category=CATEGORY).category == "domestic"


@pytest.mark.parametrize(
    ("unit", "cell", "found"),
    [
        ({}, "ra-jh", 2),
        ({}, "锦湖派出所", 2),
        ({"by": "code"}, "锦湖派出所", "unknown"),
        ({"by": "name"}, "RA-JH", "unknown"),
        ({"code": "RA-{}"}, "JH", 2),
        ({"table": {"九所": "RA-JH"}}, "九所", 2),
        ({"table": {"九所": "NOWHERE"}}, "九所", "unknown"),
        ({}, "重名所", "unknown"),
        ({"unknown": "blank"}, "重名所", None),
        ({}, "", None),
        (
            {"create": True, "parent": {"code": "X", "name": "X"}, "code": "X-{}", "name": "所{}"},
            "9",
            NewUnit("X-9", "所9"),
        ),
        ({"create": True, "parent": {"code": "X", "name": "X"}, "code": "WB-{}"}, "JH", "unknown"),
    ],
)
def test_units(taken: Taken, unit: dict[str, Any], cell: str, found: Any) -> None:
    columns = {**RECEIVED, "unit": "arrived"}
    row = f"J1,2026-03-01 08:00,{cell},,"
    if found == "unknown":
        told = problem(taken, row, columns=columns, unit=unit)
        assert told == ("unknown_unit", {"value": cell})
    else:
        assert one(taken, row, columns=columns, unit=unit).unit == found


@pytest.mark.parametrize(
    ("cell", "found"),
    [("330381003099", 7), ("锦湖文化社区", 7), ("新村", None), ("别处", None), ("", 0)],
)
def test_areas(taken: Taken, cell: str, found: int | None) -> None:
    columns = {**RECEIVED, "area": "arrived"}
    row = f"J1,2026-03-01 08:00,{cell},,"
    if found is None:
        assert problem(taken, row, columns=columns) == ("unknown_area", {"value": cell})
    else:
        assert one(taken, row, columns=columns).area == (found or None)


POINT = {**RECEIVED, "longitude": "class", "latitude": "updated"}


@pytest.mark.parametrize(
    ("x", "y", "found"),
    [
        ("120.65", "27.78", (120.65, 27.78)),
        ("", "27.78", (None, None)),
        ("0", "0.0", (None, None)),
        ("27.78", "120.65", "outside_bounds"),
        ("181", "1", "outside_bounds"),
        ("nan", "1", "outside_bounds"),
        ("一百", "1", "not_degrees"),
    ],
)
def test_coordinates(taken: Taken, x: str, y: str, found: Any) -> None:
    row = f"J1,2026-03-01 08:00,,{x},{y}"
    if isinstance(found, str):
        told = problem(taken, row, columns=POINT)
        assert told == (found, {"value": f"{x}, {y}"})
    else:
        facts = one(taken, row, columns=POINT)
        assert (facts.longitude, facts.latitude) == found


def test_coordinates_of_chinese_maps_are_moved(taken: Taken) -> None:
    row = "J1,2026-03-01 08:00,,121.531541859215,31.17530398364597"
    facts = one(taken, row, columns=POINT, coordinates={"datum": "gcj02"})
    assert (facts.longitude, facts.latitude) == pytest.approx((121.5272106, 31.1774276), abs=1e-8)


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [  # the points that implementations of the published formula are tested with
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        ((-122.33, 47.6), (-122.33, 47.6)),
    ],
)
def test_the_published_points_of_gcj02(wgs84: Any, gcj02: Any) -> None:
    assert wgs84_to_gcj02(*wgs84) == pytest.approx(gcj02, abs=1e-9)
    assert gcj02_to_wgs84(*gcj02) == pytest.approx(wgs84, abs=1e-8)


@given(x=st.floats(73.0, 135.0), y=st.floats(10.0, 53.0))
def test_gcj02_there_and_back(x: float, y: float) -> None:
    assert gcj02_to_wgs84(*wgs84_to_gcj02(x, y)) == pytest.approx((x, y), abs=1e-8)


def test_baidu_moves_once_more() -> None:
    # The public example of Baidu's own conversion service, to a metre.
    x, y = bd09_to_wgs84(114.23075114, 29.57908802)
    assert (x, y) == pytest.approx((114.218927, 29.575430), abs=2e-5)


def test_contacts(taken: Taken) -> None:
    columns = {**RECEIVED, "contact_name": "class", "contact_phone": "updated"}
    known = one(taken, "J1,2026-03-01 08:00,,王女士,138 5771 2345", columns=columns)
    assert known.contact == ("王女士", "+8613857712345", "")
    without = one(taken, "J1,2026-03-01 08:00,,王女士,无", columns=columns)
    assert without.contact == ("王女士", "", "")
    several = one(
        taken, "J1,2026-03-01 08:00,,王女士,138 5771 2345/0577-65812345转8", columns=columns
    )
    numbers = ("+8613857712345", "+8657765812345;ext=8")
    assert several.contact == ("王女士", "+8613857712345", "", numbers)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("110", "phone_short"),
        ("1.38E+10", "phone_rounded"),
        ("65812345", "phone_local"),
        ("138577123456", "phone_long"),
        ("已存档", "phone_unreadable"),
    ],
)
def test_who_left_a_number_that_cannot_be_read_is_not_taken_for_one_without(
    taken: Taken, cell: str, code: str
) -> None:
    columns = {**RECEIVED, "contact_name": "class", "contact_phone": "updated"}
    _line, problem = one(taken, f"J1,2026-03-01 08:00,,王女士,{cell}", columns=columns)
    assert (problem.code, problem.particulars) == (code, {})  # who reads it may see no contacts
    if code == "phone_local":
        row = f"{HEAD}J1,2026-03-01 08:00,,王,{cell}\n"
        (known,) = taken(row, make_profile(columns=columns), area_code="0577")
        assert known.contact == ("王", "+8657765812345", "")
    assert one(taken, "J1,2026-03-01 08:00,,,", columns=columns).contact is None


def test_texts_longer_than_their_fields_are_cut(taken: Taken) -> None:
    columns = {**RECEIVED, "summary": "class", "call_type": "updated", "reply": "arrived"}
    long = "很" * 500
    facts = one(taken, f"J1,2026-03-01 08:00,{long},{long},{long}", columns=columns)
    assert (facts.summary, facts.reply) == ("很" * 199 + "…", "很" * 29 + "…")
    assert facts.details["call_type"] == "很" * 19 + "…"


def test_flags(taken: Taken) -> None:
    flags = [{"field": "minor_involved", "columns": ["class"], "pattern": ["未成年|儿童"]}]
    assert (
        one(taken, "J1,2026-03-01 08:00,,儿童走失,", flags=flags).details["minor_involved"] is True
    )
    assert "minor_involved" not in one(taken, "J1,2026-03-01 08:00,,盗窃,", flags=flags).details


def test_texts_joined_from_columns(taken: Taken) -> None:
    columns = {**RECEIVED, "place": {"join": ["class", "updated"], "between": "·"}}
    assert one(taken, "J1,2026-03-01 08:00,,安阳路,5号", columns=columns).place == "安阳路·5号"
    assert one(taken, "J1,2026-03-01 08:00,,安阳路,", columns=columns).place == "安阳路"


def test_bad_rows_do_not_spoil_good_ones(taken: Taken) -> None:
    text = (
        HEAD.encode()
        + b"J1,2026-03-01 08:00,,,\n"
        + b"J2,2026-03-01 08:00,,\xff\xff,\n"
        + b"J3,2026-03-01 08:00,,\0,\n"
        + b'J4,2026-03-01 08:00,,"open,\n'
        + b"J5,2026-03-01 08:00,," + b"x" * 10_000_000 + b",\n"
        + "J6,2026-03-01 08:00,,纠纷,\n".encode() * 200
    )  # fmt: skip
    found = taken(text)
    assert [(one[0], one[1].code) for one in found[1:5]] == [
        (3, "wrong_bytes"),
        (4, "zero_byte"),
        (5, "open_quote"),
        (6, "row_too_long"),
    ]
    assert [facts.category for facts in found[5:]] == ["dispute"] * 200


def test_a_batch_travels_whole(taken: Taken) -> None:
    facts = one(taken, "J1,2026-03-02 08:00,,盗窃,")
    marks = Marks(b"a", b"", None)
    batch = Batch(["no"], [facts, facts], [marks, None], [Rejected(3, ["x"], Problem("p"))])
    assert pickle.loads(pickle.dumps(batch)) == batch
    assert facts.opened_at == datetime(2026, 3, 2, 0, 0, tzinfo=UTC)


def test_the_reading_process_goes_without_django() -> None:
    asked = "import sys, anmin.exchange.reading; print('django' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))
def test_text_and_moment_have_one_stamp(at: datetime) -> None:
    assert stamped(iso(at)) == stamp(at) == at.isoformat(timespec="microseconds")
