"""What every template of every face must keep: no inline script or style, icons that exist,
colours that can be read. A page that breaks the content policy would fail silently in the browser.
"""

import re
from pathlib import Path

import pytest

import anmin
from anmin.faces import icons
from anmin.people.middleware import BY_ITSELF

PACKAGE = Path(anmin.__file__).parent
TEMPLATES = sorted(
    path for path in PACKAGE.rglob("templates/**/*.html") if "node_modules" not in path.parts
)
THEME = (PACKAGE / "desk/shell/static/desk/theme.css").read_text(encoding="utf-8")
PORTAL = (PACKAGE / "portal/static/portal/portal.css").read_text(encoding="utf-8")

INLINE = re.compile(
    r"""\sstyle=|\son[a-z]+=["']|hx-on[:=]|hx-vals=["']js:|<style|javascript:"""
    r"""|<script(?![^>]*(?:\ssrc=|type="application/json"))""",
    re.IGNORECASE,
)

LINE = 140


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_template_has_no_inline_script_or_style(path: Path) -> None:
    assert not INLINE.findall(path.read_text(encoding="utf-8"))


def test_the_rule_would_notice() -> None:
    for bad in (
        '<p style="x">',
        '<a onclick="x">',
        "<script>x</script>",
        '<b hx-on:click="x">',
        "<style>",
    ):
        assert INLINE.search(bad), bad
    for good in ('<script src="x" defer>', '<script type="application/json">', "<p class='style'>"):
        assert not INLINE.search(good), good


def test_every_line_of_a_template_can_be_read() -> None:
    long = [
        f"{path.relative_to(PACKAGE)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > LINE
    ]
    assert not long


ALIKE = re.compile(r"{% same_for_all %}(.*?){% endsame_for_all %}", re.DOTALL)
OF_SOMEBODY = re.compile(r"{{|{% (csrf_token|block|if|for|with)\b")


def test_what_all_see_alike_asks_for_nothing_of_a_person_or_a_page() -> None:
    parts = [part for path in TEMPLATES for part in ALIKE.findall(path.read_text("utf-8"))]
    assert parts
    for part in parts:
        assert not OF_SOMEBODY.search(part), part


def test_every_icon_that_a_template_names_exists() -> None:
    for path in TEMPLATES:
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text(encoding="utf-8")):
            assert icons.draw(name), f"{path}: {name}"


def tokens(css: str, start: str) -> dict[str, str]:
    block = css[css.index(start) :]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block[: block.index("}")]))


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_defines_it() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


TEXT = [
    *[
        (text, ground)
        for text in ("ink", "muted", "action", "late", "risk", "done")
        for ground in ("paper", "surface")
    ],
    *[("ink", ground) for ground in ("raised", "action-soft", "mark")],
    ("muted", "raised"),
    ("action", "action-soft"),
    ("risk", "risk-soft"),
    ("late", "late-soft"),
    ("done", "done-soft"),
    ("on-action", "action"),
    ("on-action", "action-deep"),
    ("on-late", "late-fill"),
]


@pytest.mark.parametrize("start", [":root", '[data-bs-theme="dark"]'])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_desk_text_can_be_read(start: str, text: str, ground: str) -> None:
    colours = tokens(THEME, start)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("start", [":root", '[data-bs-theme="dark"]'])
def test_the_edge_of_a_field_can_be_seen(start: str) -> None:
    colours = tokens(THEME, start)
    assert contrast(colours["line-strong"], colours["surface"]) >= 3


@pytest.mark.parametrize("start", [":root", "@media (prefers-color-scheme: dark)"])
def test_the_portal_is_of_the_same_family(start: str) -> None:
    desk = tokens(THEME, ":root" if start == ":root" else '[data-bs-theme="dark"]')
    portal = tokens(PORTAL, start)
    shared = {"paper", "ink", "muted", "action", "on-action", "late", "done", "done-soft"}
    full = {
        name: "".join(c * 2 for c in v[1:]) if len(v) == 4 else v[1:] for name, v in portal.items()
    }
    assert {name: desk[name][1:] for name in shared} == {name: full[name] for name in shared}
    assert contrast(portal["line"], portal["surface"]) >= 3


DESK = PACKAGE / "desk"
BELOW = {"shell", "figures"}
OWNED = {
    str(path.relative_to(room / folder)): room.name
    for room in DESK.iterdir()
    for folder in ("templates", "static")
    for path in (room / folder).rglob("*.*")
}
"""Each template and file for the browser, with its room."""
NAMED = re.compile(r"""["'](desk/[\w/-]+\.(?:html|css|js))["'#]""")


def test_a_template_takes_nothing_from_a_room_beside_its_own() -> None:
    taken = [
        f"{path.name} of {room}: {name} of {OWNED[name]}"
        for path in TEMPLATES
        if DESK in path.parents
        for room in path.relative_to(DESK).parts[:1]
        for name in NAMED.findall(path.read_text("utf-8"))
        if OWNED[name] not in BELOW | {room}
    ]
    assert taken == []


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    asked = r'{% url "desk:(\w+)"[^%]*(?:as poll_url %}|%}"\s+hx-trigger="every)'
    assert set(re.findall(asked, told)) == BY_ITSELF
    # the call's page, a matter's page, and every progress bar
    assert told.count('hx-trigger="every') == 3
