"""What may be published: a room above brings its own in a module ``publications``.

    # anmin/<room>/publications.py
    register_source(Source(label="release", title=_("Survey results"), series="figures", …))

A source says what a text is about (a key of its own), makes the first draft, names what has to be
hidden, says who is too near to approve, and whether it is still true. Nothing here knows what the
keys mean; everything else, from redaction to the public page, is done by this room.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from anmin.kernel.errors import NotFound
from anmin.matters.conflict import NOBODY, About
from anmin.people.models import Account
from anmin.publishing.content import Content
from anmin.publishing.redaction import Known
from anmin.publishing.series import all_series


@dataclass(frozen=True, slots=True)
class Draft:
    """The first text of a publication, and what has to be known of it.

    ``names`` are to be hidden wherever they stand, also in what people write into it later.
    ``area`` (code), ``category`` and ``day`` are looked at for whether somebody could be recognised:
    they need not stand in the text. ``stamp`` is what was so when it was made (``state:due``, at most 120
    characters): ``still_true`` gets it back. ``frame``: its paragraphs ask the writer something, and
    none goes on to another person as it stands.
    """

    content: Content
    names: Sequence[Known] = ()
    area: str = ""
    category: str = ""
    day: date | None = None
    stamp: str = ""
    frame: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that a person may draft about now: its key, and a line that names it on the desk."""

    key: str
    words: str


def _nobody(_key: str) -> About:
    return NOBODY


def _pictured(_key: str) -> str:
    return ""


def _no_files(_key: str) -> tuple[str, str] | None:
    return None


def _not_written(_account: Account, _key: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Source:
    """One sort of thing that is published.

    ``draft`` raises ``NotFound`` for a key that is none. ``may_draft`` is asked of whoever has the
    capability already. ``offers`` lists what somebody may draft about. ``about``: whom it is about;
    they, and their units, approve nothing of it. ``wrote``: whether somebody wrote what the first draft is
    made from, who then approves nothing either, whatever his or her role is by now. ``still_true`` gives "" or why it is not (a code
    of ``reasons.toml``), from the key and the stamp of the text that is public. ``face`` names the template of its
    public page (``portal/faces/<face>.html``). ``sign_off``: a lawyer's word comes before the
    approval, and the installation must have switched such texts on. ``erases``: what is taken back
    goes altogether (consent withdrawn, a sealed record). ``no_photos``: why there may be none. ``files``: of
    what sort and key the files are that photos may be chosen from, where it is not those of its matter.
    """

    label: str
    title: object
    series: str
    may_draft: Callable[[Account, str], bool]
    draft: Callable[[str], Draft]
    still_true: Callable[[str, str], str]
    offers: Callable[[Account], Sequence[Offer]]
    about: Callable[[str], About] = _nobody
    wrote: Callable[[Account, str], bool] = _not_written
    face: str = "plain"
    sign_off: bool = False
    erases: bool = False
    no_photos: Callable[[str], str] = _pictured
    files: Callable[[str], tuple[str, str] | None] = _no_files


_SOURCES: dict[str, Source] = {}


def register_source(source: Source) -> Source:
    """Make a sort of thing known. Two of one label stop the start."""
    if source.label in _SOURCES:
        raise ValueError(f"two sources are called {source.label!r}")
    return _SOURCES.setdefault(source.label, source)


def require_series() -> None:
    """Refuse a source of a series that nobody made known: its first approval would fail."""
    for source in _SOURCES.values():
        if source.series not in all_series():
            raise ValueError(f"source {source.label!r} is of no series: {source.series!r}")


def all_sources() -> Mapping[str, Source]:
    """The sources by their labels."""
    return _SOURCES


def source_of(label: str) -> Source:
    """One source. Raises ``NotFound``."""
    found = _SOURCES.get(label)
    if found is None:
        raise NotFound(_("Nothing of that sort is published here."))
    return found


def source_choices() -> list[tuple[str, object]]:
    """The labels with their words, for model fields and filters."""
    return [(one.label, one.title) for one in _SOURCES.values()]
