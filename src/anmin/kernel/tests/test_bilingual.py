"""A phrase is told in the reader's language, and in Chinese where nobody has said which."""

from collections.abc import Iterator

import pytest

from anmin.kernel import bilingual
from anmin.kernel.bilingual import Words, english, speaks


@pytest.fixture(autouse=True)
def before() -> Iterator[None]:
    known = bilingual._language
    yield
    speaks(known)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Missing"),
        ("en-gb", "Missing"),
        ("zh-hans", "查找中"),
        ("", "查找中"),
        (None, "查找中"),
    ],
)
def test_a_phrase_in_the_language_of_the_moment(language: str | None, told: str) -> None:
    speaks(lambda: language)
    words = Words(zh="查找中", en="Missing")
    assert str(words) == words.label == told
    assert english() == (told == "Missing")
    assert words.by_language() == {"zh": "查找中", "en": "Missing"}


def test_it_is_chinese_until_somebody_says_otherwise() -> None:
    speaks(bilingual._chinese)
    assert not english()
