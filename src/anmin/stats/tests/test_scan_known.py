"""The scan statistic against the large known answers of smerc and SpatialEpi (see there)."""

import pytest

from anmin.stats import scan
from anmin.stats.tests.test_known_answers import EXACT, Case, known
from anmin.stats.tests.test_scanning import by_chance_the_same

REPLICATES = 9999


def compared(ours, theirs):
    numbers = theirs["locids"] if isinstance(theirs["locids"], list) else [theirs["locids"]]
    assert {int(place) for place in ours.members} == set(numbers)
    assert ours.cases == theirs["cases"]
    assert ours.expected == pytest.approx(theirs["exp"], rel=EXACT)
    assert ours.llr == pytest.approx(theirs["llr"], rel=EXACT)
    if "rr" in theirs:
        assert ours.relative_risk == pytest.approx(theirs["rr"], rel=EXACT)
    if "p" in theirs:
        assert by_chance_the_same(ours.p, theirs["p"], REPLICATES, REPLICATES)


@known("scan_ny_leukemia")
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_leukaemia_in_new_york(case: Case, share: float) -> None:
    found = scan(
        case.column("x"), case.column("y"), case.column("cases"),
        population=case.column("population"), ids=case.texts("id"),
        max_share=share, min_cases=1, replicates=REPLICATES, seed=1,
    )  # fmt: skip
    answers = case.expected[f"ubpop_{share}"]
    for ours, theirs in zip(found.clusters[: len(answers)], answers, strict=True):
        compared(ours, theirs)


@known("scan_penn_lung")
@pytest.mark.parametrize("model", ["bernoulli", "poisson"])
def test_lung_cancer_in_pennsylvania(case: Case, model: str) -> None:
    """Each person a case or not; and with the cases expected by age, sex and race."""
    found = scan(
        case.column("x_km"), case.column("y_km"), case.column("cases"), ids=case.texts("id"),
        model=model, population=case.column("population"),
        expected=case.column("expected_strata") if model == "poisson" else None,
        min_cases=1, replicates=REPLICATES, seed=1,
    )  # fmt: skip
    answer = case.expected[
        "binomial_unadjusted" if model == "bernoulli" else "poisson_strata_expected"
    ]
    compared(found.clusters[0], answer["most_likely"])
    compared(found.clusters[1], answer["secondary"][0])
