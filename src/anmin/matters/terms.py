"""The word lists whose codes facts hold: of a kind (``terms.toml`` in its folder), or of a room."""

from collections.abc import Callable, Mapping
from functools import cache

from django.conf import settings

from anmin.kernel.bilingual import Term
from anmin.kernel.errors import NotFound
from anmin.kernel.kind_folders import BadFile, checked, entries_of

_offered: dict[str, Callable[[], Mapping[str, Term]]] = {}


def offer(name: str, words: Callable[[], Mapping[str, Term]]) -> None:
    """Let facts name a list that a room above keeps."""
    _offered[name] = words


@cache
def _own() -> Mapping[str, Mapping[str, Term]]:
    """The lists of the kinds by name; two of one name stop the start."""
    found: dict[str, Mapping[str, Term]] = {}
    for _kind, path, name, entries in entries_of(settings.KIND_FOLDERS, "terms.toml"):
        if name in found:
            raise BadFile(f"{path}: there is a word list {name!r} already")
        found[name] = {
            code: checked(Term, path, f"{name}.{code}", {"code": code, **entry})
            for code, entry in entries.items()
        }
    return found


def term_list(name: str) -> Mapping[str, Term]:
    """The words of a list by their codes, or ``NotFound``."""
    own = _own().get(name)
    if own is not None:
        return own
    if name in _offered:
        return _offered[name]()
    raise NotFound(f"there is no word list {name!r}")
