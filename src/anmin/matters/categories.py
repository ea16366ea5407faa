"""What a matter is about, read from ``categories.toml``."""

import tomllib
from functools import cache
from pathlib import Path

from django.utils.translation import get_language
from pydantic import BaseModel, ConfigDict

from anmin.kernel.errors import NotFound
from anmin.matters.facts import MatterFacts


class Category(BaseModel):
    """One class of events and what follows from it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    zh: str
    en: str
    group: str
    same_day: bool = False
    sensitive: bool = False
    advice: str = ""

    @property
    def label(self) -> str:
        """The word people see, in the language of the moment."""
        return self.en if (get_language() or "").startswith("en") else self.zh


@cache
def categories() -> dict[str, Category]:
    """Every category by its code, in the order of the file."""
    raw = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    return {code: Category(code=code, **entry) for code, entry in raw.items()}


def category(code: str) -> Category:
    """The category of that code, or ``NotFound``."""
    try:
        return categories()[code]
    except KeyError:
        raise NotFound(f"there is no category {code!r}", field="category") from None


def category_choices() -> list[tuple[str, str]]:
    """For forms and filters."""
    return [(entry.code, entry.label) for entry in categories().values()]


def answer_rule(matter: MatterFacts) -> str:
    """Which rule sets the answer deadline of an incident."""
    entry = categories().get(matter.category)
    return "incident.answer.same_day" if entry and entry.same_day else "incident.answer"
