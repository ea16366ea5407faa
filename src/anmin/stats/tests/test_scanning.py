"""The scan statistic against SaTScan, and what must hold of it whatever the data."""

import csv
import json
import math
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.extra import numpy as arrays

from anmin.stats import scan

KNOWN = Path(__file__).parent / "known"


def rows_of(name):
    with (KNOWN / name).open(newline="") as file:
        return list(csv.DictReader(file))


def column(rows, name):
    return np.array([float(row[name]) for row in rows])


def as_printed(value, printed):
    """Whether a value is the printed one, in as many digits as were printed."""
    if printed is None:
        return value is None
    decimals = len(str(printed).partition(".")[2])
    return abs(value - printed) <= 0.5000001 * 10**-decimals


def by_chance_the_same(p, q, replicates_p, replicates_q):
    """Two Monte Carlo p-values of one thing."""
    middle = (p * replicates_p + q * replicates_q + 1) / (replicates_p + replicates_q + 1)
    error = math.sqrt(middle * (1 - middle) * (1 / replicates_p + 1 / replicates_q))
    return abs(p - q) <= 3 * error + 1 / min(replicates_p, replicates_q)


def the_same_as_satscan(found, answers, replicates):
    for ours, theirs in zip(found.clusters, answers, strict=False):
        assert list(ours.members) == theirs["locids"]
        assert ours.cases == theirs["cases"]
        assert as_printed(ours.expected, theirs["expected"])
        assert as_printed(ours.relative_risk, theirs["rr"])
        assert as_printed(ours.llr, theirs["llr"])
        assert by_chance_the_same(ours.p, theirs["p"], found.replicates, replicates)


def test_five_hundred_places_as_satscan_does():
    rows, answer = rows_of("scan_poisson_sim500.csv"), json.loads(
        (KNOWN / "scan_poisson_sim500.json").read_text()
    )  # fmt: skip
    found = scan(
        column(rows, "x"), column(rows, "y"), column(rows, "cases"),
        population=column(rows, "population"), ids=[row["id"] for row in rows],
        max_share=0.25, replicates=9999, seed=1,
    )  # fmt: skip
    the_same_as_satscan(found, answer["clusters"], 9999)
    assert found.clusters[0].first is None


def test_burglaries_in_space_and_time_as_satscan_does():
    places, rows = rows_of("scan_stp_crime_sim_places.csv"), rows_of("scan_stp_crime_sim.csv")
    answer = json.loads((KNOWN / "scan_stp_crime_sim.json").read_text())
    names, start = [place["id"] for place in places], date(2024, 1, 1)
    cases = np.zeros((len(places), 84))
    for row in rows:
        day = date(*map(int, row["date"].split("/")))
        cases[names.index(row["id"]), (day - start).days] += int(row["cases"])
    found = scan(
        column(places, "x"), column(places, "y"), cases,
        model="permutation", ids=names, max_share=0.2, time_window=(1, 14), seed=1,
    )  # fmt: skip
    the_same_as_satscan(found, answer["clusters"], 999)
    for ours, theirs in zip(found.clusters, answer["clusters"], strict=False):
        edges = [date(*map(int, day.split("/"))) for day in theirs["time_frame"].split(" to ")]
        assert [start.toordinal() + ours.first, start.toordinal() + ours.last] == [
            edge.toordinal() for edge in edges
        ]


# The same thing done plainly: every window, one after the other.


def plain_likelihood(count, expected, total, share=None):
    def term(a, b):
        return a * math.log(a / b) if a > 0 else 0.0

    if count <= expected:
        return 0.0
    found = term(count, expected) + term(total - count, total - expected)
    if share is not None:  # Bernoulli: those who are no cases count too
        people, everybody = expected / share, total / share
        found += term(people - count, people - expected)
        outside = everybody - people
        found += term(outside - total + count, outside - total + expected)
    return found


def plain_scan(x, y, cases, measures, *, weights, share, spans, fewest, bernoulli=None):
    """The greatest log likelihood ratio of all windows."""
    best, total = 0.0, cases.sum()
    for centre in range(len(x)):
        away = np.hypot(x - x[centre], y - y[centre])
        for radius in np.unique(np.round(away, 9)):
            inside = np.round(away, 9) <= radius
            if weights[inside].sum() > share * weights.sum() * (1 + 1e-9):
                break
            for start, end in spans:
                count = cases[inside, start:end].sum()
                if count >= fewest:
                    expected = measures[inside, start:end].sum()
                    best = max(best, plain_likelihood(count, expected, total, bernoulli))
    return best


@some.composite
def studies(draw):
    """Places on a coarse grid (so that many are equally far from another), cases and people."""
    n, units = draw(some.integers(3, 12)), draw(some.integers(1, 5))
    grid = some.integers(0, 6)
    x, y = (draw(arrays.arrays(float, n, elements=grid)) for _ in "xy")
    cases = draw(arrays.arrays(int, (n, units), elements=some.integers(0, 9)))
    cases[0, 0] += 3
    people = cases + draw(arrays.arrays(int, (n, units), elements=some.integers(1, 30)))
    return x, y, cases, people


shares = some.sampled_from([0.3, 0.5, 0.8])


@settings(max_examples=60, deadline=None)
@given(
    studies(),
    shares,
    some.integers(1, 3),
    some.sampled_from(["poisson", "bernoulli", "permutation"]),
    some.booleans(),
)
def test_every_window_is_looked_at(study, share, fewest, model, alive):
    x, y, cases, people = study
    units = cases.shape[1]
    if model == "permutation" and units == 1:
        return
    longest = max(1, units // 2)
    spans = [(s, e) for s in range(units) for e in range(s + 1, min(units, s + longest) + 1)
             if not alive or e == units]  # fmt: skip
    if units == 1:
        spans = [(0, 1)]
    scale = cases.sum() / people.sum()
    if model == "permutation":
        weights = cases.sum(1)
        measures = np.outer(cases.sum(1), cases.sum(0)) / cases.sum()
    else:
        weights, measures = people.sum(1), people * scale
    best = plain_scan(
        x, y, cases, measures, weights=weights, share=share, spans=spans, fewest=fewest,
        bernoulli=scale if model == "bernoulli" else None,
    )  # fmt: skip
    found = scan(
        x, y, cases, model=model, population=None if model == "permutation" else people,
        max_share=share, min_cases=fewest, alive=alive, replicates=0,
    )  # fmt: skip
    assert (found.clusters[0].llr if found.clusters else 0) == pytest.approx(
        best, rel=1e-9, abs=1e-12
    )
    assert all(one.p is None for one in found.clusters)
    told = [one.llr for one in found.clusters]
    assert all(one >= other * (1 - 1e-9) for one, other in pairwise(told))
