"""Both models of small areas against R, against the likelihood itself, and what must always hold."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from scipy import stats

from anmin.kernel.errors import Refusal
from anmin.stats.fay_herriot import small_area
from anmin.stats.unit_level import small_area_units

KNOWN = Path(__file__).parent / "known"


def columns_of(name):
    with (KNOWN / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([float(row[column]) for row in rows]) for column in rows[0]}


MILK = columns_of("milk.csv")
REGION = np.stack([MILK["region"] == code for code in (2, 3, 4)], axis=1).astype(float)
PUBLISHED = {  # A, and the coefficients
    "reml": (0.0185503347627664, 0.968188986974962, 0.132780305456741, 0.226946224520597, -0.241301039944626),
    "ml": (0.0155175087124187, 0.967798625551159, 0.127875517563521, 0.22669088679866, -0.242580426338672),
    "moments": (0.0164202636541287, 0.967901149597951, 0.129450184752715, 0.226791025351521, -0.24215178686144),
}  # fmt: skip
CROPS, COUNTIES = columns_of("crops.csv"), columns_of("crops_counties.csv")
PIXELS = ("corn_pixels", "soy_pixels")


@pytest.mark.parametrize(("method", "column"), [("reml", "reml"), ("ml", "ml"), ("moments", "fh")])
def test_milk(method, column):
    found = small_area(MILK["y"], MILK["sd"] ** 2, REGION, method=method)
    assert (found.sigma2, *found.beta) == pytest.approx(PUBLISHED[method], rel=1e-8)
    np.testing.assert_allclose(found.eblup, MILK[f"eblup_{column}"], rtol=1e-8)
    np.testing.assert_allclose(found.mse, MILK[f"mse_{column}"], rtol=1e-8)


def crops(crop, method, **options):
    return small_area_units(
        CROPS[crop],
        CROPS["county"].tolist(),
        np.stack([CROPS[name] for name in PIXELS], axis=1),
        COUNTIES["county"].tolist(),
        np.stack([COUNTIES[name] for name in PIXELS], axis=1),
        method=method,
        **options,
    )


@pytest.mark.parametrize(
    ("crop", "method", "between", "within"),
    [
        ("corn", "reml", 140.023889710347, 147.268629540441),
        ("soy", "ml", 217.616854078488, 176.976053543473),
    ],
)
def test_counties_of_iowa(crop, method, between, within):
    """R's nlme stops within 2e-7 of the best variances; ours are at the best (see below)."""
    found = crops(crop, method, sizes=COUNTIES["segments"])
    assert (found.sigma2_domain, found.sigma2_error) == pytest.approx((between, within), rel=2e-7)
    np.testing.assert_allclose(found.eblup, COUNTIES[crop], rtol=1e-7)


def test_standard_errors_of_the_counties():
    """The paper's table, by another estimator of the variances: within a twentieth."""
    published = [9.9, 9.7, 9.3, 8.1, 6.5, 6.6, 6.6, 6.7, 5.8, 5.3, 5.2, 5.7]
    found = crops("corn", "reml")
    assert np.sqrt(found.mse) == pytest.approx(published, rel=0.05)


def full_likelihood(method, between, within, y, design, domain):
    """From the covariance matrix of all records, written out."""
    same = domain[:, None] == domain
    covariance = within * np.eye(len(y)) + between * same
    inverse = np.linalg.inv(covariance)
    beta = np.linalg.solve(design.T @ inverse @ design, design.T @ inverse @ y)
    found = stats.multivariate_normal.logpdf(y, design @ beta, covariance)
    if method == "reml":
        found += design.shape[1] / 2 * np.log(2 * np.pi)
        found -= np.linalg.slogdet(design.T @ inverse @ design)[1] / 2
    return found


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("crop", ["corn", "soy"])
def test_no_other_variances_are_likelier(method, crop):
    found = crops(crop, method)
    design = np.stack([np.ones(36), *(CROPS[name] for name in PIXELS)], axis=1)

    def height(between, within):
        return full_likelihood(method, between, within, CROPS[crop], design, CROPS["county"])

    at, error = found.sigma2_domain, found.sigma2_error
    assert height(at, error) == pytest.approx(found.log_likelihood, rel=1e-10)
    for step in (1e-4, 1e-2):
        around = [height(at * (1 + a * step), error * (1 + b * step))
                  for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b]  # fmt: skip
        assert max(around) < height(at, error)


def test_the_stated_error_is_the_error():
    """200 made-up surveys of 60 areas: mean stated and mean true squared error within a tenth."""
    rng = np.random.default_rng(7)
    variances, x = rng.uniform(0.2, 2, 60), rng.normal(size=60)
    for method in ("reml", "ml", "moments"):
        true = stated = 0.0
        for _ in range(200):
            theta = 1 + 2 * x + rng.normal(size=60)
            y = theta + rng.normal(0, np.sqrt(variances))
            found = small_area(y, variances, x, method=method)
            true += ((found.eblup - theta) ** 2).mean()
            stated += found.mse.mean()
        assert stated == pytest.approx(true, rel=0.1), method


def test_the_stated_error_of_records_is_the_error():
    """200 made-up surveys of 40 domains, four of them without a record."""
    rng = np.random.default_rng(11)
    n, domains = np.array([0] * 4 + [3] * 18 + [7] * 18), np.arange(40)
    code = np.repeat(domains, n)
    x, means = rng.normal(size=len(code)), rng.normal(size=40)
    for method in ("reml", "ml"):
        true, stated = np.zeros(40), np.zeros(40)
        for _ in range(200):
            u = rng.normal(0, 1, 40)
            y = 3 + x + u[code] + rng.normal(0, 2, len(code))
            found = small_area_units(y, code, x, domains, means, method=method)
            true += (found.eblup - (3 + means + u)) ** 2
            stated += found.mse
        for group in (n == 0, n == 3, n == 7):
            assert stated[group].mean() == pytest.approx(true[group].mean(), rel=0.12), method


@some.composite
def areas(draw):
    m = draw(some.integers(5, 25))
    rng = np.random.default_rng(draw(some.integers(0, 10**6)))
    x = rng.normal(size=m)
    spread = draw(some.sampled_from([0.0, 0.3, 3.0]))
    variances = rng.uniform(0.05, 2, m)
    y = 1 + x + rng.normal(size=m) * spread + rng.normal(size=m) * np.sqrt(variances)
    return y, variances, x


@settings(deadline=None, max_examples=50)
@given(areas(), some.sampled_from(["reml", "ml", "moments"]))
def test_a_prediction_lies_between_direct_and_synthetic(given_, method):
    y, variances, x = given_
    found = small_area(y, variances, x, method=method)
    low, high = np.minimum(y, found.synthetic), np.maximum(y, found.synthetic)
    assert ((found.eblup >= low - 1e-9) & (found.eblup <= high + 1e-9)).all()
    assert found.sigma2 >= 0
    assert (found.mse > 0).all()
    assert ((found.weight >= 0) & (found.weight < 1)).all()


@settings(deadline=None, max_examples=50)
@given(
    areas(),
    some.sampled_from(["reml", "ml", "moments"]),
    some.sampled_from([1e-6, 1, 1e6]),
    some.floats(-5, 5),
    some.randoms(use_true_random=False),
)
def test_order_scale_and_shift_do_not_matter(given_, method, scale, shift, random):
    y, variances, x = given_
    order = random.sample(range(len(y)), len(y))
    one = small_area(y, variances, x, method=method)
    other = small_area(
        (y[order] + shift) * scale, variances[order] * scale**2, x[order] * 3 - 7, method=method
    )
    assert other.sigma2 == pytest.approx(one.sigma2 * scale**2, rel=1e-6, abs=1e-9 * scale**2)
    np.testing.assert_allclose(
        other.eblup, (one.eblup[order] + shift) * scale, rtol=1e-6, atol=1e-6 * scale
    )
    np.testing.assert_allclose(other.mse, one.mse[order] * scale**2, rtol=1e-5)


@settings(deadline=None, max_examples=50)
@given(
    some.integers(0, 10**6), some.sampled_from([0.0, 0.5, 5.0]), some.sampled_from(["reml", "ml"])
)
def test_records_in_any_order_and_unit(seed, spread, method):
    rng = np.random.default_rng(seed)
    code = np.repeat(np.arange(8), rng.integers(1, 6, 8))
    code = np.append(code, 0)
    x, means, n = rng.normal(size=len(code)), rng.normal(size=9), len(code)
    y = 2 + x + rng.normal(size=8)[code] * spread + rng.normal(size=n)
    sizes = np.bincount(code, minlength=9) * 10.0 + 5
    one = small_area_units(y, code, x, np.arange(9), means, sizes=sizes, method=method)
    order, named = rng.permutation(n), np.array([f"area {place}" for place in range(9)])
    turned = rng.permutation(9)
    other = small_area_units(
        1000 * y[order] - 3, named[code[order]], 5 * x[order] + 1,
        named[turned], 5 * means[turned] + 1, sizes=sizes[turned], method=method,
    )  # fmt: skip
    np.testing.assert_allclose(other.eblup, 1000 * one.eblup[turned] - 3, rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(other.mse, 1e6 * one.mse[turned], rtol=1e-4)
    assert one.weight[8] == 0
    assert one.eblup[8] == one.synthetic[8]
    assert ((one.weight >= 0) & (one.weight < 1)).all()
    assert (one.mse > 0).all()


@settings(deadline=None, max_examples=60)
@given(some.integers(0, 10**6), some.sampled_from(["reml", "ml", "moments"]))
def test_variances_of_very_different_size(seed, method):
    """Twenty powers of ten apart: found all the same, and finite."""
    rng = np.random.default_rng(seed)
    m = rng.integers(4, 15)
    variances, x = 10 ** rng.uniform(-10, 10, m), rng.normal(size=m)
    found = small_area(rng.normal(size=m) * 10 ** rng.uniform(-6, 6), variances, x, method=method)
    assert np.isfinite([found.sigma2, *found.eblup, *found.mse]).all()
    assert (found.mse > 0).all()


def test_a_domain_counted_whole_has_no_error():
    code, y = [0, 0, 1, 1, 1, 2, 2], np.array([1.0, 2, 4, 6, 5, 9, 8])
    found = small_area_units(y, code, None, [0, 1, 2], None, sizes=[2, 30, 20])
    assert (found.eblup[0], found.mse[0]) == pytest.approx((1.5, 0))
    assert found.mse[1] > 0


GOOD = ([1, 2, 4, 3, 6], [1, 1, 2, 1, 1], [1, 0, 2, 4, 3])


@pytest.mark.parametrize(
    ("arguments", "field", "words"),
    [
        (([1, 2, 4, 3, np.nan], *GOOD[1:]), "y", "not missing"),
        ((GOOD[0], [1, 1, 0, 1, 1], GOOD[2]), "variances", "above 0"),
        ((GOOD[0], [1, 1, -1, 1, 1], GOOD[2]), "variances", "above 0"),
        ((GOOD[0], [1, 1], GOOD[2]), "variances", "one variance for each y"),
        ((*GOOD[:2], [1, 2, 3]), "x", "differ in length"),
        ((*GOOD[:2], [1, 2, 3, np.inf, 0]), "x", "finite"),
        ((*GOOD[:2], [7, 7, 7, 7, 7]), "x", "never changes"),
        ((*GOOD[:2], np.array([[1, 2, 3, 4, 5], [2, 4, 6, 8, 10]]).T), "x", "sum of others"),
        ((*GOOD[:2], np.eye(5)[:, :4]), "x", "5 rows are too few for 5 coefficients"),
    ],
)
def test_areas_that_are_refused(arguments, field, words):
    with pytest.raises(Refusal, match=words) as refusal:
        small_area(*arguments)
    assert refusal.value.field == field


def test_no_covariate_at_all_is_refused():
    with pytest.raises(Refusal, match="an intercept or a covariate"):
        small_area(*GOOD[:2], intercept=False)


RECORDS = {"y": [1.0, 2, 4, 6, 5], "domain": ["a", "a", "b", "b", "b"], "x": [1.0, 3, 2, 5, 4],
           "domains": ["a", "b"], "means": [2.0, 4.0]}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"domains": ["a", "a"]}, "domains", "domain a is there twice"),
        ({"domains": ["a", "c"]}, "domain", "nothing is known of domain b"),
        ({"domain": ["a", "b"]}, "domain", "5 y and 2 domains"),
        ({"domain": ["a"] * 5}, "domain", "records of two domains"),
        ({"domain": list("vwxyz"), "domains": list("vwxyz"), "means": [1, 2, 3, 4, 5]}, "domain", "two records or more"),
        ({"means": [2.0]}, "means", "of 2 domains"),
        ({"means": None}, "means", "1 covariates"),
        ({"sizes": [1, 50]}, "sizes", "more records than members"),
        ({"sizes": [50]}, "sizes", "one size for each domain"),
        ({"y": [1, 2, 4, 6, float("nan")]}, "y", "not missing"),
        ({"y": [1, 3, 2, 5, 4]}, "y", "the covariates say all there is"),
        ({"y": [7, 7, 9, 9, 9]}, "y", "within domains nothing is left"),
    ],
)  # fmt: skip
def test_records_that_are_refused(changed, field, words):
    with pytest.raises(Refusal, match=words) as refusal:
        small_area_units(**{**RECORDS, **changed})
    assert refusal.value.field == field
