"""Why something is taken back: reasons that the public reads, chosen from a list that is data."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

from anmin.kernel.bilingual import Term
from anmin.kernel.errors import Refusal

FILE = Path(__file__).with_name("reasons.toml")


@cache
def reasons() -> Mapping[str, Term]:
    """The reasons by their codes."""
    table = tomllib.loads(FILE.read_text("utf-8"))
    return {code: Term(code=code, **words) for code, words in table.items()}


def reason_of(code: str) -> Term:
    """One reason. Raises ``Refusal``."""
    found = reasons().get(code)
    if found is None:
        raise Refusal(_("Choose one of the reasons."), field="why")
    return found
