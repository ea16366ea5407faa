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
from anmin.stats.funnel import ratio_funnel
from anmin.stats.multiplicity import (
    benjamini_hochberg,
    benjamini_yekutieli,
    compare_many,
    holm,
)
from anmin.stats.recent import ears
from anmin.stats.seasonal import Alarms, Control, farrington
from anmin.stats.tests.test_survey_known import fitted

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


def _same_alarms(found: Alarms, rows: list[dict[str, Any]]) -> None:
    agree(found.observed, [row["observed"] for row in rows])
    agree(found.upperbound, [row["upperbound"] for row in rows])
    assert found.alarm.tolist() == [bool(row["alarm"]) for row in rows]


@known("farrington_salmonella_agona")
@pytest.mark.parametrize(
    ("answer", "options"),
    [
        ("A", {"alpha": 0.01}),
        ("B", {"trend": False, "powertrans": "none", "alpha": 0.05}),
        (
            "C",
            {
                "reweight": False,
                "trend": False,
                "limit54": (0, 4),
                "powertrans": "1/2",
                "alpha": 0.01,
            },
        ),
    ],
)
def test_farrington(case: Case, answer: str, options: dict[str, Any]) -> None:
    start, end = case.expected["range"]
    control = Control(method="original", b=3, w=3, **options)
    found = farrington(case.column("observed1"), range(start - 1, end), control=control)
    _same_alarms(found, case.expected[answer]["rows"])
    assert int(found.alarm.sum()) == case.expected[answer]["n_alarms"]


@known("farringtonFlexible_salmNewport")
def test_improved_farrington(case: Case) -> None:
    start, end = case.expected["range"]
    counts = case.column("overall")
    first = np.datetime64(case.expected["delta"]["rows"][0]["epoch"])
    dates = first + 7 * (np.arange(len(counts)) - (start - 1))
    options: dict[str, Any] = {
        "b": 4, "w": 3, "no_periods": 10, "weights_threshold": 2.58, "alpha": 0.01,
        "past_weeks_not_included": 26, "p_threshold_trend": 1, "limit54": (0, 1),
    }  # fmt: skip
    for method in ("delta", "nbPlugin"):
        control = Control(threshold_method=method, **options)
        found = farrington(counts, range(start - 1, end), control=control, dates=dates)
        _same_alarms(found, case.expected[method]["rows"])
        if method == "delta":
            agree(found.expected, case.expected[method]["expected"])
            agree(found.score, case.expected[method]["score"])


@known("ears_salmNewport")
@pytest.mark.parametrize("method", ["C1", "C2", "C3"])
def test_ears(case: Case, method: str) -> None:
    answer = case.expected[method]
    found = ears(case.column("overall"), case.expected["range"][0] - 1, method=method)
    agree(found.upperbound, np.ravel(answer["upperbound"]))
    assert found.alarm.tolist() == [bool(alarm) for (alarm,) in answer["alarm"]]


@known("funnel_scotland_smr")
def test_funnel(case: Case) -> None:
    found, expected = ratio_funnel(case.column("observed"), case.column("expected")), case.expected
    for level, digits in ((0.95, "95"), (0.998, "998")):
        low, high = found.limits(found.size, level)
        agree(low, [limit[f"lo{digits}"] for limit in expected["exact_poisson_limits"]])
        agree(high, [limit[f"hi{digits}"] for limit in expected["exact_poisson_limits"]])
    agree(found.z, expected["sqrt_z"])
    agree(found.z_adjusted, expected["od_z"])
    agree([found.phi, found.tau2], [expected["winsor10_phi"], expected["tau2"]])


@known("raking_apiclus1")
def test_fitted_weights(case: Case) -> None:
    for name, fit in fitted().items():
        agree(fit().weights, case.expected[name]["weights"], what=name)
