"""What an index keeps of a text, and what is asked of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anmin.matters.words import BREAK, Piece, pieces, tokens


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        (["安阳路12号附近"], ["安阳", "阳路", "路12", "12号", "号附", "附近", BREAK, "12"]),
        (["安阳路１２号"], ["安阳", "阳路", "路12", "12号", BREAK, "12"]),
        (["Pine St, SEATTLE"], [BREAK, "pine", "st", "seattle"]),
        (["噪声", "安阳路"], ["噪声", BREAK, "安阳", "阳路"]),
        # 安阳路 does not stand there: a comma does
        (["安阳，阳路"], ["安阳", BREAK, "阳路"]),
        (["安阳，文化"], ["安阳", "文化"]),
        (["𠮷野家"], ["𠮷野", "野家"]),
        (["路"], []),
        (["", "  ，。"], []),
        ([f"a{BREAK}u7"], [BREAK, "a", "u7"]),
    ],
)
def test_tokens(texts: list[str], kept: list[str]) -> None:
    assert tokens(texts) == kept


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("盗窃", [Piece(pairs=("盗窃",))]),
        ("安阳路 电动车", [Piece(pairs=("安阳", "阳路")), Piece(pairs=("电动", "动车"))]),
        ("ＰＩＮＥ　１２", [Piece(word="pine"), Piece(word="12")]),
        ("12号", [Piece(pairs=("12号",))]),
        ("路", [Piece(too_short="路")]),
        ("盗窃 a", [Piece(pairs=("盗窃",)), Piece(too_short="a")]),
        ("，。", []),
    ],
)
def test_pieces(typed: str, asked: list[Piece]) -> None:
    assert pieces(typed) == asked


han = st.text(st.sampled_from("安阳路文化小区噪声电动车，。 1２a"), max_size=30)


def stands(piece: Piece, kept: list[str]) -> bool:
    """What both databases look for."""
    n = len(piece.pairs)
    if n:
        return any(tuple(kept[i : i + n]) == piece.pairs for i in range(len(kept)))
    return piece.word in kept


@given(han, st.integers(0, 30), st.integers(2, 8))
def test_every_part_of_a_text_is_found_and_nothing_else(text: str, start: int, length: int) -> None:
    part = text[start : start + length]
    # a part that cuts a word of letters or digits in two is another word
    if any((char.isascii() and char.isalnum()) or char == "２" for char in part):
        return
    for piece in pieces(part):
        if not piece.too_short:
            assert stands(piece, tokens([text]))


@given(han, st.text(st.sampled_from("安阳路文化小区噪声电动车"), min_size=2, max_size=5))
def test_what_does_not_stand_there_is_not_found(text: str, typed: str) -> None:
    (piece,) = pieces(typed)
    assert stands(piece, tokens([text])) == (typed in text)
