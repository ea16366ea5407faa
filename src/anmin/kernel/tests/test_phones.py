"""Telephone numbers as people write them."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from anmin.kernel.phones import _APART, normalise_phone, read_phones, says_none


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13812345678", "+8613812345678"),
        ("138-1234-5678", "+8613812345678"),
        ("１３８ １２３４ ５６７８", "+8613812345678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("＋８６13812345678", "+8613812345678"),
        ("0086-13812345678", "+8613812345678"),
        ("8613812345678", "+8613812345678"),
        ("013812345678", "+8613812345678"),
        ("0577-65812345", "+8657765812345"),
        ("（0577）65812345", "+8657765812345"),
        ("+86-(0)577-65812345", "+8657765812345"),
        ("0577-65812345转801", "+8657765812345"),
        ("0577-65812345 ext. 801", "+8657765812345"),
        ("010 6234 5678", "+861062345678"),
        ("0571-8765432", "+865718765432"),
        ("400-123-4567", "+864001234567"),
        ("+1 (206) 555-0100", "+12065550100"),
        ("00852 2345 6789", "+85223456789"),
    ],
)
def test_numbers(typed: str, number: str) -> None:
    assert normalise_phone(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["", " ", "110", "12345", "65812345", "12812345678", "1381234567", "138123456789", "无",
     "02112345678", "2065550100", "+86 110", "+0123456789", "abc13812345678", "13812345678/13912345678"],
)  # fmt: skip
def test_what_is_no_number(typed: str) -> None:
    assert normalise_phone(typed) is None


def test_a_local_number_needs_its_area_code() -> None:
    assert normalise_phone("6581-2345", area_code="0577") == "+8657765812345"
    assert normalise_phone("110", area_code="0577") is None
    assert normalise_phone("13812345678", area_code="0577") == "+8613812345678"


@given(st.text("0123456789+-() 转x", max_size=20))
def test_a_normal_number_stays_as_it_is(typed: str) -> None:
    number = normalise_phone(typed)
    if number is not None:
        assert normalise_phone(number) == number
        assert 8 <= len(number) <= 16


@given(st.text(max_size=30))
def test_any_text_may_be_asked(text: str) -> None:
    number = normalise_phone(text)
    assert number is None or (number[0] == "+" and number[1:].isdigit())


LI, ZHANG = "+8613857712345", "+8613957712345"


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("13857712345/13957712345", (LI, ZHANG)),
        ("13857712345、13957712345；0577-65812345,13857712345", (LI, ZHANG, "+8657765812345")),
        ("13857712345 13957712345", (LI, ZHANG)),
        ("138 5771 2345 139 5771 2345", (LI, ZHANG)),
        ("13857712345或13957712345", (LI, ZHANG)),
        ("1385771234513957712345", (LI, ZHANG)),
        ("13857712345\n13957712345", (LI, ZHANG)),
        ("13857712345 (李)", (LI,)),
        ("13857712345（微信同号）", (LI,)),
        ("李女士13857712345", (LI,)),
        ("手机：13857712345(本人)", (LI,)),
        ("13857712345(妻子13957712345)", (LI, ZHANG)),
        ("１３８５７７１２３４５；", (LI,)),
        ("'13857712345", (LI,)),
        ("’13857712345;", (LI,)),
        ("13857712345.0", (LI,)),
        ("1.3857712345E+10", (LI,)),
        ("138.5771.2345", (LI,)),
        ("0086 138 5771 2345", (LI,)),
        ("(+86)13857712345", (LI,)),
        ("13857712345 / 无", (LI,)),
        ("0577-65812345转801", ("+8657765812345;ext=801",)),
        ("0577-65812345-801", ("+8657765812345;ext=801",)),
        ("(0577)65812345/65812346", ("+8657765812345", "+8657765812346")),
    ],
)
def test_cells_as_people_keep_them_lose_nobody(cell: str, numbers: tuple[str, ...]) -> None:
    assert read_phones(cell) == (numbers, "", "")


@pytest.mark.parametrize(
    "cell", ["", "无", "-", "——", "/", "不详", " 未留电话 ", "N/A", "（无）", "..."]
)
def test_words_that_say_none_leave_nothing(cell: str) -> None:
    assert read_phones(cell) == ((), "", "")


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("1.38E+10", "rounded"),
        ("1.3858E+10", "rounded"),
        ("65812345", "local"),
        ("110", "short"),
        ("1385771234", "short"),
        ("138577123456", "long"),
        ("王女士", "unreadable"),
        ("12857712345", "unreadable"),
        ("JQ-2026-13857712345", "long"),
    ],
)
def test_what_is_left_says_why(cell: str, fault: str) -> None:
    assert read_phones(cell) == ((), cell, fault)


def test_what_may_be_another_number_is_told_beside_the_one_that_was_read() -> None:
    assert read_phones("13857712345/1395771234") == ((LI,), "1395771234", "short")
    assert read_phones("13857712345 3幢") == ((LI,), "", "")


@given(st.lists(st.sampled_from([LI, ZHANG, "+8657765812345", "+12065550100"]), unique=True))
def test_numbers_in_one_cell_come_back_in_their_order(numbers: list[str]) -> None:
    assert read_phones("；".join(numbers)).numbers == tuple(numbers)


@given(st.text(max_size=40))
@example("或")
@example("无、无")
@example("（张三）")
@example("(a)/和")
def test_no_cell_is_lost_in_silence(cell: str) -> None:
    found = read_phones(cell)
    plain = unicodedata.normalize("NFKC", cell).strip().strip("'\"`´‘’“”＇").strip()
    parts = [part for part in _APART.split(plain) if part.strip()]
    said_none = says_none(plain) or (parts and all(map(says_none, parts)))
    assert said_none or found.numbers or found.left
    assert bool(found.left) == bool(found.fault)
