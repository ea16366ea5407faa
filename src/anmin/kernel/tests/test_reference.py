"""Reference numbers survive people: every one-character error and every exchange is caught."""

import re
import string
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.reference import (
    ALPHABET,
    BadNumber,
    ReferenceNumber,
    format_number,
    new_code,
    normalise_code,
    parse_number,
)

numbers = st.builds(
    format_number,
    st.text(string.ascii_uppercase, min_size=1, max_size=6),
    st.integers(1000, 9999),
    st.integers(0, 10**12 - 1),
)


def test_the_form_of_a_number() -> None:
    assert format_number("JQ", 2026, 123) == "JQ-2026-0000123-3"
    assert parse_number("JQ-2026-0000123-3") == ReferenceNumber("JQ", 2026, 123)
    assert str(ReferenceNumber("JQ", 2026, 123)) == "JQ-2026-0000123-3"


@pytest.mark.parametrize(
    "typed",
    [
        " jq-2026-0000123-3 ",
        "JQ202600001233",
        "ＪＱ－２０２６－００００１２３－３",
        "JQ—2026—0000123—3",
        "jq 2026 0000123 3",
    ],
)
def test_a_number_as_people_type_it(typed: str) -> None:
    assert parse_number(typed) == ReferenceNumber("JQ", 2026, 123)


@pytest.mark.parametrize(
    "typed", ["", "JQ", "JQ-2026-123-M", "2026-0000123-3", "甲-2026-0000123-3"]
)
def test_what_is_no_number(typed: str) -> None:
    with pytest.raises(BadNumber, match="not a reference number"):
        parse_number(typed)


@given(numbers)
def test_what_is_written_can_be_read(number: str) -> None:
    assert str(parse_number(number)) == number


@given(numbers, st.data())
def test_any_one_wrong_character_is_caught(number: str, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([n for n, c in enumerate(number) if c != "-"]))
    others = (string.ascii_uppercase + string.digits).replace(number[place], "")
    for other in others:
        with pytest.raises(BadNumber):
            parse_number(number[:place] + other + number[place + 1 :])


@given(numbers)
def test_any_exchange_of_two_characters_is_caught(number: str) -> None:
    places = [n for n, c in enumerate(number) if c != "-"]
    for a, b in combinations(places, 2):
        if number[a] != number[b]:
            typed = list(number)
            typed[a], typed[b] = typed[b], typed[a]
            with pytest.raises(BadNumber):
                parse_number("".join(typed))


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        number = parse_number(text)
    except BadNumber:
        return
    assert parse_number(str(number)) == number


@pytest.mark.parametrize(
    ("prefix", "year", "sequence"),
    [("", 2026, 1), ("jq", 2026, 1), ("JQ1", 2026, 1), ("ABCDEFG", 2026, 1), ("警情", 2026, 1),
     ("JQ", 26, 1), ("JQ", 10000, 1), ("JQ", 2026, -1), ("JQ", 2026, 10**12)],
)  # fmt: skip
def test_no_number_that_could_not_be_read_is_written(prefix: str, year: int, sequence: int) -> None:
    with pytest.raises(ValueError, match=r"not|digits"):
        format_number(prefix, year, sequence)


def test_codes_are_random_and_unambiguous() -> None:
    codes = {new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(re.fullmatch(f"[{ALPHABET}]{{10}}", code) for code in codes)
    assert not set("01ILO") & set(ALPHABET)
    assert len(new_code(16)) == 16
    assert normalise_code(" abcd2－3456 z ") == "ABCD23456Z"
