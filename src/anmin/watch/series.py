"""Which reports the nightly scan looks at together: the series of ``series.toml``."""

import tomllib
from functools import cache
from pathlib import Path

from pydantic import Field

from anmin.kernel.bilingual import Term
from anmin.matters.categories import categories


class Series(Term):
    """Some categories that are scanned as one."""

    categories: list[str] = Field(min_length=1)


@cache
def all_series() -> dict[str, Series]:
    """Every series by its code. Raises ``ValueError`` for a category that is not known."""
    raw = tomllib.loads(Path(__file__).with_name("series.toml").read_text("utf-8"))
    found = {code: Series(code=code, **entry) for code, entry in raw.items()}
    for one in found.values():
        if strange := set(one.categories) - set(categories()):
            raise ValueError(f"series.toml: {one.code} names unknown categories {sorted(strange)}")
    return found
