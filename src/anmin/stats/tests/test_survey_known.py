"""Survey estimates against R's ``survey`` on its own example data."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from anmin.stats.calibration import calibrate, design_effect, poststratify, rake
from anmin.stats.comparisons import contrast, independence
from anmin.stats.design import Design
from anmin.stats.estimates import mean, ratio, total
from anmin.stats.margins import Amount, Margin
from anmin.stats.proportions import proportion
from anmin.stats.quantiles import quantile
from anmin.stats.replicates import jackknife

KNOWN = Path(__file__).parent / "known"
EXACT = 1e-8
LIKELIHOOD = 1e-5
"""R takes the design effect from the last step but one of its fit, which shows in the sixth digit."""


class Sample:
    """A file of known answers with its data."""

    def __init__(self, name: str) -> None:
        with (KNOWN / f"{name}.csv").open(newline="") as file:
            self.rows = list(csv.DictReader(file))
        self.expected = json.loads((KNOWN / f"{name}.json").read_text())

    def numbers(self, name):
        return np.array([float(row[name] or "nan") for row in self.rows])

    def texts(self, name):
        return np.array([row[name] for row in self.rows])


STRATIFIED, CLUSTERED = Sample("survey_apistrat"), Sample("survey_apiclus1")
TWO_STAGES = Sample("survey_apiclus2")


@pytest.fixture(scope="module")
def design():
    return Design.of(
        weights=STRATIFIED.numbers("pw"),
        strata=STRATIFIED.texts("stype"),
        fpc=STRATIFIED.numbers("fpc"),
    )


def agrees(found, expected, rel=EXACT):
    """An estimate with what is expected of it: est, se, ci95_t, df."""
    assert found.estimate == pytest.approx(expected["est"], rel=rel)
    assert found.se == pytest.approx(expected["se"], rel=rel)
    if "ci95_t" in expected:
        low, high = expected["ci95_t"][0]
        assert (found.low[0], found.high[0]) == pytest.approx((low, high), rel=rel)
        assert found.df == expected["df"]


def as_lists(expected):
    return {
        k: [v] if not isinstance(v, list) and k in ("est", "se") else v for k, v in expected.items()
    }


def test_means(design):
    expected = STRATIFIED.expected
    assert design.df == expected["degf"]
    found = mean(design, STRATIFIED.numbers("api00"))
    agrees(found, as_lists(expected["mean_api00"]))
    assert found.deff == pytest.approx([expected["mean_api00_deff"]], rel=EXACT)
    for place, name in enumerate(("api99", "api00")):
        both, one = expected["mean_api99_api00"], mean(design, STRATIFIED.numbers(name))
        assert (one.estimate[0], one.se[0]) == pytest.approx(
            (both["est"][place], both["se"][place]), rel=EXACT
        )


def test_totals(design):
    agrees(
        total(design, STRATIFIED.numbers("enroll")), as_lists(STRATIFIED.expected["total_enroll"])
    )


@pytest.mark.parametrize(("place", "stype"), list(enumerate("EHM")))
def test_what_the_strata_fix_has_no_error(design, place, stype):
    in_it = STRATIFIED.texts("stype") == stype
    for found, name in ((total(design, in_it), "total_stype"), (mean(design, in_it), "prop_stype")):
        assert found.estimate[0] == pytest.approx(
            STRATIFIED.expected[name]["est"][place], rel=EXACT
        )
        assert found.se[0] == 0
        assert found.low[0] == found.high[0] == found.estimate[0]


def test_a_ratio(design):
    found = ratio(design, STRATIFIED.numbers("api.stu"), STRATIFIED.numbers("enroll"))
    agrees(found, as_lists(STRATIFIED.expected["ratio_apistu_enroll"]))


SHARES = {
    "prop_awards_yes": lambda: STRATIFIED.texts("awards") == "Yes",
    "prop_schwide_no": lambda: STRATIFIED.texts("sch.wide") == "No",
    "prop_rare_api00_gt_850": lambda: STRATIFIED.numbers("api00") > 850,
}


@pytest.mark.parametrize("method", ["logit", "likelihood", "asin", "beta", "mean", "xlogit"])
@pytest.mark.parametrize("name", SHARES)
def test_shares(design, name, method):
    found = proportion(design, SHARES[name](), method=method)
    expected = STRATIFIED.expected[name][method]
    rel = LIKELIHOOD if method == "likelihood" else EXACT
    assert found.estimate[0] == pytest.approx(expected["est"], rel=EXACT)
    assert (found.low[0], found.high[0]) == pytest.approx((expected["lo"], expected["hi"]), rel=rel)


def test_domains(design):
    score, stype = STRATIFIED.numbers("api00"), STRATIFIED.texts("stype")
    found = mean(design, score, by=stype)
    rows = STRATIFIED.expected["by_stype_mean_api00"]
    assert list(found.by) == [row["stype"] for row in rows]
    assert found.estimate == pytest.approx([row["api00"] for row in rows], rel=EXACT)
    assert found.se == pytest.approx([row["se"] for row in rows], rel=EXACT)
    found = total(design, STRATIFIED.numbers("enroll"), by=stype)
    rows = STRATIFIED.expected["by_stype_total_enroll"]
    assert found.estimate == pytest.approx([row["enroll"] for row in rows], rel=EXACT)
    assert found.se == pytest.approx([row["se"] for row in rows], rel=EXACT)
    found = proportion(design, STRATIFIED.texts("awards"), value="Yes", by=stype)
    rows = STRATIFIED.expected["by_stype_prop_awards_logit"]
    assert found.low == pytest.approx([row["ci_l"] for row in rows], rel=EXACT)
    assert found.high == pytest.approx([row["ci_u"] for row in rows], rel=EXACT)


def test_domains_of_two_variables(design):
    found = mean(
        design,
        STRATIFIED.numbers("api00"),
        by=[STRATIFIED.texts("stype"), STRATIFIED.texts("sch.wide")],
    )
    rows = {
        (row["stype"], row["sch.wide"]): (row["api00"], row["se"])
        for row in STRATIFIED.expected["by_stype_schwide_mean_api00"]
    }
    for label, estimate, se in zip(found.by.tolist(), found.estimate, found.se, strict=True):
        assert (estimate, se) == pytest.approx(rows.pop(tuple(label)), rel=EXACT)
    assert not rows


def test_a_part_of_the_population(design):
    found = mean(design, STRATIFIED.numbers("api00"), where=STRATIFIED.numbers("meals") > 50)
    agrees(found, as_lists(STRATIFIED.expected["domain_meals_gt_50_mean_api00"]))


def test_tests(design):
    wide, stype = STRATIFIED.texts("sch.wide"), STRATIFIED.texts("stype")
    means = mean(design, STRATIFIED.numbers("api00"), by=wide, covariances=True)
    found, expected = contrast(means, "Yes", "No"), STRATIFIED.expected["ttest_api00_schwide"]
    assert found.df == expected["df"]
    assert (found.estimate, found.t, found.p) == pytest.approx(
        (expected["est"], expected["t"], expected["p"]), rel=EXACT
    )
    assert (found.low, found.high) == pytest.approx(expected["ci"], rel=EXACT)
    table, expected = (
        independence(design, wide, stype),
        STRATIFIED.expected["chisq_F_schwide_stype"],
    )
    assert (table.f, table.df, table.df_error, table.p) == pytest.approx(
        tuple(expected[name] for name in ("F", "ndf", "ddf", "p")), rel=EXACT
    )


@pytest.mark.parametrize(("place", "p"), list(enumerate((0.25, 0.5, 0.75))))
def test_quantiles(design, place, p):
    found = quantile(design, STRATIFIED.numbers("api00"), p)
    assert found.estimate[0] == pytest.approx(
        STRATIFIED.expected["quantiles_api00"]["q"][place], rel=EXACT
    )


def fitted():
    sample = CLUSTERED
    design = Design.of(
        weights=sample.numbers("pw"), clusters=sample.texts("dnum"), fpc=sample.numbers("fpc")
    )
    totals = sample.expected["totals"]
    stype, wide = (
        Margin(name, sample.texts(name), {row[name]: row["Freq"] for row in totals[name]})
        for name in ("stype", "sch.wide")
    )
    score = Amount("api99", sample.numbers("api99"), totals["api99_total"])
    return {
        "base": lambda: design,
        "poststratify_stype": lambda: poststratify(design, stype),
        "rake_stype_schwide": lambda: rake(design, [stype, wide]),
        "greg_stype_api99": lambda: calibrate(design, [stype, score]),
        "calibrate_raking_stype_api99": lambda: calibrate(design, [stype, score], method="raking"),
        "calibrate_logit_stype": lambda: calibrate(
            design, [stype], method="logit", bounds=(0.5, 1.6)
        ),
    }


@pytest.mark.parametrize("name", fitted())
def test_fitted_weights_and_what_they_estimate(name):
    design, expected, sample = fitted()[name](), CLUSTERED.expected[name], CLUSTERED
    assert design.weights[:30] == pytest.approx(expected["weights"], rel=EXACT)
    agrees(mean(design, sample.numbers("api00")), as_lists(expected["mean_api00"]))
    agrees(total(design, sample.numbers("enroll")), as_lists(expected["total_enroll"]))
    for place, answer in enumerate(("No", "Yes")):
        share = proportion(design, sample.texts("awards"), value=answer)
        assert (share.estimate[0], share.se[0]) == pytest.approx(
            (expected["prop_awards"]["est"][place], expected["prop_awards"]["se"][place]), rel=EXACT
        )
    by = mean(design, sample.numbers("api00"), by=sample.texts("stype"))
    assert by.estimate == pytest.approx([row["api00"] for row in expected["by_stype"]], rel=EXACT)
    assert by.se == pytest.approx([row["se"] for row in expected["by_stype"]], rel=EXACT)
    assert design_effect(design.weights) == pytest.approx(expected["kish_deff"], rel=EXACT)


def test_two_stages():
    sample = TWO_STAGES
    design = Design.of(
        clusters=[sample.texts("dnum"), sample.texts("snum")],
        fpc=[sample.numbers("fpc1"), sample.numbers("fpc2")],
    )
    expected, found = sample.expected, mean(design, sample.numbers("api00"))
    assert design.df == expected["degf"]
    agrees(found, expected["mean_api00"])
    assert found.deff == pytest.approx(expected["mean_api00"]["deff"], rel=EXACT)
    enroll = sample.numbers("enroll")
    agrees(total(design, enroll, where=~np.isnan(enroll)), expected["total_enroll_na_rm"])
    by = mean(design, sample.numbers("api00"), by=sample.texts("stype"))
    agrees(by, expected["mean_api00_by_stype"])


def test_jackknife(design):
    clustered = fitted()["base"]()
    y, x = STRATIFIED.numbers("api.stu"), STRATIFIED.numbers("enroll")
    for replicated, values, name in (
        (clustered, CLUSTERED.numbers("api00"), "apiclus1_jk1_mean_api00"),
        (design, STRATIFIED.numbers("api00"), "apistrat_jkn_mean_api00"),
    ):
        found = jackknife(replicated).estimate(lambda w, v=values: w @ v / w.sum())
        agrees_with_replicates(found, TWO_STAGES.expected[name])
    found = jackknife(design).estimate(lambda w: w @ y / (w @ x))
    agrees_with_replicates(found, TWO_STAGES.expected["apistrat_jkn_ratio_apistu_enroll"])


def agrees_with_replicates(found, expected):
    assert found.estimate == pytest.approx(expected["est"], rel=EXACT)
    assert found.se == pytest.approx(expected["se"], rel=EXACT)
