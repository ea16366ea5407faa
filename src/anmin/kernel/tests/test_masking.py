"""Masking shows what it should and never more."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.masking import (
    mask_address,
    mask_free_text,
    mask_identity_number,
    mask_name,
    mask_phone,
)
from anmin.kernel.phones import normalise_phone
from anmin.kernel.reference import format_number


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("13812345678", "138****5678"),
        ("+8613812345678", "138****5678"),
        ("0086 138-1234-5678", "138****5678"),
        ("１３８１２３４５６７８", "138****5678"),
        ("0577-65812345", "577****2345"),
        ("+12065550100", "120****0100"),
        ("65812345", "****45"),
        ("110", "****"),
        ("不详", "****"),
        ("", ""),
    ],
)
def test_phone(typed: str, seen: str) -> None:
    assert mask_phone(typed) == seen


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("王小明", "王某"),
        ("欧阳娜娜", "欧阳某"),
        ("王", "王某"),
        ("王女士", "王某"),
        ("阿不都拉·买买提", "阿某"),
        ("John Smith", "J. S."),
        ("josé", "J."),
        (" ", ""),
        ("123", "****"),
    ],
)
def test_name(name: str, seen: str) -> None:
    assert mask_name(name) == seen


@pytest.mark.parametrize(
    ("number", "seen"),
    [
        ("330381199001011234", "330*************34"),
        ("33038119900101123x", "330*************3x"),
        ("E12345678", "****"),
        ("", ""),
    ],
)
def test_identity_number(number: str, seen: str) -> None:
    assert mask_identity_number(number) == seen


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("浙江省瑞安市安阳街道万松东路123号2幢301室", "浙江省瑞安市安阳街道****"),
        ("温州市瑞安市塘下镇前进村", "温州市瑞安市塘下镇****"),
        ("北京市朝阳区望京街道", "北京市朝阳区望京街道****"),
        ("瑞安市阳光小区5幢", "瑞安市****"),
        ("阳光小区3幢301", "****"),
        ("12XX BLOCK OF PINE ST", "****"),
        ("", ""),
    ],
)
def test_address(address: str, seen: str) -> None:
    assert mask_address(address) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("打13812345678找他", "打138****5678找他"),
        ("138 1234 5678，家里(0577) 6581-2345", "138****5678，家里(****"),
        ("身份证33038119900101123X", "身份证330*************3X"),
        ("卡6222 0212 0200 1234 567", "卡****4567"),
        ("一三八一二三四五六七八", "****"),
        ("写信到 wang.li@example.com", "写信到 ****"),
        ("2026-01-05 14:30 损失1234567元", "2026-01-05 14:30 损失1234567元"),
        ("2026-01-05 13812345678", "2026-01-05 138****5678"),
        ("2026-01-0513812345678", "****5678"),
    ],
)
def test_free_text(text: str, seen: str) -> None:
    assert mask_free_text(text) == seen


def test_a_reference_number_is_no_telephone_number() -> None:
    number = format_number("JQ", 2026, 123)
    assert mask_free_text(f"见 {number}。") == f"见 {number}。"
    forged = number[:-1] + ("A" if number[-1] != "A" else "B")
    assert "0000123" not in mask_free_text(f"见 {forged}。")


SEPARATORS = r"[ .\-()（）·_/]*"
digits = st.text("0123456789", min_size=9, max_size=9)
phones = st.one_of(
    st.builds("1{}{}".format, st.sampled_from("3456789"), digits),
    st.builds("0577{}".format, st.from_regex(r"[2-9][0-9]{7}", fullmatch=True)),
)
identities = st.from_regex(
    r"330381(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-2][1-9][0-9]{3}[0-9X]", fullmatch=True
)
cards = st.from_regex(r"62[0-9]{14,17}", fullmatch=True)
around = st.text(max_size=20)


def spaced(number: str, gaps: list[str]) -> str:
    return (
        "".join(c + (gaps[n % len(gaps)] if gaps else "") for n, c in enumerate(number[:-1]))
        + number[-1]
    )


def found_in(number: str, text: str) -> bool:
    pattern = SEPARATORS.join(map(re.escape, number))
    return re.search(pattern, unicodedata.normalize("NFKC", text)) is not None


@given(
    st.one_of(phones, identities, cards),
    st.lists(st.sampled_from(["", "", " ", "-", ".", " - "]), max_size=5),
    st.booleans(),
    around,
    around,
)
def test_no_number_of_a_person_is_ever_left_in_a_text(
    number: str, gaps: list[str], wide: bool, before: str, after: str
) -> None:
    written = spaced(number, gaps)
    if wide:
        written = written.translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert not found_in(number, mask_free_text(before + written + after))


@given(st.text("0123456789 -+（）()", max_size=25))
def test_a_masked_phone_always_hides_four_digits(text: str) -> None:
    normal = normalise_phone(text) or text
    hidden = len(re.findall("[0-9]", normal)) - len(re.findall("[0-9]", mask_phone(text)))
    assert hidden >= min(4, len(re.findall("[0-9]", normal)))


@given(st.from_regex(r"[\u4e00-\u9fff]{2,4}", fullmatch=True))
def test_no_given_name_is_left(name: str) -> None:
    assert mask_name(name).removesuffix("某") in (name[:1], name[:2] if len(name) > 2 else name[:1])


@given(identities)
def test_no_birth_date_is_left(number: str) -> None:
    seen = mask_identity_number(number)
    assert len(seen) == len(number)
    assert set(seen[3:-2]) == {"*"}


@given(st.text(max_size=60))
def test_masking_takes_any_text(text: str) -> None:
    for mask in (mask_phone, mask_name, mask_identity_number, mask_address, mask_free_text):
        assert isinstance(mask(text), str)
    assert mask_free_text(mask_free_text(text)) == mask_free_text(text)
