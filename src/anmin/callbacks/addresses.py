"""How much of an address is said in a call: where it is, and not at whose door."""

import re

_HOUSE = re.compile(
    r"[0-9０-９一二三四五六七八九十百]+(?:[-－][0-9０-９]+)*\s*"
    r"(?:号|弄|幢|栋|座|单元|室|楼|层|#).*$"
)
_HOUSE_ABROAD = re.compile(r"\b([0-9]+)[0-9]{2}(?=\s+[A-Z])|\b[0-9]{1,2}(?=\s+[A-Z])")


def block_level(place: str) -> str:
    """An address without house number: the road, the estate, the hundred block.

    ``文化小区3幢502室`` is ``文化小区``, ``1234 PINE ST`` is ``12XX PINE ST``.
    """
    road = _HOUSE.sub("", place).strip()
    return _HOUSE_ABROAD.sub(lambda found: f"{found[1] or ''}XX", road)
