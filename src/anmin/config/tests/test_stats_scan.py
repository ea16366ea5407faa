"""`anmin stats scan`: from plain files to clusters, and what is wrong with a file that is not."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from anmin.config.command import run

SMALL = Path(__file__).parents[2] / "stats" / "tests" / "known"
BESIDE = Path(__file__).resolve().parents[5] / "shared" / "known"
NEW_MEXICO = Path(os.environ.get("ANMIN_TEST_KNOWN", BESIDE)) / "scan_st_newmexico"
PLACES = "id,x,y\na,0,0\nb,0,1\nc,5,5\nd,6,5\n"


@pytest.fixture
def scanned(capsys, tmp_path):
    """Run `scan` on a file, or on the text of one; its exit status, JSON and standard error."""

    def call_it(file, *args, **files):
        paths = {}
        for name, text in ({"file": file} | files).items():
            paths[name] = text
            if isinstance(text, str):
                paths[name] = tmp_path / f"{name}.csv"
                paths[name].write_text(text, "utf-8")
        beside = [part for name in files for part in (f"--{name.replace('_', '-')}", paths[name])]
        status = run(
            ["stats", "scan", *map(str, [paths["file"], "--id", "id", *args, *beside]), "--json"]
        )
        out, err = capsys.readouterr()
        return status, json.loads(out) if out else None, err

    return call_it


def test_the_planted_burglaries(scanned):
    status, found, _err = scanned(
        SMALL / "scan_stp_crime_sim.csv", "--model", "permutation", "--x", "x", "--y", "y",
        "--cases", "cases", "--time", "date", "--time-window", "1,14", "--max-share", "0.2",
        "--seed", "1", geo=SMALL / "scan_stp_crime_sim_places.csv",
    )  # fmt: skip
    first = found["clusters"][0]
    assert status == 0
    assert (first["centre"], first["members"]) == ("6", ["6", "59", "18", "136"])
    assert (first["from"], first["to"]) == ("2024-03-11", "2024-03-24")
    assert (first["cases"], round(first["expected"], 2)) == (22, 6.22)
    assert (round(first["llr"], 6), first["relative_risk"]) == (12.148295, None)
    assert first["p"] < 0.02
    assert (found["replicates"], found["seed"], found["places"]) == (999, 1, 150)


@pytest.mark.skipif(not NEW_MEXICO.is_dir(), reason="the known answers are not beside this clone")
def test_brain_cancer_in_new_mexico_with_a_census_every_nine_years(scanned):
    """SaTScan's own example, adjusted for age and sex; the population is interpolated."""
    status, found, _err = scanned(
        NEW_MEXICO / "data.csv", "--x", "lon", "--y", "lat", "--spherical", "--cases", "cases",
        "--time", "year", "--population", "population", "--adjust", "age,sex", "--seed", "1",
        geo=NEW_MEXICO / "geo.csv", population_file=NEW_MEXICO / "pop.csv",
    )  # fmt: skip
    answer = json.loads((NEW_MEXICO / "expected.json").read_text())["clusters"]
    assert status == 0
    for ours, theirs in zip(found["clusters"], answer, strict=False):
        assert set(ours["members"]) == set(theirs["locids"])
        edges = [date(*map(int, day.split("/"))) for day in theirs["time_frame"].split(" to ")]
        assert [ours["from"], ours["to"]] == [edge.isoformat() for edge in edges]
        assert (ours["cases"], round(ours["llr"], 6)) == (theirs["cases"], theirs["llr"])
        assert round(ours["expected"], 2) == theirs["expected"]
        assert round(ours["relative_risk"], 2) == theirs["rr"]
        assert ours["p"] == pytest.approx(theirs["p"], abs=0.06)


PANEL = "id,x,y,cases,people,day\n" + "".join(
    f"{name},{x},{y},{cases},{people},2026-11-{day:02}\n"
    for name, x, y, people in (("a", 0, 0, 80), ("b", 0, 1, 70), ("c", 5, 5, 95), ("d", 6, 5, 90))
    for day in range(1, 9)
    for cases in [9 if name in "ab" and day > 6 else 1]
)
XY = ("--x", "x", "--y", "y")


def test_one_file_with_everything(scanned):
    _status, found, _err = scanned(
        PANEL, *XY, "--cases", "cases", "--population", "people", "--time", "day", "--seed", "1"
    )
    first = found["clusters"][0]
    assert sorted(first["members"]) == ["a", "b"]
    assert (first["from"], first["to"], first["cases"]) == ("2026-11-07", "2026-11-08", 36)
    assert first["p"] == 0.001


def test_weeks_and_people_who_are_each_a_case_or_not(scanned):
    _status, found, _err = scanned(
        PANEL, *XY, "--cases", "cases", "--population", "people", "--time", "day",
        "--model", "bernoulli", "--time-unit", "week", "--time-window", "1,1", "--alive",
    )  # fmt: skip
    first = found["clusters"][0]
    assert sorted(first["members"]) == ["a", "b"]
    assert (first["from"], first["to"]) == ("2026-11-08", "2026-11-14")


def test_each_row_a_case(scanned):
    cases = "id,when\n" + "a,1\na,2\nb,1\nc,1\nd,3\n" + "d,4\n" * 6
    _status, found, _err = scanned(
        cases, *XY, "--model", "permutation", "--time", "when", "--replicates", "0",
        "--max-share", "0.7", geo=PLACES,
    )  # fmt: skip
    first = found["clusters"][0]
    assert sorted(first["members"]) == ["a", "b", "c"]
    assert (first["from"], first["to"], first["cases"], first["p"]) == (1, 2, 4, None)
    assert found["cases"] == 11


def test_the_population_of_a_file_of_its_own(scanned):
    """Twice as many people in a town: half the risk."""
    people = "id,n\na,100\nb,100\nc,200\nd,200\n"
    cases = "id,cases\na,10\nb,10\nc,5\nd,5\n"
    _status, found, _err = scanned(
        cases, *XY, "--cases", "cases", "--population", "n", "--replicates", "0",
        geo=PLACES, population_file=people,
    )  # fmt: skip
    assert [one["members"] for one in found["clusters"]] == [["a", "b"]]
    assert found["clusters"][0]["expected"] == pytest.approx(10)


@pytest.mark.parametrize(
    ("cases", "args", "reason"),
    [
        ("id,n\na,1\ne,2\n", ("--cases", "n"), "line 3: id is not among the places"),
        ("id,n\na,1\nb,-2\n", ("--cases", "n"), "line 3: n must be a whole number from 0"),
        ("id,n\na,1\nb,\n", ("--cases", "n"), "line 3: n is missing"),
        ("id,n\na,0\nb,0\n", ("--cases", "n"), "there are no cases to scan"),
        ("id,n\na,1\nb,2\n", ("--cases", "n"), "needs the population or the expected cases"),
        ("id,n,p\na,1,0\nb,2,5\nc,1,5\nd,1,5\n", ("--cases", "n", "--population", "p"), "population must be above 0 at every place"),
        ("id,n,p\na,1,5\nb,2,5\n", ("--cases", "n", "--population", "p"), "p is not known for every place"),
        ("id,n,p\na,1,5\na,1,6\nb,2,5\nc,1,5\nd,1,5\n", ("--cases", "n", "--population", "p"), "line 3: p is another than before"),
        ("id,t\na,1\nb,9\n", ("--model", "permutation", "--time", "t", "--to", "5"), "line 3: t lies outside 1 to 5"),
        ("id,t\na,1\nb,soon\n", ("--model", "permutation", "--time", "t"), "line 3: t is no number: soon"),
        ("id,t\na,2026-01-01\nb,2026-02-30\n", ("--model", "permutation", "--time", "t"), "line 3: t is no day"),
        ("id,t\na,1\nb,2\n", ("--model", "permutation"), "needs --time"),
        ("id,n\na,1\nb,2\n", ("--cases", "n", "--time-window", "1,2"), "need --time"),
        ("id,t\na,1\nb,2\n", ("--model", "permutation", "--time", "t", "--time-window", "1"), "two whole numbers"),
        ("id,t\na,1\nb,2\n", ("--model", "permutation", "--time", "t", "--time-window", "1,7"), "within 1 to 2"),
        ("id,t\na,1\nb,2\n", ("--model", "permutation", "--time", "t", "--max-share", "2"), "max_share must lie above 0"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(scanned, cases, args, reason):
    status, found, err = scanned(cases, *XY, *args, geo=PLACES)
    assert (status, found) == (1, None)
    assert reason in err
    assert len(err.splitlines()) == 1


def test_a_place_listed_twice(scanned):
    status, _found, err = scanned("id\na\n", *XY, geo=PLACES + "a,3,3\n")
    assert (status, err) == (1, "anmin: line 6: id stands there more than once\n")


def test_a_place_that_moves(scanned):
    moved = "id,x,y,n\na,0,0,1\nb,1,1,1\na,0,1,1\n"
    status, _found, err = scanned(moved, *XY, "--cases", "n")
    assert (status, err) == (1, "anmin: line 4: id has other coordinates than before\n")


def test_for_people(capsys, tmp_path):
    file = tmp_path / "panel.csv"
    file.write_text(PANEL)
    run(["stats", "scan", str(file), "--id", "id", *XY, "--cases", "cases", "--population", "people",
         "--time", "day", "--seed", "1", "--most", "1"])  # fmt: skip
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["centre", "x", "y", "radius"]
    assert "2026-11-07" in lines[1]
    assert "seed 1" in lines
