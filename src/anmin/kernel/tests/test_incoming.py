"""What comes in as text: refused, cleaned, or read as one thing alone."""

import base64
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.incoming import (
    MOST,
    BrokenLink,
    clean,
    day_of,
    keepable,
    key_of,
    page_link,
    read_key,
    read_page_link,
)
from anmin.kernel.rules import RuleBook

RULES = RuleBook()


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("安\x00民", "安民"),
        ("\ud83d", "\ufffd"),
        ("a\udfff", "a\ufffd"),
        ("好😀", "好😀"),
        ("", ""),
    ],
)
def test_a_text_that_cannot_be_kept_is_told_and_cleaned(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
    assert keepable(text) is (text == cleaned)
    assert keepable(cleaned)


@given(st.text(alphabet=st.characters(codec=None), max_size=30))
def test_what_is_cleaned_can_be_written_down(text: str) -> None:
    assert "\x00" not in clean(text).encode().decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "²",
        "９",
        "1_0",
        "9" * 5000,
        str(2**63),
        "1e3",
        "0x1",
    ],
)
def test_what_is_no_key(text: str) -> None:
    assert key_of(text) is None
    with pytest.raises(BrokenLink):
        read_key(text)


def test_keys() -> None:
    assert (key_of("1"), key_of(str(MOST)), read_key("007")) == (1, MOST, 7)


@pytest.mark.parametrize(
    "text",
    ["0001-01-01", "9999-12-31", "1899-12-31", "2200-01-01", "2026-02-30", "20261129", "2026-W01-1",
     "２０２６-１１-２９", "2026-11-29T00:00", "", "2026-1-1"],
)  # fmt: skip
def test_what_is_no_day_of_ours(text: str) -> None:
    assert day_of(text, RULES) is None


def test_days() -> None:
    assert day_of("2026-11-29", RULES) == date(2026, 11, 29)
    assert day_of("1900-01-01", RULES) == date(1900, 1, 1)
    assert day_of("2199-12-31", RULES) == date(2199, 12, 31)


@given(
    st.datetimes(
        min_value=datetime(1901, 1, 1),
        max_value=datetime(2198, 12, 31),
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]),
    ),
    st.integers(1, MOST),
)
def test_a_page_link_is_read_as_it_was_made(moment: datetime, key: int) -> None:
    assert read_page_link(page_link(moment, key), RULES) == (moment, key)


@pytest.mark.parametrize(
    "plain",
    ["2026-01-01T00:00:00|1", "2026-01-01|1", "0001-01-01T00:00:00+14:00|1",
     "9999-12-31T23:59:59-14:00|1", "2026-01-01T00:00:00+00:00|99999999999999999999",
     "2026-01-01T00:00:00+00:00|-1", "2026-01-01T00:00:00+00:00|９", "|", "x|1", "\x00|1", "[]",
     "2026-01-01T00:00:00+00:00|1|1"],
)  # fmt: skip
def test_a_forged_page_link_is_broken(plain: str) -> None:
    with pytest.raises(BrokenLink):
        read_page_link(base64.urlsafe_b64encode(plain.encode()).decode().rstrip("="), RULES)


@given(st.text(max_size=60))
def test_any_other_text_is_a_broken_link(text: str) -> None:
    with pytest.raises(BrokenLink):
        read_page_link(text, RULES)
