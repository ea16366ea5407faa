"""Photos of a text: kept as they came for who writes and who reviews it, covered for everybody else.

A photo gets into a text when its editor has covered every face and plate and said in words what it shows; with
that the text is a version of its own, and the digest of the covered bytes a part of what is approved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from anmin.files.pictures import WHOLE, Box
from anmin.kernel.errors import Refusal
from anmin.publishing.content import LINE

ORIGINAL: Final = "photo"
"""The sort of files that only who writes and who reviews a text opens."""
SHOWN: Final = "photo_shown"
"""The sort of files with everything covered."""
MOST_BOXES: Final = 24
LEAST: Final = 4
"""The shortest word about a photo that says something."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a text. ``original`` and ``shown`` are files, ``boxes`` what is covered."""

    original: int
    shown: int
    digest: str
    boxes: tuple[Box, ...]
    zh: str
    en: str

    def plain(self) -> dict[str, Any]:
        """It as plain data."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Photo":
        """It from plain data."""
        boxes = tuple(box_of(one) for one in data["boxes"])
        return cls(**{**data, "boxes": boxes})


def box_of(numbers: Sequence[int]) -> Box:
    """Four numbers as a box. Raises ``Refusal`` for one that does not lie on the picture."""
    left, top, width, height = numbers
    if min(left, top) < 0 or min(width, height) < 1 or max(left + width, top + height) > WHOLE:
        raise Refusal(
            _("A rectangle lies on the photo: from 0 to 1000 in both directions."), field="boxes"
        )
    return left, top, width, height


def words_of(told: str, *, field: str) -> str:
    """What a photo shows. Raises ``Refusal`` where nothing is said."""
    plain = " ".join(told.split())
    if len(plain) < LEAST:
        raise Refusal(_("Say what the photo shows, for whoever does not see it."), field=field)
    if len(plain) > LINE:
        raise Refusal(
            _("This is too long: at most %(most)s characters.") % {"most": LINE}, field=field
        )
    return plain


def into(data: dict[str, Any], photos: Sequence[Photo]) -> dict[str, Any]:
    """The plain data of a text with these photos, and no others."""
    for language in ("zh", "en"):
        if data.get(language):
            told = [{"digest": one.digest, "alt": getattr(one, language)} for one in photos]
            data[language] = {**data[language], "photos": told}
    return data
