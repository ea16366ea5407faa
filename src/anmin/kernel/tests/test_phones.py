"""Telephone numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.phones import normalise_phone


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
