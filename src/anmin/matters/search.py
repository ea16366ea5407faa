"""Finding matters by a number, a telephone number or the words of their texts."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.kernel.incoming import read_key
from anmin.kernel.reference import BadNumber, as_stored, parse_number
from anmin.matters import limited, policy, word_index
from anmin.matters.contacts import matters_of_phones, phone_indexes
from anmin.matters.models import Matter
from anmin.matters.parties import of_phones
from anmin.matters.word_index import NEWEST
from anmin.matters.words import Piece, pieces, usual
from anmin.people.models import Account
from anmin.people.policy import unit_scope

FEW_UNITS = 200
"""Of up to so many units the index is asked for theirs; of more it is asked for everybody's."""
AT_ONCE = 200
LOOKED_AT = 4_000
"""Hits that are looked at for one page: what a reader may see thins them out."""
PHONES = 200


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, the newest first.

    ``by`` is ``number``, ``phone`` or ``words``. ``older`` opens the next page. ``waiting`` counts
    the changes that the index of words does not know yet. ``cut`` tells that there were more hits
    than are looked at, ``no_phone`` that this role does not look matters up by phone.
    """

    rows: list[Matter] = field(default_factory=list)
    by: str = "number"
    older: str = ""
    waiting: int = 0
    cut: bool = False
    no_phone: bool = False


def search(account: Account, text: str, *, cursor: str = "", limit: int = 50) -> Found:
    """Matters by reference number (or its beginning), outside number, phone number, or words.

    A phone only for those who may search by it; words of the summary, the place and the notes, all
    of those typed, each piece as it stands. Only what this person may see, at any place of it.
    Every look-up is served by an index. Raises ``Refusal`` where nothing can be looked for.
    """
    text = usual(text).replace("\0", " ").strip()
    if not cursor:
        rows = by_number(account, text, limit=limit)
        if rows or _is_number(text):
            return Found(rows)
        indexes = phone_indexes(text)
        if indexes and not policy.may_search_phone(account):
            return Found(by="phone", no_phone=True)
        if indexes:
            known = [*matters_of_phones(indexes)[:PHONES], *of_phones(account, indexes)[:PHONES]]
            rows = _shown(account, _seen(account).filter(pk__in=known)[:limit])
            if rows:
                return Found(rows, by="phone")
    return _by_words(account, _asked(text), cursor, limit)


def by_number(account: Account, text: str, *, limit: int) -> list[Matter]:
    """Matters by reference number, its beginning, or an outside number."""
    if len(text) < 4:
        return []
    number = _as_number(text)
    # What no import brought has a key of the house in that column, which nobody looks up by.
    outside = {text, text.upper(), text.lower()}
    condition = Q(number=number) | Q(external_id__in=outside, facts_at__isnull=False)
    if len(number) >= 8:
        # A range, so that the index serves it whatever the database's idea of LIKE.
        condition |= Q(number__gte=number, number__lt=f"{number}~")
    return _shown(account, _seen(account).filter(condition)[:limit])


def _by_words(account: Account, wanted: list[Piece], cursor: str, limit: int) -> Found:
    scope = unit_scope(account)
    few = not scope.everything and len(scope.unit_ids) <= FEW_UNITS
    units = sorted(scope.unit_ids) if few else None
    rows: list[Matter] = []
    before, looked, more = read_key(cursor) if cursor else NEWEST, 0, True
    ranks: list[int] = []
    while more and len(rows) <= limit and looked < LOOKED_AT:
        found = word_index.hits(wanted, units, before=before, limit=AT_ONCE)
        seen = _seen(account).in_bulk([word_index.matter_of(one) for one in found])
        for one in found:
            if (matter := seen.get(word_index.matter_of(one))) is not None:
                rows.append(matter)
                ranks.append(one)
        looked, more = looked + len(found), len(found) == AT_ONCE
        before = found[-1] if found else before
    return Found(
        _shown(account, rows[:limit]),
        by="words",
        older=str(ranks[limit - 1]) if len(rows) > limit else "",
        waiting=word_index.waiting(),
        cut=more and len(rows) <= limit,
    )


def _asked(text: str) -> list[Piece]:
    """What to look for. Raises ``Refusal`` that names what is too short."""
    wanted = pieces(text)
    short = [piece.too_short for piece in wanted if piece.too_short]
    if short:
        raise Refusal(
            _("“%(piece)s” is too short: type two characters or more in one piece.")
            % {"piece": short[0]},
            field="q",
            code="too_short",
        )
    if not wanted:
        raise Refusal(_("Type a number or words."), field="q", code="too_short")
    return wanted


def _seen(account: Account) -> QuerySet[Matter]:
    rows = policy.visible(account, Matter.objects.all()).select_related("unit", "assignee")
    return rows.order_by("-opened_at", "-id")


def _shown(account: Account, rows: Iterable[Matter]) -> list[Matter]:
    """The matters without the facts that this reader does not see."""
    return [limited.shown(account, one) for one in rows]


def _is_number(text: str) -> bool:
    """Whether that is a whole reference number, which no words are looked up for."""
    try:
        parse_number(text)
    except BadNumber:
        return False
    return True


def _as_number(text: str) -> str:
    """A reference number as it is stored, however it was typed; else the text in capitals."""
    return as_stored(text)
