"""The types of file that are kept (``types.toml``), and which one a content is."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import puremagic
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.files.documents import is_office, is_pdf, is_text
from anmin.kernel.bilingual import Term
from anmin.kernel.errors import Refusal
from anmin.people.listing import listed

_HEAD: Final = 65_536
_TELEPHONE: Final = frozenset({"image/heif", "image/heic", "image/avif"})


class Wrong(Refusal):
    """A content that is not kept, and why."""

    default_code = "file_refused"

    def __init__(self, message: object) -> None:
        super().__init__(message, field="file")


class Type(Term):
    """One row of ``types.toml``."""

    form: Literal["picture", "pdf", "office", "text"]
    mime: str
    told: frozenset[str]
    endings: tuple[str, ...]


@cache
def kinds_of_file() -> Mapping[str, Type]:
    """The types by code, in the order of the file."""
    table: dict[str, Any] = tomllib.loads(Path(__file__).with_name("types.toml").read_text("utf-8"))
    found = {row["code"]: Type.model_validate(row) for row in table["type"]}
    endings = [ending for one in found.values() for ending in one.endings]
    if len(found) != len(table["type"]) or len(set(endings)) != len(endings):
        raise ValueError("types.toml: every code and every ending is there once")
    return found


def by_ending(ending: str) -> Type | None:
    """The type that an ending of a name is for."""
    return next((one for one in kinds_of_file().values() if ending in one.endings), None)


def type_of(content: bytes) -> Type:
    """What a content is, whatever its name says. Raises ``Wrong`` for what is not kept."""
    if not content:
        raise Wrong(_("The file is empty."))
    told = _recognised(content)
    mimes = {one.mime_type for one in told}
    unpacked = settings.RULES.get("files.unpacked_mb", timezone.localdate()).number * 2**20
    for one in kinds_of_file().values():
        if not mimes & one.told or one.form == "text":
            continue
        if one.form == "office":
            if (fault := is_office(content, one.mime, unpacked)) is None:
                continue
            if fault:
                raise Wrong(fault)
        elif one.form == "pdf" and (fault := is_pdf(content)):
            raise Wrong(fault)
        return one
    if is_text(content):
        return next(one for one in kinds_of_file().values() if one.form == "text")
    raise Wrong(_refusal([one.extension for one in told], mimes))


def _recognised(content: bytes) -> list[Any]:
    try:
        return list(puremagic.magic_string(content[:_HEAD]))
    except (puremagic.PureError, ValueError):
        return []


def _refusal(endings: list[str], mimes: set[str]) -> str:
    if mimes & _TELEPHONE:
        return _(
            "This photo is in a telephone's own format (HEIC), which is not kept: send it as JPEG "
            "(in the telephone's camera settings: most compatible)."
        )
    kept = listed(kinds_of_file().values())
    name = next((one for one in endings if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", one)), "")
    if name:
        told = {"found": name, "kept": kept}
        return _("By its content this is a file of the kind %(found)s. Kept are: %(kept)s.") % told
    return _("By its content this is no file that is kept here. Kept are: %(kept)s.") % {
        "kept": kept
    }
