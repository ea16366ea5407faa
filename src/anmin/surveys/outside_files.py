"""Files of what other bodies found: taken in whole or not at all, once, and kept with the results."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.files.actions import keep
from anmin.kernel.errors import Conflict, Refusal
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.places.models import Area, AreaLevel
from anmin.surveys.attachments import LABEL
from anmin.surveys.models import OutsideFile, OutsideResult
from anmin.surveys.outside import Measure, measures

TOLD: Final = 10
"""So many wrong cells of a file are told at once."""
MOST_POINTS: Final = 1000.0
MOST_PEOPLE: Final = 100_000_000
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "measure": ("指标", "项目", "测评指标", "measure"),
    "place": ("地区", "乡镇街道", "县市区", "place"),
    "value": ("结果", "数值", "得分", "value"),
    "low": ("下限", "区间下限", "low"),
    "high": ("上限", "区间上限", "high"),
    "n": ("样本量", "调查人数", "有效样本", "n"),
    "rank": ("名次", "排名", "rank"),
    "ranked": ("参评数", "参评地区数", "of"),
}
"""What a column may be called; any other stops the file, so that nothing unread is kept with it."""
WHOLE_CITY: Final = ("", "全市", "city")
NOT_STATED: Final = ("", "-", "—", "–", "/", "未公布", "未说明", "not stated")


@dataclass(frozen=True, slots=True)
class About:
    """What a file of results is."""

    title_zh: str
    title_en: str
    year: int
    published: date
    source: str
    corrects: int | None = None
    reason: str = ""


class TakenIn(NamedTuple):
    """The file, and whether it was not here before."""

    row: OutsideFile
    made: bool


def take_in(
    about: About,
    *,
    name: str,
    content: bytes,
    header: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    by: Account,
    key: str,
) -> TakenIn:
    """Take in a file of results, whole or not at all, and keep it; the same file again changes nothing.

    Raises ``NotAllowed``; ``Refusal`` with the first wrong cells, for a correction without its reason, or
    for an assessment that is here already and is not said to be corrected; ``Conflict`` if what it
    corrects was corrected meanwhile; what ``files.actions.keep`` raises.
    """
    require(by, Capability.PLAN_SURVEYS)
    sha256 = hashlib.sha256(content).hexdigest()
    found = _read(header, rows)
    try:
        return _keep(about, sha256, found, name, content, by, key)
    except IntegrityError:  # somebody took it in, or corrected it, at the same moment
        same = OutsideFile.objects.filter(sha256=sha256, corrected_by=None).first()
        if same is None:
            raise Conflict(_("These results were corrected meanwhile.")) from None
        return TakenIn(same, made=False)


@atomic
def _keep(
    about: About,
    sha256: str,
    found: Sequence[Mapping[str, Any]],
    name: str,
    content: bytes,
    by: Account,
    key: str,
) -> TakenIn:
    same = OutsideFile.objects.filter(sha256=sha256, corrected_by=None).first()
    if same is not None:
        return TakenIn(same, made=False)
    _require_sound(about, sha256)
    said = {"title_zh": about.title_zh.strip(), "title_en": about.title_en.strip()}
    said |= {"source": about.source.strip()}
    row = OutsideFile.objects.create(
        **said,
        year=about.year,
        published=about.published,
        sha256=sha256,
        reason=about.reason.strip(),
        at=timezone.now(),
        by=by,
        corrects_id=about.corrects,
    )
    OutsideResult.objects.bulk_create(
        [
            OutsideResult(**said, **facts, year=about.year, file=row, at=row.at, by=by)
            for facts in found
        ]
    )
    log_access(account=by, action="import_outside_results", subject=f"survey:outside/{row.pk}")
    keep(label=LABEL, key=str(row.pk), name=name, chunks=[content], by=by, request=key)
    return TakenIn(row, made=True)


def _require_sound(about: About, sha256: str) -> None:
    for field in ("title_zh", "title_en", "source"):
        if not getattr(about, field).strip():
            raise Refusal(_("Check this entry."), field=field)
    if about.published > timezone.localdate():
        raise Refusal(_("This day is still to come."), field="published")
    if about.corrects is None:
        if OutsideFile.objects.filter(sha256=sha256).exists():
            raise Refusal(_("This file was taken in before and corrected since."), field="file")
        rows = OutsideFile.objects.filter(title_zh=about.title_zh.strip(), year=about.year)
        if rows.filter(corrected_by=None).exists():
            raise Refusal(
                _("Results of this name and year are here: say that this file corrects them."),
                field="corrects",
            )
        return
    if not about.reason.strip():
        raise Refusal(_("Say what was wrong."), field="reason")
    if not OutsideFile.objects.filter(pk=about.corrects, corrected_by=None).exists():
        raise Conflict(_("These results were corrected meanwhile."))


# --- reading ---------------------------------------------------------------------------------------


def _read(header: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> list[dict[str, Any]]:
    places, wrong = _columns(header), list[str]()
    called, areas = _called(), _areas()
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        given = {
            fact: cells[place].strip() if place < len(cells) else ""
            for fact, place in places.items()
        }
        try:
            facts = _facts(given, called, areas)
            if (facts["measure"], facts["place"]) in found:
                raise Refusal(_("this measure and place stand in the file twice"))
            found[facts["measure"], facts["place"]] = facts
        except Refusal as refusal:
            wrong.append(_("Line %(line)s: %(reason)s") % {"line": line, "reason": refusal})
    if wrong:
        raise Refusal(" · ".join(wrong[:TOLD]), field="file")
    if not found:
        raise Refusal(_("The file has no rows."), field="file")
    return list(found.values())


def _columns(header: Sequence[str]) -> dict[str, int]:
    known = {name: fact for fact, names in COLUMNS.items() for name in names}
    places: dict[str, int] = {}
    for place, title in enumerate(header):
        plain = "".join(title.split()).casefold()
        fact = known.get(plain)
        if fact is None and plain:
            raise Refusal(
                _("Nobody knows what the column “%(column)s” is.") % {"column": title}, field="file"
            )
        if fact in places:
            raise Refusal(
                _("The column “%(column)s” stands twice.") % {"column": title}, field="file"
            )
        if fact:
            places[fact] = place
    for needed in ("measure", "value"):
        if needed not in places:
            raise Refusal(
                _("Column missing: %(column)s.") % {"column": " / ".join(COLUMNS[needed])},
                field="file",
            )
    return places


def _called() -> dict[str, Measure]:
    return {
        name.casefold(): one
        for one in measures().values()
        for name in (one.code, one.zh, one.en, *one.also)
    }


def _areas() -> dict[str, set[str]]:
    """The codes that a name or a code of a place stands for; the city's own is the whole."""
    found: dict[str, set[str]] = {}
    for code, zh, en, level in Area.objects.values_list("code", "name", "name_en", "level"):
        place = "" if level == AreaLevel.COUNTY else code
        for name in {code, zh, en} - {""}:
            found.setdefault(name.casefold(), set()).add(place)
    return found


def _facts(
    given: Mapping[str, str], called: Mapping[str, Measure], areas: Mapping[str, set[str]]
) -> dict[str, Any]:
    one = called.get("".join(given["measure"].split()).casefold()) or called.get(
        given["measure"].casefold()
    )
    if one is None:
        raise Refusal(_("there is no measure “%(name)s”") % {"name": given["measure"][:40]})
    name = given.get("place", "")
    codes = {""} if name.casefold() in WHOLE_CITY else areas.get(name.casefold(), set())
    if len(codes) != 1:
        raise Refusal(_("there is no place “%(name)s”, or there are two") % {"name": name[:40]})
    value, low, high = (_value(given.get(fact, ""), one) for fact in ("value", "low", "high"))
    n, rank, ranked = (_whole(given.get(fact, "")) for fact in ("n", "rank", "ranked"))
    if value is None:
        raise Refusal(_("the result is missing"))
    if (low is None) is not (high is None):
        raise Refusal(_("one limit of the interval is missing"))
    if low is not None and high is not None and not low <= value <= high:
        raise Refusal(_("the result lies outside its interval"))
    if ranked is not None and (rank is None or rank > ranked):
        raise Refusal(_("the rank does not fit how many are ranked"))
    return {
        "measure": one.code,
        "place": next(iter(codes)),
        "value": value,
        "low": low,
        "high": high,
        "n": n,
        "rank": rank,
        "ranked": ranked,
    }


def _value(text: str, of: Measure) -> float | None:
    """A share out of 1, or points. 97.75% and 97.75 are shares of a hundred, 0.9775 of one."""
    if text.casefold() in NOT_STATED:
        return None
    if not re.fullmatch(r"[0-9]{1,4}(?:[.][0-9]{1,6})?[%％]?", text):
        raise Refusal(_("“%(text)s” is no result") % {"text": text[:40]})
    sign, number = text[-1] in "%％", Decimal(text.rstrip("%％"))
    if of.unit == "points":
        if sign or number > MOST_POINTS:
            raise Refusal(_("“%(text)s” is no result") % {"text": text[:40]})
        return float(number)
    if number == 1 and not sign:
        raise Refusal(_("1 may be all or one in a hundred: write 100% or 1%"))
    if number > 100:
        raise Refusal(_("“%(text)s” is no result") % {"text": text[:40]})
    return float(number / 100 if sign or number > 1 else number)


def _whole(text: str) -> int | None:
    if text.casefold() in NOT_STATED:
        return None
    plain = re.sub(r"[,，人名 ]", "", text)
    if (
        not re.fullmatch(r"第?[0-9]{1,9}(?:[.]0)?", plain)
        or not 0 < (number := int(float(plain.lstrip("第")))) <= MOST_PEOPLE
    ):
        raise Refusal(_("“%(text)s” is no whole number above 0") % {"text": text[:40]})
    return number
