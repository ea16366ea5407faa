"""A refresh that is killed, a full one or of what changed, leaves the lake as it was."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings as now
from django.db import connection

from anmin.measures.lake import refresh
from anmin.measures.manifest import Manifest, lake_folder
from anmin.measures.queries import show
from anmin.measures.tests.calls import at, call, put

CHILD = """
import os, sys, django
django.setup()
from django.conf import settings
from django.db import connection
from anmin.measures.lake import refresh
from anmin.measures.registry import registry
from anmin.measures.tests import calls
connection.settings_dict.update(NAME=os.environ["TEST_NAME"])
settings.ANMIN_HOME = os.environ["TEST_HOME"]
registry.tables.clear(); registry.indicators.clear()
registry.add(*calls.EVERYTHING)
print("ready", flush=True)
full = True
while True:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE test_calls SET change = change + 10000 WHERE id <= 100")
    refresh(full=full)
    full = not full
    print("done", flush=True)
"""


def whole():
    """Whether every file the manifest names is there, with the rows it says."""
    manifest = Manifest.read()
    state = manifest.tables["calls"]
    assert show("number", by=["month"]).total.value == state.rows
    assert all(path.exists() for path in manifest.files("calls"))
    return state.rows


@pytest.mark.slow
def test_a_refresh_killed_at_any_moment_leaves_the_lake_as_it_was(table, tmp_path):
    months = [at(f"2026-{month:02d}-10 01:00") for month in range(1, 7)]
    put(*(call(n, months[n % 6]) for n in range(6000)))
    refresh()
    environment = {
        **os.environ,
        "TEST_NAME": str(connection.settings_dict["NAME"]),
        "TEST_HOME": str(tmp_path),
        "ANMIN_HOME": str(now.ANMIN_HOME),
        "DJANGO_SETTINGS_MODULE": "anmin.config.settings",
    }
    rng = random.Random(20260310)
    finished = 0
    for _kill in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", CHILD], env=environment, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout.readline() == "ready\n"
            for _refresh in range(rng.randrange(3)):
                assert child.stdout.readline() == "done\n"
                finished += 1
            time.sleep(rng.uniform(0, 0.25))
            child.send_signal(signal.SIGKILL)
        assert whole() == 6000
    assert Manifest.read().revision >= 1 + finished
    put(call(6000, months[0]))
    refresh()
    assert whole() == 6001
    named = set(Manifest.read().files("calls"))
    assert set(lake_folder().glob("calls/*/*")) == named
    assert not (lake_folder() / ".staging").exists()
