"""Kernels are compiled once: what set-up has warmed, nobody waits for."""

import os
import subprocess
import sys

import numpy as np

from anmin.stats import kernels, scan
from anmin.stats.kernels import COMPILED
from anmin.stats.warm import warm


def test_warming_compiles_every_kernel_for_the_types_it_will_meet():
    warm()
    assert len(COMPILED) > 20
    known = {one: list(one.signatures) for one in COMPILED}
    # Those that only other kernels call have none, where the callers' code came from disk.
    assert any(known.values())
    rng = np.random.default_rng(1)
    x, y = rng.random((2, 30))
    cases = rng.integers(0, 9, (30, 4))
    for model in ("poisson", "bernoulli", "permutation"):
        people = None if model == "permutation" else cases + 5
        scan(x, y, cases, model=model, population=people, replicates=70, seed=1, stop_after=5)
    scan(x, y, cases.sum(1), expected=cases.sum(1) + 1.5, replicates=9, spherical=True)
    assert {one: list(one.signatures) for one in COMPILED} == known


def test_compiled_code_goes_where_one_says(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", "from anmin.stats import kernels; print(kernels.FOLDER)"],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.startswith(str(tmp_path / "kernels-"))


def test_a_folder_that_cannot_be_made_is_passed_over(tmp_path, monkeypatch):
    """A file where the folder should be: the next place is taken; with none, nothing is kept."""
    occupied = tmp_path / "file"
    occupied.touch()
    monkeypatch.setattr(kernels, "_roots", lambda: iter([occupied, tmp_path / "free"]))
    assert kernels._folder().parent == tmp_path / "free"
    monkeypatch.setattr(kernels, "_roots", lambda: iter([occupied]))
    assert kernels._folder() is None


def test_without_a_folder_kernels_work(monkeypatch):
    monkeypatch.setattr(kernels, "FOLDER", None)
    monkeypatch.setattr(kernels, "COMPILED", [])

    @kernels.kernel
    def double(x):
        return 2 * x

    assert double(3) == 6
