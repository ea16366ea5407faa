"""The large known answers, which are not beside every clone.

Each folder holds `data.csv` and `expected.json`, and says where both come from. They are looked for
in `ANMIN_TEST_KNOWN`, else in `../shared/known` beside the clone; without them these tests are skipped
(the small set in `known/` is always there). A method adds its cases here: a function marked with
`known("folder")` that takes `case`.
"""

import csv
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anmin.stats.counts import compare
from anmin.stats.multiplicity import (
    benjamini_hochberg,
    benjamini_yekutieli,
    compare_many,
    holm,
)

BESIDE = Path(__file__).resolve().parents[5] / "shared" / "known"
KNOWN = Path(os.environ.get("ANMIN_TEST_KNOWN", BESIDE))
EXACT = 1e-8


@dataclass
class Case:
    """A folder of known answers."""

    folder: Path

    @property
    def expected(self) -> Any:
        return json.loads((self.folder / "expected.json").read_text("utf-8"))

    def column(self, name: str, file: str = "data.csv") -> np.ndarray:
        """A column of numbers."""
        return np.array(self.texts(name, file), dtype=float)

    def texts(self, name: str, file: str = "data.csv") -> list[str]:
        """A column as it stands."""
        with (self.folder / file).open(newline="", encoding="utf-8") as opened:
            return [row[name] for row in csv.DictReader(opened)]


def known(*folders: str) -> Callable[..., Any]:
    """Run the test for each of these folders, or skip it plainly where they are not."""
    return pytest.mark.parametrize(
        "case",
        [
            pytest.param(
                Case(KNOWN / name),
                id=name,
                marks=pytest.mark.skipif(
                    not (KNOWN / name).is_dir(), reason=f"no known answers in {KNOWN / name}"
                ),
            )
            for name in folders
        ],
    )


def agree(ours: Any, theirs: Any, *, rel: float = EXACT, what: str = "") -> None:
    """Every value agrees; null stands for what is missing or infinite."""
    theirs = np.array([np.nan if value is None else value for value in theirs], dtype=float)
    ours = np.where(np.isfinite(ours), ours, np.nan)
    np.testing.assert_allclose(ours, theirs, rtol=rel, err_msg=what)


COMPARED = {
    "rr": "ratio", "lo": "low", "hi": "high", "lo_mid": "low_mid", "hi_mid": "high_mid",
    "p_minlike": "p_minlike", "p_central": "p_central", "p_mid": "p_mid",
}  # fmt: skip


@known("counts_pairs", "counts_fdr_400")
def test_compare(case: Case) -> None:
    found = compare(*(case.column(name) for name in ("this", "last", "exp_this", "exp_last")))
    for theirs, ours in COMPARED.items():
        answers = [row[theirs] for row in case.expected["rows"]]
        agree(getattr(found, ours), answers, what=ours)


@known("counts_fdr_400")
def test_compare_many(case: Case) -> None:
    counts = case.column("this"), case.column("last")
    found = compare_many(*counts, fdr=0.1)
    rows, p = case.expected["rows"], found.comparison.p_minlike
    agree(found.q, [row["bh"] for row in rows])
    agree(benjamini_hochberg(p), [row["bh"] for row in rows])
    agree(benjamini_yekutieli(p), [row["by"] for row in rows])
    agree(holm(p), [row["holm"] for row in rows])
    by_mid = compare_many(*counts, fdr=0.1, p="mid")
    agree(by_mid.q, [row["bh_mid"] for row in rows])
    assert found.signals == case.expected["n_bh10"]
    assert by_mid.signals == case.expected["n_bh10_mid"]
    assert compare_many(*counts, fdr=0.05).signals == case.expected["n_bh05"]
    by = compare_many(*counts, fdr=0.1, adjustment="benjamini-yekutieli")
    assert by.signals == case.expected["n_by10"]
