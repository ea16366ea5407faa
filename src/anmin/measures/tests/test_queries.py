"""Figures agree with a count by hand, and each says what it rests on."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Event, Thread

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as speed
from hypothesis import strategies as some

from anmin.kernel.errors import NotFound, Refusal, Unavailable
from anmin.measures.columns import Column, ColumnType
from anmin.measures.figures import Part
from anmin.measures.lake import refresh
from anmin.measures.manifest import Manifest, lake_folder
from anmin.measures.queries import records, show, show_many, tally
from anmin.measures.tests.calls import APRIL, CALLS, MARCH, at, call, create, group, put
from anmin.stats.intervals import poisson, wilson


def test_a_share_with_all_that_belongs_to_it(quarter):
    result = show("satisfaction")
    low, high = wilson(118, 154)
    assert result.rows == [result.total]
    assert result.sums == []
    assert result.total.as_dict() == {
        "numerator": 118, "denominator": 154, "value": 118 / 154, "low": low, "high": high,
        "suppressed": False, "bounds": [118 / 167, (118 + 13) / 167],
    }  # fmt: skip
    assert (result.cutoff, result.revision) == (quarter.cutoff, quarter.revision)


def test_by_unit_and_month_with_the_sums(quarter):
    result = show("satisfaction", by=["unit", "month"])
    rows = {(f.dimensions["unit"], f.dimensions["month"]): f for f in result.rows}
    assert list(rows) == [("A", "2026-03"), ("A", "2026-04"), ("B", "2026-03"), ("B", "2026-04"),
                          ("C", "2026-04"), (None, "2026-04")]  # fmt: skip
    assert (rows["A", "2026-04"].numerator, rows["A", "2026-04"].denominator) == (50, 55)
    sums = {tuple(f.dimensions.items()): f.denominator for f in result.sums}
    assert sums[("month", "2026-03"),] == 52
    assert sums[("unit", "A"),] == 95
    assert sums[("unit", "C"),] is None


def test_a_small_cell_hides_all_its_numbers_and_takes_one_with_it(quarter):
    rows = {f.dimensions["unit"]: f for f in show("satisfaction", by=["unit"]).rows}
    assert rows["C"].as_dict() == {
        "unit": "C", "numerator": None, "denominator": None, "value": None, "low": None,
        "high": None, "suppressed": True,
    }  # fmt: skip
    assert [unit for unit, figure in rows.items() if figure.suppressed] == ["C", None]


def test_a_weighted_mean(quarter):
    total = show("weighted", filters={"unit": "B", "month": "2026-03"}).total
    assert (total.numerator, total.denominator, total.value) == (9.0, 12, 0.75)
    assert (total.low, total.high) == wilson(9, 12)
    assert total.bounds is None


def test_a_count_is_shown_however_small(quarter):
    rows = {f.dimensions["unit"]: f for f in show("number", by=["unit"]).rows}
    low, high = poisson(3)
    assert rows["C"].as_dict() == {
        "unit": "C", "numerator": 3, "denominator": None, "value": 3, "low": low, "high": high,
        "suppressed": False,
    }  # fmt: skip


def test_an_expression_knows_the_cutoff(table_inside):
    soon, past = timezone.now() + timedelta(hours=1), timezone.now() - timedelta(hours=1)
    put(
        call(1, MARCH, due_at=past, replied=True),
        call(2, MARCH, due_at=past),
        call(3, MARCH, due_at=soon),
    )
    refresh()
    total = show("in_time").total
    assert (total.numerator, total.denominator) == (1, 2), "not yet due is not yet late"


def test_days_are_local_and_both_included(table_inside):
    put(
        call(1, at("2026-03-30 15:59:59")),  # 30 March in Shanghai, the last second
        call(2, at("2026-03-30 16:00:00")),  # 31 March, the first
        call(3, at("2026-03-31 15:59:59.999999")),
        call(4, at("2026-03-31 16:00:00")),  # 1 April
    )
    refresh()
    last_of_march = date(2026, 3, 31)
    assert show("number", start=last_of_march, end=last_of_march).total.value == 2
    assert show("number", start=last_of_march).total.value == 3
    assert show("number", end=last_of_march).total.value == 3


def test_a_table_by_date_is_cut_by_date(table_inside, declared):
    declared.tables["calls"] = replace(CALLS, month="day", changed=lambda cursor: (None, None))
    put(*(call(n, MARCH, day=date(2026, 3, n)) for n in range(1, 31)))
    refresh()
    assert show("number", start=date(2026, 3, 5), end=date(2026, 3, 7)).total.value == 3
    assert [f.dimensions for f in show("number", by=["month"]).rows] == [{"month": "2026-03"}]


def test_filters_and_scope(quarter):
    assert show("number", filters={"unit": ["A", "B"], "month": "2026-03"}).total.value == 60
    assert show("number", filters={"unit": None}).total.value == 14
    assert show("number", filters={"unit": ["C", None]}).total.value == 17
    assert show("number", scope={"unit": {"B"}}, by=["unit"]).rows[0].value == 50
    assert show("number", scope={"unit": set()}).total.value == 0
    assert show("number", scope={"id": range(3)}).total.value == 3


def test_many_at_once_are_the_same_as_one_by_one(quarter):
    keys = ["weighted", "number", "satisfaction"]
    many = show_many(keys, by=["unit"])
    assert list(many) == keys
    assert many == {key: show(key, by=["unit"]) for key in keys}


def test_the_records_behind_a_figure(quarter):
    cell = {"unit": "B", "month": "2026-03"}
    assert records("satisfaction", cell, Part.NUMERATOR).keys == [*range(200, 210)]
    assert records("satisfaction", cell, Part.REST).keys == [210, 211]
    assert records("satisfaction", cell, Part.DENOMINATOR).keys == [*range(200, 212)]
    assert records("satisfaction", cell, Part.SILENT).keys == [*range(212, 220)]
    assert records("satisfaction", cell, Part.SILENT, scope={"unit": {"A"}}).keys == []
    assert records("number", {"unit": None}).keys == [*range(500, 514)]
    assert records("weighted", cell, Part.REST).keys == [*range(200, 212, 2)]


def test_records_come_in_pages(quarter):
    first = records("number", {"unit": "A"}, limit=70)
    second = records("number", {"unit": "A"}, limit=70, after=first.after)
    assert (first.after, second.after) == (129, None)
    assert first.keys + second.keys == [*range(40), *range(100, 160)]


def test_an_empty_lake_gives_nothing_of_nothing(table_inside):
    refresh()
    share, count = show("satisfaction", by=["unit"]), show("number").total
    assert share.rows == []
    assert (share.total.value, share.total.denominator, share.total.suppressed) == (None, 0, False)
    assert (count.value, count.low) == (0, 0)
    assert records("number").keys == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"by": ["colour"]}, "number has no dimension colour; it has: unit, category, month"),
        ({"by": ["unit", "unit"]}, "named twice"),
        ({"filters": {"id": 3}}, "no dimension id"),
    ],
)
def test_what_cannot_be_asked_is_refused(quarter, arguments, reason):
    with pytest.raises(Refusal, match=reason):
        show("number", **arguments)


def test_what_is_not_there_is_said(table_inside, declared):
    with pytest.raises(NotFound):
        show("morale")
    with pytest.raises(NotFound):
        show("number", engine="abacus")
    with pytest.raises(Unavailable, match="no figures yet"):
        show("number")
    refresh()
    columns = {**CALLS.columns, "change": Column(ColumnType.INTEGER, "")}
    declared.tables["calls"] = replace(CALLS, columns=columns)
    with pytest.raises(Unavailable, match="newer than the figures"):
        show("number")


def test_missing_files_are_said(quarter):
    for path in lake_folder().glob("calls/*/*.parquet"):
        path.unlink()
    with pytest.raises(Unavailable, match="missing"):
        show("number")


def test_a_reader_never_sees_half_a_refresh(table):
    """Both months change together; each reading finds both as they were, or both as they are."""
    put(*group(0, 50, MARCH), *group(100, 50, APRIL))
    refresh()
    seen, faults = Counter(), []
    everybody_has_read, last_refresh = Barrier(4, timeout=60), Event()

    def look():
        seen[tuple(f.value for f in show("number", by=["month"]).rows)] += 1

    def read():
        try:
            look()
            everybody_has_read.wait()
            while not last_refresh.is_set():
                look()
            look()
        except BaseException as fault:
            faults.append(fault)

    readers = [Thread(target=read) for _reader in range(3)]
    for reader in readers:
        reader.start()
    everybody_has_read.wait()
    for number in range(200, 220, 2):
        put(call(number, MARCH), call(number + 1, APRIL))
        refresh()
    last_refresh.set()
    for reader in readers:
        reader.join()
    assert faults == []
    assert all(march == april for march, april in seen), seen
    assert {(50, 50), (60, 60)} <= set(seen)


facts = some.fixed_dictionaries(
    {
        "unit": some.sampled_from(["A", "B", "C", None]),
        "category": some.sampled_from(["theft", "fraud", None]),
        "opened_at": some.datetimes(at("2026-01-01").replace(tzinfo=None), at("2026-05-31").replace(tzinfo=None)).map(
            lambda moment: moment.replace(tzinfo=at("2026-01-01").tzinfo)
        ),
        "asked": some.sampled_from([True, False, None]),
        "replied": some.sampled_from([True, False, None]),
        "satisfied": some.sampled_from([True, False, None]),
        "score": some.sampled_from([0.0, 0.5, 1.0, None]),
    }
)  # fmt: skip
small = {"max_examples": 25, "deadline": None,
         "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}  # fmt: skip
dimensions = some.lists(some.sampled_from(["unit", "category", "month"]), unique=True)


def by_hand(rows, by):
    """The cells of satisfaction, weighted and number, counted without any engine."""
    cells = {}
    for row in rows:
        month = f"{row['opened_at'] + timedelta(hours=8):%Y-%m}"
        cell = cells.setdefault(tuple({**row, "month": month}[name] for name in by), Counter())
        if row["replied"]:
            cell["replied"] += 1
            cell["satisfied"] += row["satisfied"] is True
            cell["scored"] += row["score"] is not None
            cell["score"] += row["score"] or 0
        cell["asked"] += row["asked"] is True
        cell["frame"] += row["asked"] is True or row["replied"] is True
    return cells


@speed(**small)
@given(some.lists(facts, max_size=80), dimensions)
def test_figures_agree_with_a_count_by_hand(declared, db, settings, rows, by):
    create()
    put(*({**row, "id": number} for number, row in enumerate(rows)))
    refresh(full=True)
    cells = by_hand(rows, by)
    results = show_many(["satisfaction", "weighted", "number"], by=by)
    for result in results.values():
        found = {
            tuple(figure.dimensions.get(name) for name in by): figure for figure in result.rows
        }
        assert found.keys() == (cells.keys() if rows or by else {()})
        for key, cell in cells.items():
            figure = found[key]
            if figure.suppressed:
                continue
            expected = {
                "satisfaction": (cell["satisfied"], cell["replied"]),
                "weighted": (cell["score"], cell["scored"]),
                "number": (cell["asked"], None),
            }[result.indicator.key]
            assert (figure.numerator, figure.denominator) == expected
            if figure.denominator:
                assert 0 <= figure.numerator <= figure.denominator
                assert figure.low <= figure.value <= figure.high
            if figure.bounds:
                low, high = figure.bounds
                silent = cell["frame"] - cell["replied"]
                assert low == cell["satisfied"] / cell["frame"]
                assert high == (cell["satisfied"] + silent) / cell["frame"]
        shown = [figure for figure in result.rows if not figure.suppressed]
        if len(shown) == len(result.rows) and not result.total.suppressed:
            assert sum(figure.numerator for figure in shown) == result.total.numerator
            assert sum(figure.denominator or 0 for figure in shown) == (
                result.total.denominator or 0
            )


@speed(**small)
@given(some.lists(facts, min_size=30, max_size=80), some.permutations(["unit", "category", "month"]),
       some.randoms(use_true_random=False))  # fmt: skip
def test_neither_the_order_of_records_nor_of_dimensions_matters(declared, db, rows, by, random):
    numbered = [{**row, "id": number} for number, row in enumerate(rows)]

    def figures(records, dimensions):
        create()
        put(*records)
        refresh(full=True)
        return {
            (key, frozenset(figure.dimensions.items())): replace(figure, dimensions={})
            for key, result in show_many(["satisfaction", "weighted"], by=dimensions).items()
            for figure in (*result.rows, *result.sums)
        }

    expected = figures(numbered, ["category", "month", "unit"])
    random.shuffle(numbered)
    assert figures(numbered, by) == expected


def test_files_that_vanish_while_read_are_read_again(quarter, monkeypatch):
    """A refresh replaced the files between the manifest and the reading."""
    stale, read = Manifest.read(), Manifest.read
    answers = iter([stale.model_copy(update={"revision": 0, "tables": {
        "calls": stale.tables["calls"].model_copy(update={"months": {
            "2026-03": stale.tables["calls"].months["2026-03"].model_copy(
                update={"files": ("calls/month=2026-03/part-000000.parquet",)})}})}})])  # fmt: skip
    monkeypatch.setattr(Manifest, "read", lambda: next(answers, None) or read())
    assert show("number").total.value == 167


def test_a_tally_counts_by_day_what_an_office_does_and_nothing_of_what_people_answered(
    table_inside,
):
    put(
        *group(0, 3, at("2026-03-31 15:59"), unit="A"),  # 23:59 in China
        *group(10, 2, at("2026-03-31 16:00"), unit="A"),
        *group(20, 1, APRIL, unit=None),
    )
    manifest = refresh().manifest
    found = tally("number", ("unit", "date"))
    assert {key: cell.numerator for key, cell in found.cells.items()} == {
        ("A", "2026-03-31"): 3,
        ("A", "2026-04-01"): 2,
        (None, "2026-04-10"): 1,
    }
    assert found.revision == manifest.revision
    assert tally("number", (), date(2026, 4, 1)).cells[()].numerator == 3
    with pytest.raises(Refusal):
        tally("satisfaction", ("unit",))
