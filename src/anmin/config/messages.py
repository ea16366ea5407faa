"""Compiles the message catalogues (`.po` to `.mo`) without gettext's tools.

`python -m anmin.config.messages` compiles what has changed; `make setup` calls it.
"""

import os
import sys
from pathlib import Path

import polib

PACKAGE = Path(__file__).resolve().parent.parent


def catalogues() -> list[Path]:
    """Every catalogue of every room, and of the kinds that ``ANMIN_KINDS`` names."""
    named = os.environ.get("ANMIN_KINDS", "").split(",")
    outside = [Path(one.strip()) for one in named if one.strip()]
    found = [*PACKAGE.glob("**/locale/*/LC_MESSAGES/*.po")]
    for folder in outside:
        found += folder.glob("**/locale/*/LC_MESSAGES/*.po")
    return sorted(found)


def compile_changed() -> int:
    """Compile each catalogue that is newer than its compiled form; how many."""
    compiled = 0
    for source in catalogues():
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        draft = target.with_suffix(".mo.part")
        polib.pofile(str(source)).save_as_mofile(str(draft))
        draft.replace(target)
        compiled += 1
    return compiled


if __name__ == "__main__":
    sys.stdout.write(f"{compile_changed()} message catalogues compiled\n")
