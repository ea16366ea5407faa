"""A kind in a folder outside the package lives in the whole house, and no other file knows it."""

import os
import subprocess
import sys
from pathlib import Path

import polib
import pytest

from anmin.matters.registry import all_kinds

HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_kind_of_ones_own_is_driven_through_the_whole_house() -> None:
    """In a process of its own, since kinds are loaded once, at the start."""
    assert not {"lost_property", "complaint"} & {kind.code for kind in all_kinds()}
    for source in HERE.rglob("*.po"):
        polib.pofile(str(source)).save_as_mofile(str(source.with_suffix(".mo")))
    # The settings are read by the house of the tests (conftest.py), not before it is there.
    ours = ("DJANGO", "PYTEST", "DATABASE", "ANMIN_TEST")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    stories = sorted(str(one) for one in HERE.glob("story*.py"))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *stories],
        env={**inherited, "ANMIN_TEST_KINDS": str(HERE / "kinds")},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
