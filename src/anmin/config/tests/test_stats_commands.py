"""`anmin stats`: exact answers, and no database in sight."""

import json
import subprocess
import sys
from datetime import date, timedelta

import pytest

from anmin.config.command import run


@pytest.fixture
def told(capsys):
    """Run a command; its exit status, standard output and standard error."""

    def call_it(*args):
        status = run(["stats", *args])
        out, err = capsys.readouterr()
        return status, out, err

    return call_it


def test_the_thefts_of_the_source(told):
    status, out, _err = told("compare", "--this", "12", "--last", "9", "--json")
    found = json.loads(out)
    assert status == 0
    assert {name: round(value, 4) for name, value in found.items()} == {
        "ratio": 1.3333, "low": 0.5156, "high": 3.583, "low_mid": 0.5563, "high_mid": 3.2895,
        "p_minlike": 0.6636, "p_central": 0.6636, "p_mid": 0.5235,
    }  # fmt: skip


def test_exposures_and_what_has_no_limit(told):
    _status, out, _err = told(
        "compare", "--this", "5", "--last", "0", "--exposure-this", "2", "--json"
    )
    found = json.loads(out)
    assert (found["ratio"], found["high"]) == (None, None)
    assert found["low"] == pytest.approx(0.91635585731546 / 2, rel=1e-8)


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [("wilson", 0.0061, 0.1718), ("clopper-pearson", 0.0009, 0.1776), ("mid-p", 0.0017, 0.1585)],
)
def test_an_interval(told, method, low, high):
    _status, out, _err = told("interval", "--count", "1", "--n", "29", "--method", method, "--json")
    found = json.loads(out)
    assert found["value"] == 1 / 29
    assert (round(found["low"], 4), round(found["high"], 4)) == (low, high)


def test_for_people(told):
    assert (
        told("interval", "--count", "391", "--n", "400")[1] == "97.7500% (95.7797% to 98.8118%)\n"
    )
    assert "exact interval 0.5156 to 3.583" in told("compare", "--this", "12", "--last", "9")[1]


@pytest.mark.parametrize(
    ("args", "status", "reason"),
    [
        (["interval", "--count", "5", "--n", "4"], 1, "anmin: count must not be more than n\n"),
        (["interval", "--count", "0", "--n", "0"], 1, "anmin: n must be at least 1\n"),
        (
            ["compare", "--this", "1.5", "--last", "2"],
            1,
            "anmin: this must be a whole number from 0",
        ),
        (["compare", "--this", "many", "--last", "2"], 2, "Usage"),
        (["interval", "--count", "1"], 2, "Usage"),
    ],
)
def test_bad_input_is_told_in_words(told, args, status, reason):
    found, out, err = told(*args)
    assert (found, out) == (status, "")
    assert err.startswith(reason)


def test_the_library_works_without_django():
    """Nothing of Django is loaded by `anmin stats`."""
    code = (
        "import sys; from anmin.config.command import run\n"
        "assert run(['stats', 'compare', '--this', '12', '--last', '9']) == 0\n"
        "assert not [name for name in sys.modules if name.split('.')[0] == 'django'], 'django'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)


def test_many_comparisons_from_a_file(told, tmp_path):
    file = tmp_path / "towns.csv"
    file.write_text("town,this,last,days\n陶山镇,60,20,30\n马屿镇,12,9,30\n湖岭镇,1,0,31\n")
    columns = ["--id", "town", "--this", "this", "--last", "last", "--exposure-this", "days"]
    status, out, err = told(
        "compare-many", str(file), *columns, "--exposure-last", "days", "--json"
    )
    found = json.loads(out)
    assert (status, err, found["signals"]) == (0, "", 1)
    assert [(row["id"], row["verdict"]) for row in found["rows"]] == [
        ("陶山镇", "signal"), ("马屿镇", "may be chance"), ("湖岭镇", "too few to say"),
    ]  # fmt: skip
    assert found["rows"][2]["ratio"] is None
    assert list(found["rows"][0]) == [
        "id", "ratio", "low", "high", "low_mid", "high_mid",
        "p_minlike", "p_central", "p_mid", "q", "verdict",
        "scatter", "p_scatter", "low_scatter", "high_scatter",
    ]  # fmt: skip
    status, out, _err = told("compare-many", str(file), *columns[:-2])
    assert (status, out.splitlines()[-1]) == (0, "signals 1")


def test_a_file_with_missing_cells(told, tmp_path):
    file = tmp_path / "towns.csv"
    file.write_text("town,this,last\na,60,20\nb,NA,9\nc,5,5\n")
    command = ["compare-many", str(file), "--id", "town", "--this", "this", "--last", "last"]
    assert told(*command) == (
        1, "", "anmin: line 3: this is missing (leave such rows out with --na drop)\n",
    )  # fmt: skip
    status, out, err = told(*command, "--na", "drop", "--json")
    assert (status, err) == (0, "1 rows with a missing cell were left out\n")
    assert json.loads(out)["dropped"] == 1
    assert told(*command[:-1], "late")[2] == (
        "anmin: line 1: there is no column late; the columns are town, this, last\n"
    )
    assert told("compare-many", str(tmp_path / "none.csv"), *command[2:])[0] == 1
    file.write_text("town,this,last\na,60,20\nb,-1,9\n")
    assert told(*command) == (1, "", "anmin: line 3: this must be a whole number from 0\n")


@pytest.fixture
def weeks(tmp_path):
    """Six years of weeks, the last of which has an outbreak."""
    file = tmp_path / "weeks.csv"
    counts = [3 + (7 * week) % 5 for week in range(320)]
    counts[-1] = 30
    monday = date(2020, 1, 6)
    lines = [f"{i + 1},{monday + timedelta(7 * i)},{count}" for i, count in enumerate(counts)]
    file.write_text("t,week,cases\n" + "\n".join(lines) + "\n")
    return str(file)


def test_an_outbreak_stands_out(told, weeks):
    numbered = ["--time", "t", "--count", "cases", "--from", "319", "--json"]
    for command in (
        ["farrington", weeks, *numbered, "--noPeriods", "10", "--past-weeks-not-included", "26"],
        ["farrington", weeks, *numbered, "--method", "original", "--b", "3", "--alpha", "0.01"],
        ["ears", weeks, *numbered, "--method", "C2"],
    ):
        status, out, err = told(*command)
        rows = json.loads(out)["rows"]
        assert (status, err) == (0, "")
        assert [(row["time"], row["observed"], row["alarm"]) for row in rows] == [
            (319, 4, False), (320, 30, True),
        ]  # fmt: skip
        assert {"expected", "upperbound"} < set(rows[0])


def test_weeks_by_the_calendar(told, weeks):
    """By their dates, or numbered from the date of the first."""
    dated = told(
        "farrington", weeks, "--time", "week", "--count", "cases", "--json", "--from", "2026-02-16"
    )
    numbered = told(
        "farrington", weeks, "--time", "t", "--count", "cases", "--json", "--from", "320",
        "--start", "2020-01-06",
    )  # fmt: skip
    one, other = (json.loads(out)["rows"] for _status, out, _err in (dated, numbered))
    assert (one[0]["time"], other[0]["time"]) == ("2026-02-16", 320)
    assert one[0]["upperbound"] == other[0]["upperbound"]


@pytest.mark.parametrize(
    ("args", "reason"),
    [
        (["farrington", "--from", "400"], "anmin: --from: there is no moment 400\n"),
        (["farrington", "--from", "100"], "anmin: moment 100 has not 5 years before it\n"),
        (
            ["farrington", "--limit54", "5"],
            "anmin: limit54 must be two whole numbers, such as 5,4\n",
        ),
        (
            ["farrington", "--alpha", "0.7"],
            "anmin: alpha must lie between 0 and 0.5, such as 0.01\n",
        ),
        (["farrington", "--start", "monday"], "anmin: a date must be written as 2026-01-31\n"),
        (
            ["ears", "--from", "2"],
            "anmin: C1 judges no moment before number 8, or after the last\n",
        ),
    ],
)
def test_what_cannot_be_judged_is_told_in_words(told, weeks, args, reason):
    command, *options = args
    found = told(command, weeks, "--time", "t", "--count", "cases", "--json", *options)
    assert found == (1, "", reason)


def test_a_week_that_is_missing(told, tmp_path):
    file = tmp_path / "weeks.csv"
    file.write_text("t,cases\n1,4\n2,4\n4,4\n")
    found = told("ears", str(file), "--time", "t", "--count", "cases")
    assert found == (1, "", "anmin: line 4: t must go up by 1 from row to row\n")
    file.write_text("week,cases\n2026-01-05,4\n2026-01-12,4\n2026-01-19,4\n2026-02-02,4\n")
    found = told("ears", str(file), "--time", "week", "--count", "cases")
    assert found == (1, "", "anmin: line 5: week must be 7 days after the row before\n")


def test_months(told, tmp_path):
    file = tmp_path / "months.csv"
    counts = [20 + month % 5 for month in range(75)]
    lines = [
        f"{2020 + i // 12}-{i % 12 + 1:02}-01,{count}" for i, count in enumerate([*counts, 60])
    ]
    file.write_text("month,cases\n" + "\n".join(lines) + "\n")
    command = ["farrington", str(file), "--time", "month", "--count", "cases", "--json"]
    rows = json.loads(told(*command, "--freq", "12", "--w", "1")[1])["rows"]
    assert [row["time"] for row in rows if row["alarm"]] == ["2026-04-01"]
    assert told(*command)[2].startswith("anmin: dates must be one for each moment, all 7 days or")


def test_places_around_a_target(told, tmp_path):
    file = tmp_path / "stations.csv"
    file.write_text("station,seen,due,good,asked\na,12,9,20,40\nb,40,10,60,80\nc,3,5.5,39,60\n")
    command = ["funnel", str(file), "--id", "station", "--json"]
    found = json.loads(told(*command, "--observed", "seen", "--expected", "due")[1])
    assert [row["id"] for row in found["rows"]] == ["a", "b", "c"]
    assert found["rows"][1]["value"] == 4 > found["rows"][1]["high998"]
    assert (found["target"], found["phi"] > 1, found["tau2"] > 0) == (1, True, True)
    found = json.loads(told(*command, "--count", "good", "--n", "asked")[1])
    assert found["target"] == pytest.approx(119 / 180)
    assert told(*command, "--count", "good", "--expected", "due") == (
        1, "", "anmin: give --observed and --expected, or --count and --n\n",
    )  # fmt: skip
