"""What a matter is about, read from the ``topics.toml`` of each kind."""

from functools import cache
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.utils.translation import gettext as _

from anmin.kernel.bilingual import Term, Words
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.kind_folders import BadFile, checked, entries_of
from anmin.kernel.toml_files import read_toml

GROUPS = Path(__file__).parent / "groups.toml"


class Category(Term):
    """One class of events and what follows from it.

    ``unnamed``: no message and no hint names it, or says what was answered, for others may read that
    telephone. ``sensitive``: nothing is sent about it at all, and nobody is called back by rule.
    ``unlinked``: no message about it has a link, for those whom it is about are told to open none.
    ``inspected``: it is about the police themselves, so the inspectorate answers for it.
    ``case``: it is a criminal or public-security case that can be solved, ``minor`` or ``serious``;
    the two are never counted in one total. ``rests_on``: the rule that a class of demands rests on.
    """

    kind: str
    group: str
    same_day: bool = False
    unnamed: bool = False
    unlinked: bool = False
    sensitive: bool = False
    inspected: bool = False
    case: Literal["", "minor", "serious"] = ""
    advice: str = ""
    rests_on: Words | None = None

    @property
    def unsaid(self) -> bool:
        """Whether nothing outside of its own page says what it is about."""
        return self.unnamed or self.sensitive


@cache
def groups() -> dict[str, Term]:
    """The groups that categories of every kind fall into, by code, in the order of the file."""
    return {code: Term(code=code, **words) for code, words in read_toml(GROUPS, BadFile).items()}


@cache
def categories() -> dict[str, Category]:
    """Every category by its code, kind by kind, in the order of the files; a code stands once."""
    found: dict[str, Category] = {}
    for kind, path, code, entry in entries_of(settings.KIND_FOLDERS, "topics.toml"):
        if code in found:
            raise BadFile(f"{path}: {code!r} is a category of {found[code].kind} already")
        found[code] = made = checked(Category, path, code, {"code": code, "kind": kind, **entry})
        if made.group not in groups():
            raise BadFile(f"{path}: {code!r} is of a group {made.group!r} that does not exist")
    return found


def category(code: str) -> Category:
    """The category of that code, or ``NotFound``."""
    try:
        return categories()[code]
    except KeyError:
        raise NotFound(f"there is no category {code!r}", field="category") from None


def has_topics(kind: str) -> bool:
    """Whether the kind says itself what its matters are about."""
    return any(entry.kind == kind for entry in categories().values())


def categories_of(kind: str) -> dict[str, Category]:
    """The categories that a matter of a kind may have: its own, or all where it has none."""
    own = has_topics(kind)
    return {code: entry for code, entry in categories().items() if not own or entry.kind == kind}


def category_for(kind: str, code: str) -> str:
    """The code of a category that a matter of this kind may have.

    A kind that has topics asks for one of its own; the others take what caused them, or none.
    Raises ``Refusal`` or ``NotFound`` for the field ``category``.
    """
    own = has_topics(kind)
    if not code:
        if own:
            raise Refusal(_("Say what it is about."), field="category", code="missing")
        return code
    if category(code).kind != kind and own:
        raise Refusal(_("This kind of matter has no such category."), field="category")
    return code


def category_choices(kind: str = "") -> list[tuple[str, str]]:
    """For forms and filters: those of a kind, or all."""
    rows = categories().values()
    return [(entry.code, entry.label) for entry in rows if not kind or entry.kind == kind]
