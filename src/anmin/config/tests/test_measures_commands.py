"""`anmin measures` as people and programs use it."""

import json
from types import SimpleNamespace

import pytest

from anmin.config.command import run
from anmin.config.commands import measures
from anmin.measures.tests.calls import at, call, put
from anmin.measures.tests.conftest import declared, table_inside  # noqa: F401 - fixtures

MARCH = at("2026-03-10 01:00")


@pytest.fixture
def told(capsys, monkeypatch):
    """Run a command in English; its exit status, standard output and standard error."""
    monkeypatch.setenv("LANG", "en")
    monkeypatch.delenv("LC_ALL", raising=False)

    def call_it(*args):
        status = run(["measures", *args])
        out, err = capsys.readouterr()
        return status, out, err

    return call_it


def test_refresh_list_and_show(table_inside, told):  # noqa: F811
    put(*(call(n, MARCH, replied=True, satisfied=n < 15) for n in range(20)))
    status, out, _err = told("refresh", "--json")
    done = json.loads(out)
    assert (status, done["revision"], done["rows"], done["months"]) == (
        0,
        1,
        20,
        {"calls": ["2026-03"]},
    )
    status, out, _err = told("list", "--json")
    listed = {one["key"]: one for one in json.loads(out)["indicators"]}
    assert listed["satisfaction"]["dimensions"] == ["unit", "category", "month"]
    status, out, _err = told(
        "show", "satisfaction", "--by", "unit,month", "--from", "2026-03-01", "--json"
    )
    shown = json.loads(out)
    (row,) = shown["rows"]
    assert (row["unit"], row["month"], row["numerator"], row["denominator"]) == (
        "A",
        "2026-03",
        15,
        20,
    )
    assert row["low"] < row["value"] == 0.75 < row["high"]
    assert row["suppressed"] is False
    assert shown["total"]["numerator"] == 15
    assert shown["cutoff"] == done["cutoff"]
    status, out, _err = told("show", "satisfaction", "--by", "unit", "--to", "2026-02-28", "--json")
    assert (status, json.loads(out)["rows"]) == (0, [])


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ((12.5, 40, 0.3125), "12.5 / 40"),
        ((1 / 3, 7, 1 / 21), "0.3 / 7"),
        ((15.0, 20, 0.75), "15 / 20"),
    ],
)
def test_counts_are_rounded_as_on_the_desk(told, shown):
    numerator, denominator, value = told
    figure = SimpleNamespace(
        suppressed=False,
        value=value,
        low=0.1,
        high=0.9,
        numerator=numerator,
        denominator=denominator,
    )
    assert measures._cells(figure)[2] == shown
    figure.denominator, figure.value = None, 2 / 3
    assert measures._cells(figure)[0] == "0.7"


def test_figures_for_people(table_inside, told):  # noqa: F811
    put(
        *(
            call(n, MARCH, replied=True, satisfied=n < 15, unit="A" if n < 18 else "B")
            for n in range(38)
        )
    )
    told("refresh")
    status, out, _err = told("show", "satisfaction", "--by", "unit")
    assert status == 0
    assert "A      83.33%  60.8%–94.2%  15 / 18" in out
    assert "15 / 38" in out
    assert out.splitlines()[-1].startswith("As of 20")
    status, out, _err = told("show", "number")
    assert "38     26.9–52.2\n" in out


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["show", "morale"], "no indicator morale"),
        (["show", "number", "--by", "colour"], "no dimension colour"),
        (["show", "number"], "no figures yet"),
        (["refresh", "--engine", "abacus"], "no engine abacus"),
    ],
)
def test_a_refusal_is_one_line(table_inside, told, args, reason):  # noqa: F811
    status, out, err = told(*args)
    assert (status, out) == (1, "")
    assert reason in err
    assert err.count("\n") == 1


def test_a_wrong_day_is_wrong_usage(table_inside, told):  # noqa: F811
    assert told("show", "number", "--from", "soon")[0] == 2
