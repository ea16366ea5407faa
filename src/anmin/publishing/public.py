"""All that the public pages read. Nothing but approved editions comes out here, and nothing personal.

``anmin.portal`` imports this module of the room and no other: a contract of import-linter and a
test keep it so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.receipts import code_of
from anmin.files.showing import everybodys
from anmin.kernel.bilingual import Term
from anmin.kernel.errors import NotFound
from anmin.kernel.incoming import page_link, read_page_link
from anmin.publishing.content import Content, Said, kept_content
from anmin.publishing.models import Edition, Publication, Standing
from anmin.publishing.photos import SHOWN
from anmin.publishing.reasons import reasons
from anmin.publishing.series import BOARD, Series, all_series, series_of

PAGE = 20
IN_FEED = 40
WORDS = 6
"""The most words that a search looks for."""

__all__ = [
    "BOARD",
    "Card",
    "Page",
    "Version",
    "board",
    "cache_seconds",
    "changed_at",
    "feed",
    "photo",
    "read",
    "search",
    "series",
    "sheet",
]


@dataclass(frozen=True, slots=True)
class Card:
    """A publication in a list."""

    number: str
    series: Series
    standing: str
    published_at: datetime
    changed_at: datetime
    content: Content
    corrected: bool = False
    reason: Term | None = None
    """Why it was taken back; then ``content`` says nothing."""

    @property
    def said(self) -> Said:
        """Its words in the reader's language, or in the one there is."""
        return self.content.said

    @property
    def live(self) -> bool:
        """Whether there is a text to read."""
        return self.standing == Standing.LIVE

    @property
    def lifted(self) -> bool:
        """Whether what it is about has been put right."""
        return self.content.marks.get("standing") == "lifted"


@dataclass(frozen=True, slots=True)
class Version:
    """One edition in the history of a publication: what it changed, in the reader's language."""

    seq: int
    at: datetime
    digest: str
    change: str
    open: bool
    shown: bool


@dataclass(frozen=True, slots=True)
class Page:
    """One publication as its page shows it; of one that is over, why, and no text."""

    card: Card
    face: str
    seq: int
    at: datetime
    digest: str
    receipt: str
    expires_on: date | None
    newest: bool
    versions: tuple[Version, ...]


def series() -> Mapping[str, Series]:
    """The series by their codes."""
    return all_series()


def cache_seconds() -> int:
    """How long a cache may keep a page."""
    found: int = settings.RULES.get("publishing.cache", timezone.localdate()).number
    return found


def changed_at(number: str = "") -> datetime | None:
    """When anything public, or this publication, changed last. One query."""
    rows = _told()
    rows = rows.filter(number=number) if number else rows.order_by("-changed_at")
    return rows.values_list("changed_at", flat=True).first()


def board() -> tuple[list[Card], list[Card], list[Card]]:
    """The exposure board: what stands on it, what was lifted, what was taken back or expired."""
    on = [_card(row) for row in _editions().filter(publication__series=BOARD.code)]
    ended = _told().filter(series=BOARD.code).exclude(standing=Standing.LIVE)
    over = [_over(row) for row in ended.order_by("-changed_at")[:PAGE]]
    cards = [one for one in on if one is not None]
    return (
        [one for one in cards if not one.lifted],
        [one for one in cards if one.lifted],
        over,
    )


def search(words: str = "", in_series: str = "", before: str = "") -> tuple[list[Card], str]:
    """What may be read now, the newest first: of a series, with all these words; and the way on.

    Raises ``NotFound`` for a series that is none.
    """
    rows = _editions()
    if in_series:
        rows = rows.filter(publication__series=series_of(in_series).code)
    for word in words.lower().split()[:WORDS]:
        rows = rows.filter(words__contains=word)
    if before:
        at, pk = read_page_link(before, settings.RULES)
        rows = rows.filter(
            Q(publication__published_at__lt=at)
            | Q(publication__published_at=at, publication__lt=pk)
        )
    found = list(rows[: PAGE + 1])
    more = ""
    if len(found) > PAGE:
        last = found[PAGE - 1].publication
        more = page_link(last.published_at, last.pk) if last.published_at else ""
    return [card for row in found[:PAGE] if (card := _card(row)) is not None], more


def feed(in_series: str = "") -> list[Card]:
    """The newest of what may be read, of all series or one."""
    rows = _editions()
    if in_series:
        rows = rows.filter(publication__series=series_of(in_series).code)
    rows = rows.order_by("-publication__changed_at", "-publication_id")
    return [card for row in rows[:IN_FEED] if (card := _card(row)) is not None]


def read(number: str, seq: int | None = None) -> Page:
    """One publication: its edition of now, or an older one. Raises ``NotFound``."""
    row = _told().filter(number=number).first()
    if row is None:
        raise NotFound(_("Nothing was published under this number."))
    editions = list(Edition.objects.filter(publication=row).order_by("seq"))
    wanted = next((one for one in editions if one.seq == (seq or row.shown)), None)
    live = row.standing == Standing.LIVE
    if wanted is None or (seq is not None and (not live or seq < row.earliest)):
        raise NotFound(_("This text cannot be read any more."))
    card = _card_of(row, wanted) if live else _over(row)
    if card is None:
        raise NotFound(_("The text does not fit its digest any more, so it is not shown."))
    return Page(
        card=card,
        face=wanted.face,
        seq=wanted.seq,
        at=wanted.at,
        digest=wanted.digest,
        receipt=code_of(wanted),
        expires_on=row.expires_on if live else None,
        newest=wanted.seq == row.shown,
        versions=tuple(_versions(row, editions)),
    )


def sheet(number: str, seq: int) -> bytes:
    """The bytes whose SHA-256 is the digest of an edition. Raises ``NotFound``."""
    return read(number, seq).card.content.bytes


def photo(number: str, digest: str) -> bytes:
    """The bytes of a photo of that digest, of a text of this number that can be read now. Raises ``NotFound``."""
    pk = _told().filter(number=number).values_list("pk", flat=True).first()
    return everybodys(label=SHOWN, key=str(pk or ""), sha256=digest)


def _told() -> QuerySet[Publication]:
    return Publication.objects.exclude(standing=Standing.NONE)


def _editions() -> QuerySet[Edition]:
    rows = Edition.objects.filter(
        publication__standing=Standing.LIVE, seq=F("publication__shown")
    ).select_related("publication")
    return rows.order_by("-publication__published_at", "-publication_id")


def _card(edition: Edition) -> Card | None:
    return _card_of(edition.publication, edition)


def _card_of(row: Publication, edition: Edition) -> Card | None:
    """Nothing where the text is not the one that was approved."""
    content = kept_content(edition.content)
    if content.digest != edition.digest or row.published_at is None or row.changed_at is None:
        return None
    corrected = edition.seq != row.earliest or row.changed_at != row.published_at
    return Card(
        row.number or "",
        row.in_series,
        row.standing,
        row.published_at,
        row.changed_at,
        content,
        corrected=corrected,
    )


def _over(row: Publication) -> Card:
    assert row.published_at is not None
    assert row.changed_at is not None
    nothing = kept_content({"zh": {"title": row.number}})
    return Card(
        row.number or "",
        row.in_series,
        row.standing,
        row.published_at,
        row.changed_at,
        nothing,
        reason=reasons().get(row.ended),
    )


def _versions(row: Publication, editions: Iterable[Edition]) -> Iterable[Version]:
    live = row.standing == Standing.LIVE
    for one in editions:
        can_be_read = live and one.seq >= row.earliest
        change = kept_content(one.content).said.change if can_be_read else ""
        shown = live and one.seq == row.shown
        yield Version(one.seq, one.at, one.digest, change, can_be_read, shown)
