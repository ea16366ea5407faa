"""The pages written by hand: links lead somewhere, and the glossary knows every name."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from anmin.callbacks.models import Status
from anmin.matters.categories import categories
from anmin.matters.flow import STAGE_LABELS
from anmin.matters.registry import all_kinds
from anmin.measures.registry import registry
from anmin.people.roles import Role

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    path
    for folder in (ROOT, ROOT / "docs", ROOT / "docs" / "adr")
    for path in (*folder.glob("*.md"), *(folder / "src/anmin").glob("**/*.md"))
)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def names() -> Iterator[tuple[str, str]]:
    """Every code with the Chinese word of the screen, where it has one."""
    with translation.override("zh-hans"):
        yield from ((kind.code, str(kind.label)) for kind in all_kinds())
        yield from ((stage.value, str(label)) for stage, label in STAGE_LABELS.items())
        yield from ((role.value, str(role.label)) for role in Role)
        yield from ((status.value, str(status.label)) for status in Status)
        codes = "|".join(kind.code for kind in all_kinds())
        own = re.compile(
            rf"^({codes})_(opened|in_time|reopened|partly_fixed|not_fixed|satisfaction)$"
        )
        clock = re.compile(rf"^({codes})_.+_(in_time|time_left)$")
        keys = {re.sub("^(concern|voiced)_.*", r"\1_…", key) for key in registry.indicators}
        keys = {clock.sub(r"<kind>_<clock>_\2", own.sub(r"<kind>_\2", key)) for key in keys}
        yield from ((key, "") for key in sorted(keys))
        yield from sorted({(topic.group, "") for topic in categories().values()})


def test_the_glossary_has_every_name_as_the_screen_shows_it() -> None:
    rows = (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines()
    missing = [
        (code, word)
        for code, word in names()
        if not any(f"`{code}`" in row and row.startswith(f"| {word}") for row in rows)
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text("utf-8"))
    lost = [target for target in targets if not (page.parent / target).exists()]
    assert lost == []


def test_no_two_decisions_have_one_number() -> None:
    numbers = [page.name[:4] for page in (ROOT / "docs" / "adr").glob("[0-9]*.md")]
    assert len(numbers) == len(set(numbers)), sorted(numbers)


ROOMS = sorted((ROOT / "src" / "anmin").glob("**/README.md"))
NAMED = re.compile(r"`([a-z_]+)\.([A-Za-z_]+)")
NEXT = re.compile(r"`[a-z_]+\.[A-Za-z_]+[^`]*`(?:, `[A-Za-z_]+[^`]*`)*")


@pytest.mark.parametrize("page", ROOMS, ids=lambda page: page.parent.name)
def test_a_room_offers_what_its_page_says(page: Path) -> None:
    """`module.name, name`: the module has them, or what they are called now."""
    missing = []
    for found in NEXT.findall(page.read_text("utf-8")):
        first = NAMED.match(found)
        assert first
        module = page.parent / f"{first[1]}.py"
        elsewhere = (ROOT / "src" / "anmin" / first[1]).is_dir() or first[2] in ("css", "js")
        if elsewhere or not module.exists():
            continue  # a rule, a column, or another room's
        code = module.read_text("utf-8")
        others = re.findall(r", `([a-z_]+)(?:\([^`]*)?`", found)
        missing += [
            f"{first[1]}.{name}"
            for name in (first[2], *others)
            if name not in ("py", "toml", "csv") and not re.search(rf"\b{name}\b", code)
        ]
    assert missing == []
