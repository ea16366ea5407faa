"""The classes of a map: values parted so that one large one does not hide all others, or bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

STEPS: Final = 5
"""Classes of values at most: more cannot be told apart."""
NONE: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaValue:
    """What is shown of one area.

    ``shown`` is the value in words, with ``interval`` and ``n`` beside it in the table.
    ``suppressed``: too few to show; nothing of the value reaches the page. ``band``: the code of
    the `Band` it lies in, on a map that has bands.
    """

    value: float | None = None
    shown: str = ""
    interval: str = ""
    n: str = ""
    suppressed: bool = False
    band: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A class that the caller has named: ``fill`` is one of those in ``map.css`` and `PATTERNS`."""

    code: str
    label: str
    fill: str


@dataclass(frozen=True, slots=True)
class Key:
    """A line of the legend."""

    fill: str
    label: str
    number: int


def in_words(one: AreaValue) -> str:
    """The value as it stands on the map and in the table."""
    return _("too few to show") if one.suppressed else one.shown or "—"


def banded(
    values: Mapping[str, AreaValue], bands: Sequence[Band]
) -> tuple[dict[str, str], list[Key]]:
    """The fill of each area by the caller's bands, and the legend in their order."""
    fill_of = {band.code: band.fill for band in bands}
    fills = {code: fill_of.get(one.band, NONE) for code, one in values.items()}
    keys = [
        Key(band.fill, band.label, sum(one.band == band.code for one in values.values()))
        for band in bands
    ]
    return fills, [key for key in keys if key.number] + _key_of_none(values, fills)


def stepped(values: Mapping[str, AreaValue]) -> tuple[dict[str, str], list[Key]]:
    """Classes of about as many areas each, so that one large value does not hide all others."""
    known = sorted(
        (one.value, code)
        for code, one in values.items()
        if one.value is not None and not one.suppressed
    )
    classes = min(STEPS, len({value for value, _code in known}))
    step_of: dict[float, int] = {}
    for rank, (value, _code) in enumerate(known):
        step_of.setdefault(value, rank * classes // len(known))
    numbers = {step: at for at, step in enumerate(sorted(set(step_of.values())))}
    apart = (STEPS - 1) / max(len(numbers) - 1, 1)
    fills = dict.fromkeys(values, NONE)
    keys: list[Key] = []
    for step, at in numbers.items():
        inside = [(value, code) for value, code in known if step_of[value] == step]
        fill = f"step-{round(at * apart) + 1 if len(numbers) > 1 else STEPS // 2 + 1}"
        low, high = (values[inside[end][1]].shown for end in (0, -1))
        label = low if low == high else f"{low}–{high}"
        keys.append(Key(fill, label, len(inside)))
        fills |= dict.fromkeys((code for _value, code in inside), fill)
    return fills, [*reversed(keys), *_key_of_none(values, fills)]


def _key_of_none(values: Mapping[str, AreaValue], fills: Mapping[str, str]) -> list[Key]:
    without = [one for code, one in values.items() if fills[code] == NONE]
    if not without:
        return []
    hidden = sum(one.suppressed for one in without)
    label = _("no value, or too few to show") if hidden else _("no value")
    if hidden == len(without):
        label = _("too few to show")
    return [Key(NONE, label, len(without))]
