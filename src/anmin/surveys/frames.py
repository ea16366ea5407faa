"""The list of people that can be drawn, taken in from the rows of a table, safe to repeat.

Reading files is for the rooms above; they hand over a header and its rows.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson
from django.conf import settings
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal
from anmin.kernel.masking import mask_free_text
from anmin.kernel.phones import read_phones
from anmin.matters.contacts import ContactFacts, further_indexes, reached
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.policy import Capability, require
from anmin.places.models import Area
from anmin.places.queries import directory
from anmin.surveys.models import FrameRow
from anmin.surveys.sealing import seal_contact
from anmin.surveys.waves import Status, lock_wave

BATCH: Final = 1000
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "reference": ("编号", "id", "reference", "序号"),
    "stratum": ("乡镇", "街道", "乡镇街道", "层", "stratum", "town"),
    "cluster": ("社区", "村", "村社区", "群", "cluster", "community"),
    "size": ("成年人数", "人数", "size", "adults"),
    "name": ("姓名", "name"),
    "phone": ("电话", "手机", "手机号", "phone"),
    "address": ("住址", "地址", "address"),
}
"""What a column may be called. ``reference`` and ``stratum`` must be there."""
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "sex": ("性别", "sex"),
    "age": ("年龄段", "age"),
    "residence": ("户籍", "residence"),
}
"""Groups known by name; any column beginning with 组 or ``group_`` is one more."""
_OWN_GROUP: Final = re.compile(r"(?:组[:：_]?|group_)([\w-]{1,24})")
FORMULA = ("=", "+", "-", "@")
"""How a cell begins that a spreadsheet would run."""
LARGEST_HOUSEHOLD: Final = 50


@dataclass(slots=True)
class TakenIn:
    """What became of the rows of a table; ``rejected`` holds line, reason and cells."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[tuple[int, str, Sequence[str]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Entry:
    reference: str
    stratum: str
    cluster: str
    size: int
    groups: dict[str, str]
    unit_id: int | None
    contact: ContactFacts

    @property
    def fingerprint(self) -> bytes:
        parts = [
            self.stratum,
            self.cluster,
            self.size,
            self.groups,
            self.unit_id,
            self.contact.plain(),
        ]
        plain = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS).decode()
        digest: bytes = settings.KEYRING.blind_index(plain, purpose="survey frame")
        return digest


def take_in(
    *,
    wave_id: int,
    header: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str]]],
    by: Account,
) -> TakenIn:
    """Take in the rows of a table (line, cells); bad ones are handed back, good ones are kept.

    The same table again changes nothing; a row with other facts is brought up to date. Each batch
    is a transaction of its own.

    Raises ``NotAllowed``, ``Conflict`` once the frame is frozen, ``Refusal`` for a missing column.
    """
    require(by, Capability.PLAN_SURVEYS)
    places = _columns(header)
    towns = _Places()
    found = TakenIn()
    seen: Counter[str] = Counter()
    for batch in _batches(rows):
        good: dict[str, _Entry] = {}
        for line, cells in batch:
            found.read += 1
            try:
                entry = _entry(places, cells, towns)
                seen[entry.reference] += 1
                if seen[entry.reference] > 1:
                    raise Refusal(
                        _("The number %(number)s stands in the table twice.")
                        % {"number": entry.reference}
                    )
                good[entry.reference] = entry
            except Refusal as refusal:
                found.rejected.append((line, str(refusal), cells))
        _keep(wave_id, good, found)
    with atomic():
        wave = lock_wave(wave_id, Status.DRAFT)
        log_access(account=by, action="import_frame", subject=f"survey:{wave.code}")
    return found


def _batches(
    rows: Iterable[tuple[int, Sequence[str]]],
) -> Iterator[list[tuple[int, Sequence[str]]]]:
    batch: list[tuple[int, Sequence[str]]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


@atomic
def _keep(wave_id: int, good: Mapping[str, _Entry], found: TakenIn) -> None:
    wave = lock_wave(wave_id, Status.DRAFT)
    known = {row.reference: row for row in wave.frame.filter(reference__in=list(good))}
    made: list[FrameRow] = []
    changed: list[FrameRow] = []
    for reference, entry in good.items():
        row = known.get(reference)
        if row is not None and bytes(row.fingerprint) == entry.fingerprint:
            found.unchanged += 1
            continue
        (changed if row else made).append(_filled(row or FrameRow(wave=wave), entry))
    FrameRow.objects.bulk_create(made)
    fields = ["stratum", "cluster", "size", "groups", "unit", "contact"]
    FrameRow.objects.bulk_update(changed, [*fields, "phone_index", "further", "fingerprint"])
    found.created += len(made)
    found.updated += len(changed)


def _filled(row: FrameRow, entry: _Entry) -> FrameRow:
    row.reference, row.stratum, row.cluster = entry.reference, entry.stratum, entry.cluster
    row.size, row.groups, row.unit_id = entry.size, entry.groups, entry.unit_id
    row.contact = seal_contact(entry.contact, row) if entry.contact else b""
    phone = entry.contact.phone
    row.phone_index = settings.KEYRING.blind_index(phone, purpose="phone") if phone else None
    row.further = b"".join(further_indexes(entry.contact))
    row.fingerprint = entry.fingerprint
    return row


def _plain(title: str) -> str:
    return "".join(unicodedata.normalize("NFKC", title).casefold().split()).strip("*\ufeff")


def _columns(header: Sequence[str]) -> dict[str, int]:
    """Where each fact stands; groups under ``group:<name>``."""
    places: dict[str, int] = {}
    names = {name: fact for fact, known in COLUMNS.items() for name in known}
    names |= {name: f"group:{fact}" for fact, known in GROUPS.items() for name in known}
    for place, title in enumerate(header):
        plain = _plain(title)
        own = _OWN_GROUP.fullmatch(plain)
        fact = names.get(plain) or (f"group:{own[1]}" if own else None)
        if fact in places:
            raise Refusal(
                _("The column “%(column)s” stands twice.") % {"column": title}, field="file"
            )
        if fact:
            places[fact] = place
    for needed in ("reference", "stratum"):
        if needed not in places:
            raise Refusal(
                _("Column missing: %(column)s.") % {"column": " / ".join(COLUMNS[needed])},
                field="file",
            )
    return places


def _entry(places: Mapping[str, int], cells: Sequence[str], towns: "_Places") -> _Entry:
    def cell(fact: str) -> str:
        place = places.get(fact)
        text = cells[place] if place is not None and place < len(cells) else ""
        return " ".join(unicodedata.normalize("NFKC", text).split())

    for fact in ("reference", "stratum"):
        if not cell(fact):
            raise Refusal(_("%(column)s is blank.") % {"column": COLUMNS[fact][0]})
        if len(cell(fact)) > 64 or "," in cell(fact):
            raise Refusal(
                _("%(column)s: at most 64 characters, without commas.")
                % {"column": COLUMNS[fact][0]}
            )
    size = cell("size") or "1"
    if not (size.isascii() and size.isdigit() and 1 <= int(size[:4]) <= LARGEST_HOUSEHOLD):
        raise Refusal(
            _("“%(value)s” is no number of adults from 1 to %(most)s.")
            % {"value": size[:20], "most": LARGEST_HOUSEHOLD}
        )
    phones = read_phones(cell("phone"), area_code=settings.AREA_CODE or None)
    if phones.left and not phones.numbers:
        raise Refusal(_("“%(value)s” is no telephone number.") % {"value": cell("phone")[:4] + "…"})
    stratum, cluster, unit_id = towns.find(cell("stratum"), cell("cluster")[:64].replace(",", " "))
    if not towns.knows(stratum) and (
        stratum.startswith(FORMULA) or mask_free_text(stratum) != stratum
    ):
        raise Refusal(
            _("%(column)s is published with the draw: no formulas and no numbers of persons.")
            % {"column": COLUMNS["stratum"][0]}
        )
    groups = {
        fact.removeprefix("group:"): cell(fact)[:24]
        for fact in places
        if fact.startswith("group:") and cell(fact)
    }
    contact = reached(cell("name")[:80], phones.numbers, cell("address")[:200])
    return _Entry(cell("reference"), stratum, cluster, int(size), groups, unit_id, contact)


class _Places:
    """Names of towns and communities as codes, and who serves there."""

    def __init__(self) -> None:
        self._book = directory()
        self._towns: dict[str, Area] = {}
        self._below: dict[tuple[int | None, str], Area] = {}
        for area in Area.objects.order_by("path"):
            names = {area.code, area.name, area.name_en} - {""}
            self._below |= {(area.parent_id, name.casefold()): area for name in names}
            if area.level == "town":
                self._towns |= {name.casefold(): area for name in names}

    def knows(self, code: str) -> bool:
        """Whether this is the code of an area."""
        return code in self._book.area_ids

    def find(self, stratum: str, cluster: str) -> tuple[str, str, int | None]:
        """The stratum and the cluster as they are kept, and the unit that serves there.

        A stratum that is no town is kept as it is: then anybody may ask. A cluster that is no
        community of its town may be anything, the name of a household even, and is published with
        the draw: it is kept as a mark that tells it from the others and nothing else.
        """
        town = self._towns.get(stratum.casefold())
        community = self._below.get((town.pk, cluster.casefold())) if town else None
        mark = community.code if community else _mark(cluster)
        if town is None:
            return stratum, mark, None
        return town.code, mark, self._book.responsible_unit_id((community or town).pk, "")


def _mark(cluster: str) -> str:
    return settings.KEYRING.blind_index(cluster, purpose="cluster").hex()[:16] if cluster else ""
