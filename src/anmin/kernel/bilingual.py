"""Two languages: which one the reader has now, and phrases in both.

The kernel knows no web framework: the house tells it how the language of the moment is found
(``speaks``); until then it is Chinese.
"""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict


def _chinese() -> str:
    return "zh-hans"


_language: Callable[[], str | None] = _chinese


def speaks(language: Callable[[], str | None]) -> None:
    """Say what tells the language of the moment, as a code like ``en`` or ``zh-hans``."""
    global _language
    _language = language


def english() -> bool:
    """Whether the reader has English now."""
    return (_language() or "").startswith("en")


class Words(BaseModel):
    """One phrase in Chinese and English, from a data file that an official can read and change."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str

    @property
    def label(self) -> str:
        """The phrase in the language of the moment."""
        return self.en if english() else self.zh

    def by_language(self) -> dict[str, str]:
        """The phrase by its language."""
        return {"zh": self.zh, "en": self.en}

    def __str__(self) -> str:
        return self.label


class Term(Words):
    """A phrase with a code that stands for it in the database."""

    code: str
