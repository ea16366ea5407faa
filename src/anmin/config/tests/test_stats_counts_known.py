"""`anmin stats` on the large known answers about counts, where they are (see the library's tests)."""

import json
from typing import Any

import pytest

from anmin.config.command import run
from anmin.stats.tests.test_known_answers import COMPARED, Case, agree, known


@pytest.fixture
def told(capsys):
    """What a command says as JSON."""

    def call_it(command: str, case: Case, *options: str) -> Any:
        assert run(["stats", command, str(case.folder / "data.csv"), *options, "--json"]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return json.loads(out)

    return call_it


def column(found: Any, name: str) -> list[float]:
    return [float("nan") if row[name] is None else row[name] for row in found["rows"]]


@known("counts_pairs", "counts_fdr_400")
def test_compare_many(case: Case, told: Any) -> None:
    name = "case" if "case" in (case.folder / "data.csv").read_text().splitlines()[0] else "area"
    over = ["--exposure-this", "exp_this", "--exposure-last", "exp_last"]
    found = told("compare-many", case, "--id", name, "--this", "this", "--last", "last", *over)
    for theirs, ours in COMPARED.items():
        agree(column(found, ours), [row[theirs] for row in case.expected["rows"]], what=ours)
    if "n_bh10" in case.expected:
        assert found["signals"] == case.expected["n_bh10"]
        agree(column(found, "q"), [row["bh"] for row in case.expected["rows"]])


@known("farringtonFlexible_salmNewport")
def test_improved_farrington(case: Case, told: Any) -> None:
    options = [
        "--time", "t", "--count", "overall", "--from", "400", "--start", "2004-01-05",
        "--b", "4", "--w", "3", "--noPeriods", "10", "--weightsThreshold", "2.58",
        "--pastWeeksNotIncluded", "26", "--pThresholdTrend", "1", "--alpha", "0.01",
        "--limit54", "0,1", "--powertrans", "2/3", "--thresholdMethod",
    ]  # fmt: skip
    for method in ("delta", "nbPlugin"):
        found = told("farrington", case, *options, method)
        rows = case.expected[method]["rows"]
        agree(column(found, "upperbound"), [row["upperbound"] for row in rows])
        assert [row["alarm"] for row in found["rows"]] == [bool(row["alarm"]) for row in rows]


@known("farrington_salmonella_agona")
def test_original_farrington(case: Case, told: Any) -> None:
    for answer, options in {
        "A": "--alpha 0.01",
        "B": "--no-trend --powertrans none",
        "C": "--no-reweight --no-trend --limit54 0,4 --powertrans 1/2 --alpha 0.01",
    }.items():
        found = told(
            "farrington", case, "--time", "t", "--count", "observed1", "--from", "209",
            "--method", "original", "--b", "3", *options.split(),
        )  # fmt: skip
        rows = case.expected[answer]["rows"]
        agree(column(found, "upperbound"), [row["upperbound"] for row in rows])
        assert [row["alarm"] for row in found["rows"]] == [bool(row["alarm"]) for row in rows]


@known("ears_salmNewport")
def test_ears(case: Case, told: Any) -> None:
    for method in ("C1", "C2", "C3"):
        options = ["--time", "t", "--count", "overall", "--from", "100", "--method", method]
        found = told("ears", case, *options)
        agree(
            column(found, "upperbound"), [bound for (bound,) in case.expected[method]["upperbound"]]
        )


@known("funnel_scotland_smr")
def test_funnel(case: Case, told: Any) -> None:
    names = ["--id", "county", "--observed", "observed", "--expected", "expected"]
    found = told("funnel", case, *names)
    agree(column(found, "z_adjusted"), case.expected["od_z"])
    agree(column(found, "low998"), [one["lo998"] for one in case.expected["exact_poisson_limits"]])
    agree([found["tau2"]], [case.expected["tau2"]])
