"""A web process is ready in full before its first request."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ASK = """
import gc, sys
from anmin.config import wsgi
print("anmin.desk.matters.views.matter" in sys.modules, gc.get_freeze_count() > 100_000)
"""


def test_what_lives_as_long_as_the_process_is_loaded_and_left_alone(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", ASK],
        env={**os.environ, "ANMIN_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == ["True", "True"]
