"""What citizens are unhappy about: the codes of ``concerns.toml``."""

from functools import cache

from anmin.callbacks.data_files import read_data
from anmin.kernel.bilingual import Term


@cache
def concerns() -> dict[str, Term]:
    """Every concern by its code, in the order of the file."""
    return {code: Term(code=code, **words) for code, words in read_data("concerns.toml").items()}
