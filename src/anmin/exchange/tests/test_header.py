"""Finding a profile's columns in a file."""

from collections.abc import Callable
from typing import Any

import pytest

from anmin.exchange.problems import Unreadable
from anmin.exchange.tests.conftest import make_profile

Taken = Callable[..., list[Any]]
COLUMNS = {"external_id": ["编号", "no"], "received_at": "received", "place": ["place", "addr"]}


def refused(taken: Taken, text: str, **changes: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Unreadable) as caught:
        taken(text, make_profile(**changes))
    return caught.value.code, caught.value.particulars


def test_order_case_width_and_marks_of_names_do_not_matter(taken: Taken) -> None:
    (facts,) = taken(
        "\ufeffother, ＡＤＤＲ ,RECEI VED,编号*\nx,文化路,2026-03-01 08:00,J1\n",
        make_profile(columns=COLUMNS),
    )
    assert (facts.external_id, facts.place) == ("J1", "文化路")


def test_the_first_name_that_the_file_has_is_meant(taken: Taken) -> None:
    (facts,) = taken(
        "addr,place,编号,received\nb,a,J1,2026-03-01 08:00\n", make_profile(columns=COLUMNS)
    )
    assert facts.place == "a"


def test_titles_above_the_header_are_passed_over(taken: Taken) -> None:
    text = "瑞安市公安局接处警情况表,,\n（三月）\n编号,received,addr\nJ1,2026-03-01 08:00,x\n"
    (facts,) = taken(text, make_profile(columns=COLUMNS))
    assert (facts.line, facts.external_id) == (4, "J1")


@pytest.mark.parametrize("below", ["", "注,,\n"])
def test_titles_below_those_of_groups_are_found_though_their_columns_may_be_missing(
    taken: Taken, below: str
) -> None:
    """Of merged cells the first keeps the text: 编号 and received reach down, a group covers two."""
    profile = make_profile(columns={**COLUMNS, "contact_name": "姓名"}, optional=["contact_name"])
    text = "登记表,,,\n编号,received,addr,当事人\n,,,姓名\nJ1,2026-03-01 08:00,x,王秀英\n"
    (facts,) = taken(text, profile)
    assert (facts.line, facts.place, facts.contact[0]) == (4, "x", "王秀英")
    alone = f"编号,received,addr\n{below}J1,2026-03-01 08:00,x\n"
    assert taken(alone, profile)[-1].external_id == "J1"


@pytest.mark.parametrize(("above", "read"), [(19, True), (20, False)])
def test_a_header_stands_within_the_first_twenty_lines(
    taken: Taken, above: int, read: bool
) -> None:
    text = "标题,,\n" * above + "编号,received,addr\nJ1,2026-03-01 08:00,x\n"
    if read:
        assert [one.external_id for one in taken(text, make_profile(columns=COLUMNS))] == ["J1"]
    else:
        assert refused(taken, text, columns=COLUMNS)[0] == "missing_column"


def test_the_header_again_in_the_middle_is_no_row(taken: Taken) -> None:
    half = "编号,received,addr\nJ1,2026-03-01 08:00,x\n"
    rows = taken(half + half.replace("J1", "J2"), make_profile(columns=COLUMNS))
    assert [facts.external_id for facts in rows] == ["J1", "J2"]


def test_missing_columns_are_named_with_what_they_may_be_called(taken: Taken) -> None:
    assert refused(taken, "编号,received\nJ1,2026-03-01 08:00\n", columns=COLUMNS) == (
        "missing_column",
        {"columns": ("place / addr",), "line": 1},
    )
    code, particulars = refused(taken, "title\nreceived,addr\n", columns=COLUMNS)
    assert (code, particulars["columns"], particulars["line"]) == (
        "missing_column",
        ("编号 / no",),
        2,
    )


def test_an_optional_column_may_be_missing(taken: Taken) -> None:
    (facts,) = taken(
        "编号,received\nJ1,2026-03-01 08:00\n", make_profile(columns=COLUMNS, optional=["place"])
    )
    assert facts.place == ""


def test_a_doubled_column_is_refused_if_it_is_meant(taken: Taken) -> None:
    doubled = "编号,received,addr,Received \nJ1,2026-03-01 08:00,x,y\n"
    assert refused(taken, doubled, columns=COLUMNS) == (
        "doubled_column",
        {"column": "received", "line": 1},
    )
    (facts,) = taken(
        "编号,received,addr,x,x\nJ1,2026-03-01 08:00,a,1,2\n", make_profile(columns=COLUMNS)
    )
    assert facts.external_id == "J1"


def test_by_position_without_a_header_line(taken: Taken) -> None:
    profile = make_profile(
        columns={"external_id": 2, "received_at": {"date": 3, "time": 4}}, file={"header": False}
    )
    (facts,) = taken("x,J1,2026-03-01,08:00\n", profile)
    assert (facts.line, facts.external_id) == (1, "J1")
    assert facts.details["received_at"] == "2026-03-01T00:00:00Z"


def test_by_position_in_a_file_too_narrow(taken: Taken) -> None:
    profile = {"columns": {"external_id": 2, "received_at": 9}, "file": {"header": False}}
    assert refused(taken, "x,J1,2026-03-01 08:00\n", **profile) == (
        "missing_column",
        {"columns": ("9",), "line": 1},
    )


def test_an_empty_file_and_one_of_a_header_only(taken: Taken) -> None:
    assert refused(taken, "")[0] == "empty"
    assert refused(taken, "\n\n ,, \n")[0] == "missing_column"
    assert taken("编号,received,addr\n", make_profile(columns=COLUMNS)) == []
