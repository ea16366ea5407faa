"""Names of files as people may be given them back: no path, no trick, an ending that is true."""

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _

from anmin.files.types import Type, Wrong, by_ending

LONGEST: Final = 100
_NOT_IN_NAMES: Final = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_ENDING: Final = re.compile(r"(.+)\.([A-Za-z0-9]{1,8})", re.DOTALL)


def clean_name(given: str, of: Type) -> str:
    """A name that every system takes, with an ending that says what the content is.

    A picture's wrong ending is put right; a document that calls itself something else is refused
    (``Wrong``).
    """
    shown = ("" if not (one.isprintable() or one.isspace()) else one for one in given)
    plain = unicodedata.normalize("NFC", "".join(shown))
    plain = _NOT_IN_NAMES.sub(" ", plain.replace("\\", "/").rpartition("/")[2])
    plain = " ".join(plain.split()).strip(". ")
    stem, ending = plain, of.endings[0]
    if found := _ENDING.fullmatch(plain):
        said = by_ending(found[2].lower())
        if said is of:
            stem, ending = found[1], found[2].lower()
        elif said is not None and said.form == of.form == "picture":
            stem = found[1]
        elif said is not None:
            raise Wrong(
                _(
                    "Its name says that it is “%(said)s”, but by its content it is “%(found)s”:"
                    " choose another file."
                )
                % {"said": said, "found": of}
            )
    stem = stem[: LONGEST - len(ending) - 1].strip(". ")
    if not stem or _DEVICES.fullmatch(stem):
        stem = f"{_('file')} {stem}".strip()
    return f"{stem}.{ending}"
