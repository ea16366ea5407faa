"""Public pages read what was published from ``anmin.publishing.public``; all else that they know is named here."""

import ast
from pathlib import Path

import anmin.publishing
from anmin import portal

BY_CODE = "a citizen's own, by a link or a code"
HOUSE = "how the house works: nothing of anybody's"
OTHERS = {
    "anmin.callbacks": BY_CODE,
    "anmin.channels": BY_CODE,
    "anmin.files": BY_CODE,
    "anmin.matters": BY_CODE,
    "anmin.property": "what was found, as far as a second person let it be seen, and claims by a code",
    "anmin.surveys": BY_CODE,
    "anmin.draws": "public numbers, and draws whose lines tell nobody whose they are",
    "anmin.evidence": "signed roots and receipts: hashes alone",
    "anmin.faces": HOUSE,
    "anmin.kernel": HOUSE,
    "anmin.people": HOUSE,
    "anmin.places": HOUSE,
    "anmin.portal": HOUSE,
}
"""What the citizens' pages import, and why that is no way around the gate."""
PUBLISHED = ("cached.py", "views/published.py", "views/feeds.py")
"""The pages of what was published: of the rooms they know the gate alone."""
FOLDER = Path(portal.__path__[0])


def imported(path: Path) -> set[str]:
    """The modules of ours that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{one.name}" for one in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return {one for one in found if one.startswith("anmin.")}


def room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def test_of_publishing_the_portal_knows_the_gate_alone() -> None:
    for path in FOLDER.rglob("*.py"):
        if "tests" in path.parts:
            continue
        ours = {one for one in imported(path) if room(one) == "anmin.publishing"}
        beyond = {
            one
            for one in ours - {"anmin.publishing"}
            if not one.startswith("anmin.publishing.public")
        }
        assert beyond == set(), path


def test_pages_of_what_was_published_read_from_nowhere_else() -> None:
    for name in PUBLISHED:
        rooms = {room(one) for one in imported(FOLDER / name)}
        assert rooms <= {"anmin.publishing", "anmin.portal"}, name


def test_every_other_room_that_the_portal_reads_is_named_with_its_reason() -> None:
    found = {
        room(one)
        for path in FOLDER.rglob("*.py")
        if "tests" not in path.parts
        for one in imported(path)
    }
    assert found - {"anmin.publishing"} <= OTHERS.keys()


def test_the_contract_forbids_every_other_module_of_the_room() -> None:
    folder = Path(anmin.publishing.__path__[0])
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "apps", "public"}
    root = folder.parents[2]
    contract = (root / "pyproject.toml").read_text("utf-8")
    left = {one for one in modules if f'"anmin.publishing.{one}"' not in contract}
    assert left == set()
