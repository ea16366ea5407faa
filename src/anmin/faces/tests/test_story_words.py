"""What the house does by itself signs in words."""

import re
from pathlib import Path

from django.utils import translation

from anmin.faces.story import _SYSTEMS

SOURCE = Path(__file__).parents[2]
SIGNS = re.compile(r'(?:Actor\.system\(f?|^HOUSE = |^CALENDAR = )"([a-z, ]+?)[ ,{"]', re.MULTILINE)


def test_whatever_signs_for_the_house_has_its_words() -> None:
    found = {
        name
        for path in SOURCE.rglob("*.py")
        if "tests" not in path.parts and "demo" not in path.parts
        for name in SIGNS.findall(path.read_text("utf-8"))
    }
    assert {"messages", "clock", "callbacks", "calendar", "console"} <= found
    for name in found:
        assert any(name.startswith(begin) for begin in _SYSTEMS), name
    with translation.override("zh-hans"):
        assert [begin for begin, words in _SYSTEMS.items() if words().isascii()] == []
