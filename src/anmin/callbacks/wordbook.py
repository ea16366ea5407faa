"""Words in two languages, kept in data files that an official can read and change."""

import tomllib
from pathlib import Path
from typing import Any

from django.utils.translation import get_language
from pydantic import BaseModel, ConfigDict

FOLDER = Path(__file__).parent


class Words(BaseModel):
    """One phrase in Chinese and English."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str

    @property
    def label(self) -> str:
        """The phrase in the language of the moment."""
        return self.en if (get_language() or "").startswith("en") else self.zh

    def by_language(self) -> dict[str, str]:
        """The phrase by its language."""
        return {"zh": self.zh, "en": self.en}

    def __str__(self) -> str:
        return self.label


class Term(Words):
    """A phrase with a code that stands for it in the database."""

    code: str


def read_data(name: str) -> dict[str, Any]:
    """A data file of this room as plain values."""
    return tomllib.loads((FOLDER / name).read_text("utf-8"))
