"""Does the watch claim as seldom as it promises, and how much does it still find?

Made-up cities in which nothing happened, counted as the product counts, judged by the product's
own functions and rules; then the same with a doubling of a place of mean 20. Beside each, what the
test of pure chance (Poisson, single calls independent) does. Scenarios: pure chance; variance over
mean 1.2 to 3; calls in batches; towns with seasons of their own; levels that drift.

`ANMIN_BENCH_FAMILIES` (default 200) and `ANMIN_BENCH_NIGHTS` (default 100) say how often; the
error of a share told is the Monte Carlo one. `python -m bench.calibration scan` does one part.
"""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import date
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from anmin.config import console

type Counts = NDArray[np.int64]
type Draw = Callable[[NDArray[np.float64]], Counts]

FAMILIES = int(os.environ.get("ANMIN_BENCH_FAMILIES", "200"))
NIGHTS = int(os.environ.get("ANMIN_BENCH_NIGHTS", "100"))
PLACES, MEAN, DOUBLED = 400, 50, 20.0
SEED = 20261129


def chance(rng: np.random.Generator) -> Draw:
    """Poisson."""
    return lambda mean: rng.poisson(mean)


def scattered(rng: np.random.Generator, ratio: float) -> Draw:
    """Negative binomial with so much variance over the mean."""
    return lambda mean: rng.negative_binomial(np.maximum(mean / (ratio - 1), 1e-9), 1 / ratio)


def batches(rng: np.random.Generator, size: float) -> Draw:
    """Several calls about one event, geometric with this mean; nobody joins them."""

    def draw(mean: NDArray[np.float64]) -> Counts:
        events = rng.poisson(mean / size)
        return events + rng.negative_binomial(np.maximum(events, 1), 1 / size) * (events > 0)

    return draw


def drifting(rng: np.random.Generator, spread: float) -> Draw:
    """A level of its own in each period."""
    return lambda mean: rng.poisson(mean * np.exp(rng.normal(-(spread**2) / 2, spread, mean.shape)))


SCENARIOS: dict[str, Callable[[np.random.Generator], Draw]] = {
    "Poisson": chance,
    "variance/mean 1.2": lambda rng: scattered(rng, 1.2),
    "variance/mean 1.5": lambda rng: scattered(rng, 1.5),
    "variance/mean 2": lambda rng: scattered(rng, 2),
    "variance/mean 3": lambda rng: scattered(rng, 3),
    "batches of 1.4": lambda rng: batches(rng, 1.4),
    "levels drift by 0.2": lambda rng: drifting(rng, 0.2),
}


def told(name: str, scenario: str, promised: float, found: list[bool], uncorrected: list[bool],
         power: list[bool], power_uncorrected: list[bool]) -> None:  # fmt: skip
    """One line: false claims against the promise, and power, each beside the uncorrected test."""
    share = float(np.mean(found))
    error = sqrt(max(promised * (1 - promised), 1e-9) / len(found))
    verdict = "holds" if share <= promised + 2 * error else "MISSES"
    print(
        f"{name:14} {scenario:20} promised {promised:6.4f}  false {share:6.4f} ± {error:.4f} "
        f"({verdict}; uncorrected {np.mean(uncorrected):6.4f})  "
        f"power {np.mean(power):5.3f} (uncorrected {np.mean(power_uncorrected):5.3f})",
        flush=True,
    )


def families() -> Iterator[tuple[str, np.random.Generator, Draw]]:
    """Each scenario with a generator of its own."""
    for name, make in SCENARIOS.items():
        rng = np.random.default_rng(SEED)
        yield name, rng, make(rng)


def year_on_year() -> None:
    """400 places of mean 50 (gamma) against last year; false: a family with any signal."""
    from anmin.stats import compare_many
    from anmin.watch.comparing import judged_pairs
    from anmin.watch.periods import Period, rule

    now = Period(date(2026, 7, 14), date(2026, 11, 10))
    earlier, fdr = now.year_before(), rule("measures.false_signals").share
    level = rule("measures.confidence").share
    for name, rng, draw in families():
        alarms: list[list[bool]] = [[], [], [], []]
        for _family in range(FAMILIES):
            means = rng.gamma(2, MEAN / 2, PLACES)
            this, last = draw(means), draw(means)
            for at, doubled in ((0, False), (2, True)):
                if doubled:
                    this, last = (
                        np.append(this, draw(np.array([2 * DOUBLED]))),
                        np.append(last, draw(np.array([DOUBLED]))),
                    )
                counts = {
                    (f"{n:09}", "noise"): [int(x), int(y), int(x), int(y)]
                    for n, (x, y) in enumerate(zip(this, last, strict=True))
                }
                judged = judged_pairs(counts, ("area", "category"), now, earlier, fdr, level)
                assert judged is not None
                pure = compare_many(this, last, fdr=fdr, scatter="none")
                for place, one in ((at, judged), (at + 1, pure)):
                    signal = one.verdict == "signal"
                    alarms[place].append(bool(signal[-1] if doubled else signal.any()))
        told("year on year", name, fdr, *alarms)


def baselines() -> None:
    """Series of weeks, 30 of them or five years; false: a series above its limit in a calm week."""
    from anmin.stats import Control, farrington
    from anmin.stats.scatter import CHANCE
    from anmin.watch.baselines import AROUND, PERIODS, limits_of, scatter_of
    from anmin.watch.periods import rule

    level = rule("watch.alarm_level").share
    control = Control(b=4, w=AROUND, no_periods=PERIODS, alpha=level)
    for weeks, years in ((30, 0), (52 * 5 + 5, 4)):
        for name, rng, draw in families():
            means = np.append(rng.gamma(1, 8, 1500) + 0.2, np.full(300, DOUBLED))
            season = 1 + 0.3 * np.sin(
                2 * np.pi * (np.arange(weeks) / 52 + rng.random((len(means), 1)))
            ) * (years > 0)
            counts = draw(means[:, None] * season).astype(float)
            twice = draw(2 * means * np.broadcast_to(season, counts.shape)[:, -1])
            scatter = CHANCE if years else scatter_of(counts)
            upper = limits_of(counts, weeks - 1, years, scatter)[1][:, -1]
            plain = (
                farrington(counts, [weeks - 1], control=control).upperbound[:, -1]
                if years
                else limits_of(counts, weeks - 1, 0, CHANCE)[1][:, -1]
            )
            told(
                "baseline 5 y" if years else "baseline 30 w", name, level,
                (counts[:, -1] > upper).tolist(), (counts[:, -1] > plain).tolist(),
                (twice > upper)[-300:].tolist(), (twice > plain)[-300:].tolist(),
            )  # fmt: skip


def index() -> None:
    """A month against the twelve before; false: limits of the ratio that leave "no change" out."""
    from datetime import UTC, datetime

    from anmin.measures.figures import Counted
    from anmin.measures.queries import Tally
    from anmin.stats import compare
    from anmin.watch.index import of_counts
    from anmin.watch.periods import month_of, months_before, rule

    month, before = "2026-10", months_before("2026-10", 12)
    days = {name: month_of(name).days for name in (month, *before)}
    promised = 1 - rule("measures.confidence").share
    for name, rng, draw in families():
        alarms: list[list[bool]] = [[], [], [], []]
        for _family in range(max(1, FAMILIES // 20)):
            means = np.append(rng.gamma(2, 10, 100), np.full(20, DOUBLED))
            for at, times in ((0, 1.0), (2, 2.0)):
                drawn = {
                    one: draw(means * n / 30 * (times if one == month else 1))
                    for one, n in days.items()
                }
                cells = {
                    (f"{place:09}", one): Counted(float(count), int(count), int(count))
                    for one, counts in drawn.items()
                    for place, count in enumerate(counts)
                }
                seen = Tally(cells, datetime.now(UTC), 1)
                parts = dict(of_counts("incidents", seen, month, before))
                past = sum(drawn[one] for one in before)
                pure = compare(drawn[month], past, days[month], sum(days[one] for one in before))
                for place in range(100 if times > 1 else 0, 120 if times > 1 else 100):
                    part = parts[f"{place:09}"]
                    if part.low is None:
                        continue
                    alarms[at].append(not part.low <= 1 <= (part.high or np.inf))
                    alarms[at + 1].append(bool(not pure.low[place] <= 1 <= pure.high[place]))
        told("index", name, promised, *alarms)


def morning() -> None:
    """A day against the same weekday of eight weeks; false: a day called more or less than usual."""
    from anmin.measures.comparing import scatters_of
    from anmin.stats import compare_many
    from anmin.watch.periods import rule

    promised, weeks = 1 - rule("measures.confidence").share, rule("measures.usual_weeks").number
    for name, _rng, draw in families():
        alarms: list[list[bool]] = [[], [], [], []]
        for _day in range(FAMILIES * 10):
            past = draw(np.full((7, weeks), DOUBLED)).astype(float)
            scatter = scatters_of([], {(): past})[0]
            for at, times in ((0, 1.0), (2, 2.0)):
                count = draw(np.array([times * DOUBLED]))
                for place, given in ((at, scatter), (at + 1, "none")):
                    found = compare_many(count, [past[0].sum()], exposure_last=weeks, scatter=given)
                    alarms[place].append(bool(found.p[0] < promised))
        told("morning page", name, promised, *alarms)


def scan() -> None:
    """150 places in 8 towns, 90 days, 20 reports a day; false: a night with a claim at 1 %."""
    from anmin.stats import scan as scanned
    from anmin.watch.periods import rule

    level, days = rule("watch.scan_level").share, rule("watch.scan_days").number
    rng = np.random.default_rng(SEED)
    centres, town = rng.uniform(0, 40, (8, 2)), rng.integers(0, 8, 150)
    where = centres[town] + rng.normal(size=(150, 2)) * 2.5
    busy = rng.gamma(1.2, 1, 150)
    busy *= 20 / busy.sum()
    rates = busy[:, None] * np.array([1, 1, 1, 1, 1.1, 1.3, 1.2])[np.arange(days) % 7]
    order = np.argsort(((where - where[np.argmax(busy)]) ** 2).sum(axis=1))
    fortnight = rates[order, -14:].sum(axis=1).cumsum()
    near = order[: int(np.searchsorted(fortnight, DOUBLED)) + 1]

    def seasons(mean: NDArray[np.float64]) -> NDArray[np.float64]:
        phase = rng.uniform(0, 2 * np.pi, 8)[town][:, None]
        return mean * (1 + 0.3 * np.sin(2 * np.pi * np.arange(days) / 180 + phase))

    def levels(mean: NDArray[np.float64]) -> NDArray[np.float64]:
        weeks = days // 7 + 1
        drift = np.zeros((150, weeks))
        drift[:, 0] = rng.normal(size=150) * 0.3
        for week in range(1, weeks):
            drift[:, week] = 0.8 * drift[:, week - 1] + rng.normal(size=150) * 0.18
        return mean * np.exp(drift[:, np.arange(days) // 7] - 0.045)

    kinds: dict[str, tuple[Draw, Callable[[NDArray[np.float64]], NDArray[np.float64]]]] = {
        "Poisson": (chance(rng), lambda mean: mean),
        "batches of 1.1": (batches(rng, 1.1), lambda mean: mean),
        "batches of 1.4": (batches(rng, 1.4), lambda mean: mean),
        "variance/mean 1.5": (scattered(rng, 1.5), lambda mean: mean),
        "variance/mean 3": (scattered(rng, 3), lambda mean: mean),
        "towns' own seasons": (chance(rng), seasons),
        "levels drift by 0.3": (chance(rng), levels),
    }

    def claimed(counts: Counts, night: int, scatter: str) -> bool:
        kept = counts.sum(axis=1) > 0
        found = scanned(
            where[kept, 0], where[kept, 1], counts[kept], model="permutation", alive=True,
            time_window=(1, rule("watch.scan_longest").number),
            max_share=rule("watch.scan_share").share, min_cases=rule("watch.scan_least").number,
            most=1, replicates=rule("watch.scan_replicates").number, seed=night,
            groups=town[kept], scatter="data" if scatter == "data" else "none", threads=1,
        )  # fmt: skip
        return bool(found.clusters and (found.clusters[0].p or 1) <= level)

    for name, (draw, shape) in kinds.items():
        alarms: list[list[bool]] = [[], [], [], []]
        for night in range(NIGHTS):
            calm = draw(shape(rates))
            alarms[0].append(claimed(calm, night, "data"))
            alarms[1].append(claimed(calm, night, "none"))
            if night % 2 == 0:
                more = rates.copy()  # a few places of mean 20 in a fortnight, doubled
                more[near, -14:] *= 2
                hot = draw(shape(more))
                alarms[2].append(claimed(hot, night, "data"))
                alarms[3].append(claimed(hot, night, "none"))
        told("nightly scan", name, level, *alarms)


def few_clusters() -> None:
    """Shares from five clusters of thirty: how often the 95 % interval covers."""
    from anmin.stats import Design, Margin, mean, proportion, rake

    rng = np.random.default_rng(SEED)
    clusters = np.repeat(np.arange(5), 30)
    design = Design.of(weights=np.ones(150), clusters=clusters)
    for true, alike in ((0.03, 0.3), (0.03, 0.1), (0.2, 0.1), (0.97, 0.3)):
        times, covered, none = (1 - alike) / alike, [], []
        for _sample in range(FAMILIES * 5):
            own = rng.beta(true * times, (1 - true) * times, 5)
            y = (rng.random(150) < own[clusters]).astype(float)
            found = proportion(design, y, method="beta")
            covered.append(bool(found.low[0] <= true <= found.high[0]))
            if y.min() == y.max():
                none.append(covered[-1])
        print(
            f"share {true} of 5 clusters, likeness {alike}: covered {np.mean(covered):.3f}; "
            f"where all said the same {np.mean(none) if none else float('nan'):.3f} ({len(none)})",
            flush=True,
        )
    people = rng.normal(size=(600, 1)) * 0.5 + np.zeros((600, 40))
    age = np.clip((rng.normal(size=people.shape) * 1.2 + people * 0.5 + 2), 0, 4.99).astype(int)
    y_all = people + 0.4 * age + rng.normal(size=people.shape)
    totals = {k: float((age == k).sum()) for k in range(5)}
    for number in (8, 15, 30):
        covered_by: dict[str, list[bool]] = {"linearised": [], "jackknife": []}
        for _sample in range(FAMILIES):
            drawn = rng.choice(600, number, replace=False)
            rows = [rng.choice(40, 12, replace=False) for _cluster in drawn]
            y = np.concatenate([y_all[c, r] for c, r in zip(drawn, rows, strict=True)])
            ages = np.concatenate([age[c, r] for c, r in zip(drawn, rows, strict=True)])
            if len(np.unique(ages)) < 5:
                continue
            raked = rake(
                Design.of(
                    weights=np.exp(rng.normal(size=len(y)) * 0.4) * 50,
                    clusters=np.repeat(np.arange(number), 12),
                ),
                [Margin("age", ages, totals)],
            )
            for errors, hits in covered_by.items():
                found = mean(raked, y, errors=errors)  # type: ignore[arg-type]
                hits.append(bool(found.low[0] <= y_all.mean() <= found.high[0]))
        told_of = ", ".join(f"{one} {np.mean(hits):.3f}" for one, hits in covered_by.items())
        print(f"raked mean of {number} clusters, 95 % intervals cover: {told_of}", flush=True)


PARTS = {
    "year": year_on_year,
    "baselines": baselines,
    "index": index,
    "morning": morning,
    "few": few_clusters,
    "scan": scan,
}


def main() -> None:
    """Every part, or those named."""
    console.boot()
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main()
