"""The pages of `docs/` that are written from the code, so that they cannot go stale.

`python -m anmin.config.docs` writes them; with `--check` it writes nothing and ends with 1 when
one is not what it should be.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer.main

from anmin.config import console
from anmin.config.environment import Environment

FOLDER = Path(__file__).resolve().parents[3] / "docs"


def settings_page() -> str:
    """Every variable of the environment."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Environment.model_fields.items():
        default = field.default
        shown = (
            ""
            if default in (None, ())
            else f"`{str(default).lower() if isinstance(default, bool) else default}`"
        )
        rows.append(f"| `{name.upper()}` | {shown} | {field.description} |")
    return (
        "# Settings\n\nMade from `src/anmin/config/environment.py` by `make docs`; do not edit.\n\n"
        "All settings come from the environment and are checked at the start; "
        "a wrong one stops it with a line that says what it should be.\n\n" + "\n".join(rows) + "\n"
    )


def commands_page() -> str:
    """Every command with its arguments and options."""
    from anmin.config.command import build

    parts = [
        "# Commands\n\nMade from `src/anmin/config/commands/` by `make docs`; do not edit.\n\n"
        "Exit status: 0 done, 1 refused or failed with one line on standard error, 2 wrong usage. "
        "With `--json`, standard output holds one JSON object and nothing else.\n"
    ]
    _describe(typer.main.get_command(build()), "anmin", parts)
    return "\n".join(parts)


def _describe(command: Any, name: str, parts: list[str]) -> None:
    if hasattr(command, "commands"):
        for inner in command.commands.values():
            _describe(inner, f"{name} {inner.name}", parts)
        return
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [param for param in command.params if param.param_type_name == "option"]
    words = [
        name,
        *(f"{one.name.upper()}{' …' if one.nargs == -1 else ''}" for one in arguments),
        *(["[OPTIONS]"] if options else []),
    ]
    parts.append(f"## `{' '.join(words)}`\n\n{_paragraphs(command.help)}\n")
    rows = [(f"`{one.name.upper()}`", one) for one in arguments]
    rows += [(f"`{', '.join([*one.opts, *one.secondary_opts])}`", one) for one in options]
    if rows:
        parts.append("\n".join(f"- {label}: {_meaning(one)}" for label, one in rows) + "\n")


def _meaning(param: Any) -> str:
    text = param.help or ""
    known = param.default
    if known not in (None, False, True, "", ()) and not callable(known):
        text += f" Default: `{known}`."
    return f"{text}{' Required.' if param.required and param.param_type_name == 'option' else ''}"


def _paragraphs(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").splitlines()).strip()


def rules_page() -> str:
    """Every rule with its values, dates and sources."""
    from anmin.kernel.kind_folders import kind_folders
    from anmin.kernel.rules import RuleBook
    from anmin.kernel.rules_page import rules_markdown
    from anmin.matters.registry import PACKAGED

    return rules_markdown(RuleBook(kinds=kind_folders([PACKAGED]).values()))


def kinds_page() -> str:
    """Every kind of matter."""
    from anmin.matters.kinds_page import kinds_markdown

    return kinds_markdown()


def rights_page() -> str:
    """What each role is answered at each address."""
    from anmin.config import rights

    return rights.rights_page()


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "kinds.md": kinds_page,
    "rights.md": rights_page,
    "rules.md": rules_page,
    "settings.md": settings_page,
}


def stale(folder: Path = FOLDER) -> list[str]:
    """The pages that are not what the code says now."""
    return [
        name
        for name, page in PAGES.items()
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != page()
    ]


def write(folder: Path = FOLDER) -> None:
    """Write every page."""
    folder.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), "utf-8")


def main() -> None:
    """The command line."""
    console.boot()
    if "--check" not in sys.argv:
        write()
    elif old := stale():
        sys.exit(f"docs/{', docs/'.join(old)}: not what the code says; run `make docs`")


if __name__ == "__main__":
    main()
