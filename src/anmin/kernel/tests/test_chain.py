"""The hash chain: what was written cannot be changed, dropped or reordered unnoticed."""

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel import chain

KEY = b"the chain key of this test"
records = st.lists(st.binary(max_size=40), min_size=1, max_size=8)


def head(parts: list[bytes], key: bytes = KEY) -> bytes:
    last = chain.GENESIS
    for part in parts:
        last = chain.link(key, last, part)
    return last


@given(records, st.data())
def test_a_changed_dropped_or_moved_record_changes_the_head(
    parts: list[bytes], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(parts) - 1))
    before, one, after = parts[:place], parts[place], parts[place + 1 :]
    assert head([*before, one + b"x", *after]) != head(parts)
    assert head([*before, *after]) != head(parts)
    assert head([*before, one, one, *after]) != head(parts)
    if after and after[0] != one:
        assert head([*before, after[0], one, *after[1:]]) != head(parts)


def test_without_the_key_no_head_can_be_made() -> None:
    assert head([b"a"], key=b"another") != head([b"a"])


def test_the_chain_is_a_known_keyed_hash() -> None:
    record = chain.canonical({"b": 1, "a": "甲"})
    assert record == '{"a":"甲","b":1}'.encode()
    assert chain.link(b"key", chain.GENESIS, record).hex() == (
        "b03d0bb0957a13546b1afb31e14db15835af7f3911f809a1abff21bd2ef3d994"
    )


def test_a_broken_previous_hash_is_refused() -> None:
    with pytest.raises(ValueError, match="31 bytes, not 32"):
        chain.link(KEY, bytes(31), b"")


def test_erased_text_leaves_a_chain_that_verifies() -> None:
    note = "电话里说的是 13812345678"
    record = chain.canonical({"note": chain.digest(note, key=KEY)})
    whole = head([record])
    kept = chain.digest(note, key=KEY)  # all that remains after the note is erased
    assert head([chain.canonical({"note": kept})]) == whole
    assert chain.digest("another", key=KEY) != kept
    assert chain.digest(note) == chain.digest(note.encode())
    assert chain.digest(note) == hashlib.blake2b(note.encode(), digest_size=32).digest()
    assert chain.digest(note, key=b"another key") != kept


def test_one_value_has_one_form() -> None:
    here = datetime(2026, 3, 6, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    there = datetime(2026, 3, 6, 0, 0, tzinfo=UTC)
    assert chain.canonical({"at": here}) == chain.canonical({"at": there})
    assert chain.canonical([here, date(2026, 3, 6), Decimal("1.50"), b"\x01", {"b", "a"}]) == (
        b'["2026-03-06T00:00:00.000000+00:00","2026-03-06","1.50","01",["a","b"]]'
    )
    assert chain.canonical(UUID(int=1)) == b'"00000000-0000-0000-0000-000000000001"'


@given(st.dictionaries(st.text(max_size=5), st.integers(-9, 9), max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert chain.canonical(dict(reversed(value.items()))) == chain.canonical(value)


@pytest.mark.parametrize("value", [datetime(2026, 1, 1), {1: "a"}, object(), "\ud800"])
def test_what_has_no_one_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        chain.canonical(value)
