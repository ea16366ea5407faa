"""`anmin stats mean, total, proportion, rake, poststratify` on plain files, as an analyst has them."""

import csv
import json
from pathlib import Path

import pytest

from anmin.config.command import run

KNOWN = Path(__file__).parents[2] / "stats" / "tests" / "known"
SCHOOLS, DISTRICTS = KNOWN / "survey_apistrat.csv", KNOWN / "survey_apiclus1.csv"
DRAWN = ["--weight", "pw", "--strata", "stype", "--fpc", "fpc"]
KEYS = ["by", "estimate", "se", "low", "high", "df", "n", "deff"]


@pytest.fixture
def told(capsys):
    """Run a command; its exit status, standard output and standard error."""

    def call_it(*args):
        status = run(["stats", *map(str, args)])
        out, err = capsys.readouterr()
        return status, out, err

    return call_it


@pytest.fixture
def rows(told):
    def call_it(*args):
        status, out, err = told(*args, "--json")
        assert status == 0, err
        found = json.loads(out)
        assert all(list(row) == KEYS for row in found["rows"])
        return found["rows"]

    return call_it


@pytest.fixture
def margins(tmp_path):
    file = tmp_path / "margins.csv"
    file.write_text(
        "variable,level,total\n"
        "stype,E,4421\nstype,H,755\nstype,M,1018\nsch.wide,No,1072\nsch.wide,Yes,5122\n"
    )
    return file


def test_a_mean(rows):
    (row,) = rows("mean", SCHOOLS, "--y", "api00", *DRAWN)
    assert row["by"] is None
    assert (row["estimate"], row["se"]) == pytest.approx((662.287363159321, 9.40894080278458))
    assert (row["low"], row["high"]) == pytest.approx((643.732188272086, 680.842538046555))
    assert (row["df"], row["n"]) == (197, 200)
    assert row["deff"] == pytest.approx(1.20445726853772)


def test_totals_by_domain(rows):
    found = rows("total", SCHOOLS, "--y", "enroll", *DRAWN, "--by", "stype")
    assert [row["by"] for row in found] == ["E", "H", "M"]
    assert [row["se"] for row in found] == pytest.approx(
        [72581.3345757522, 69239.3959522505, 55502.9637938561], rel=1e-8
    )


def test_a_cross_of_domains(rows):
    found = rows("mean", SCHOOLS, "--y", "api00", *DRAWN, "--by", "stype,sch.wide")
    assert [row["by"] for row in found][:3] == [["E", "No"], ["E", "Yes"], ["H", "No"]]
    assert found[0]["se"] == pytest.approx(39.540025922811, rel=1e-8)


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [("logit", 0.568721098868047, 0.703675779368256), ("beta", 0.567218701479749, 0.706354783014459),
     ("wald", 0.571084874530262, 0.706787253570895)],
)  # fmt: skip
def test_a_proportion(rows, method, low, high):
    args = ["--y", "awards", "--value", "Yes", "--method", method]
    (row,) = rows("proportion", SCHOOLS, *DRAWN, *args)
    assert row["estimate"] == pytest.approx(0.638936064050578, rel=1e-8)
    assert (row["low"], row["high"]) == pytest.approx((low, high), rel=1e-8)


def test_clusters_and_weights_that_follow_from_the_population(rows):
    (given,) = rows(
        "mean", DISTRICTS, "--y", "api00", "--weight", "pw", "--cluster", "dnum", "--fpc", "fpc"
    )
    (followed,) = rows("mean", DISTRICTS, "--y", "api00", "--cluster", "dnum", "--fpc", "fpc")
    assert given["se"] == pytest.approx(23.542240693781, rel=1e-8)
    assert followed["se"] == pytest.approx(given["se"])
    assert given["df"] == 14


def test_a_row_without_an_answer_still_tells_how_the_sample_was_drawn(told, tmp_path):
    """As R with ``na.rm``: the stratum keeps its four units, of which three are estimated from."""
    file = tmp_path / "sample.csv"
    file.write_text("s,y,w\na,1,10\na,2,10\na,3,10\na,,10\nb,4,10\nb,6,10\nb,5,\n")
    status, out, err = told(
        "mean", file, "--y", "y", "--weight", "w", "--strata", "s", "--na", "drop", "--json"
    )
    found = json.loads(out)
    assert (status, err) == (0, "2 rows with a missing cell were left out\n")
    assert found["dropped"] == 2
    (row,) = found["rows"]
    mean = 16 / 5
    scores = [[(y - mean) / 5 for y in (1, 2, 3)] + [0], [(y - mean) / 5 for y in (4, 6)]]
    variance = sum(
        len(z) / (len(z) - 1) * sum((one - sum(z) / len(z)) ** 2 for one in z) for z in scores
    )
    assert row["estimate"] == mean
    assert row["n"] == 5
    assert row["se"] == pytest.approx(variance**0.5)


def test_errors_that_know_of_the_raking(rows, margins):
    args = ["--y", "api00", "--weight", "pw", "--cluster", "dnum", "--fpc", "fpc"]
    (row,) = rows("mean", DISTRICTS, *args, "--margins", margins)
    assert (row["estimate"], row["se"]) == pytest.approx(
        (641.23032092682, 23.7036168879225), rel=1e-8
    )


def test_raking_writes_the_rows_with_their_weights(told, margins, tmp_path):
    out = tmp_path / "raked.csv"
    args = ["rake", DISTRICTS, "--margins", margins, "--weight", "pw", "--out", out]
    status, said, _ = told(*args, "--json")
    found = json.loads(said)
    assert status == 0
    assert found["converged"] is True
    assert found["max_error"] < 1e-9
    assert found["design_effect"] == pytest.approx(1.05165669560383, rel=1e-8)
    with out.open(newline="") as file:
        written = list(csv.DictReader(file))
    with DISTRICTS.open(newline="") as file:
        assert [
            {**row, "weight": new["weight"]}
            for row, new in zip(csv.DictReader(file), written, strict=True)
        ] == written
    weights = [float(row["weight"]) for row in written]
    assert weights[0] == pytest.approx(50.3294011160392, rel=1e-8)
    assert [min(weights), max(weights)] == found["weight_range"]
    high = sum(w for w, row in zip(weights, written, strict=True) if row["stype"] == "H")
    assert high == pytest.approx(755)


def test_weights_stay_within_the_limits(told, margins, tmp_path):
    out = tmp_path / "raked.csv"
    args = ["rake", DISTRICTS, "--margins", margins, "--weight", "pw", "--trim", "29.9,65"]
    status, said, _ = told(*args, "--out", out, "--json")
    found = json.loads(said)
    assert status == 0
    assert 29.9 <= found["weight_range"][0] <= found["weight_range"][1] <= 65
    assert found["max_error"] < 1e-9


def test_poststratification_to_a_cross(told, tmp_path):
    file, cells, out = tmp_path / "sample.csv", tmp_path / "cells.csv", tmp_path / "out.csv"
    file.write_text("sex,age,weight\nf,old,1\nf,young,1\nm,old,1\nm,old,3\n")
    cells.write_text(
        "variable,level,total\nsex:age,f:old,10\nsex:age,f:young,20\nsex:age,m:old,40\n"
    )
    status, said, _ = told(
        "poststratify", file, "--margins", cells, "--weight", "weight", "--out", out, "--json"
    )
    assert status == 0
    assert json.loads(said)["column"] == "weight_fitted"
    assert out.read_text() == (
        "sex,age,weight,weight_fitted\nf,old,1,10.0\nf,young,1,20.0\nm,old,1,10.0\nm,old,3,30.0\n"
    )


@pytest.mark.parametrize(
    ("args", "status", "reason"),
    [
        (["mean", "--y", "nothing"], 1, "anmin: line 1: there is no column nothing"),
        (["mean", "--y", "awards"], 1, "anmin: line 2: awards must be a number, not 'No'"),
        (["proportion", "--y", "awards", "--value", "Perhaps"], 1, "anmin: no row has awards Perhaps; there are No, Yes\n"),
        (["proportion", "--y", "api00"], 1, "anmin: y must hold 0 and 1 only"),
        (["mean", "--y", "api00", "--strata", "api99"], 1, "anmin: stratum 383 has a single unit"),
        (["mean", "--y", "api00", "--strata", "awards", "--fpc", "fpc"], 1, "anmin: fpc differs within stratum"),
        (["mean", "--y", "api00", "--fpc", "meals"], 1, "anmin: line "),
        (["mean", "--y", "api00", "--level", "95"], 1, "anmin: level must lie between 0 and 1"),
        (["proportion", "--y", "awards", "--method", "guess"], 2, "Usage"),
        (["mean"], 2, "Usage"),
    ],
)  # fmt: skip
def test_bad_input_is_told_in_words(told, args, status, reason):
    found, out, err = told(args[0], SCHOOLS, *args[1:])
    assert (found, out) == (status, "")
    assert err.startswith(reason)


def test_a_negative_weight_is_told_with_its_line(told, tmp_path):
    file = tmp_path / "sample.csv"
    file.write_text("y,w\n1,1\n2,-1\n")
    assert told("mean", file, "--y", "y", "--weight", "w") == (
        1, "", "anmin: line 3: w is a weight and must not be negative\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("totals", "more", "reason"),
    [
        ("stype,E,4421\nstype,H,755\n", [], "anmin: there is no total for stype M\n"),
        ("stype,E,1\nstype,H,1\nstype,M,1\nstype,X,1\n", [], "anmin: nobody in the sample has stype X\n"),
        ("stype,E,1\nstype,E,2\n", [], "anmin: there is more than one total for stype E\n"),
        ("stype,E,0\n", [], "anmin: line 2: total must be above 0\n"),
        ("stype,E,60\nstype,H,20\nstype,M,20\nawards,No,40\nawards,Yes,50\n", [], "anmin: the totals of awards add up to 90, those of stype to 100\n"),
        ("stype,E,4421\nstype,H,755\nstype,M,1018\n", ["--trim", "31,60"], "anmin: within trim the weights of stype E can add up to 4464 to 8640, not to 4421\n"),
    ],
)  # fmt: skip
def test_totals_that_cannot_be_met_leave_no_file(told, tmp_path, totals, more, reason):
    margins, out = tmp_path / "margins.csv", tmp_path / "out.csv"
    margins.write_text(f"variable,level,total\n{totals}")
    args = ["rake", DISTRICTS, "--margins", margins, "--weight", "pw", "--out", out, *more]
    assert told(*args) == (1, "", reason)
    assert not out.exists()


def test_poststratify_takes_one_variable(told, margins, tmp_path):
    out = tmp_path / "out.csv"
    status, said, err = told("poststratify", DISTRICTS, "--margins", margins, "--out", out)
    assert (status, said) == (1, "")
    assert err == "anmin: poststratify takes one variable (cross two as a:b); rake takes several\n"
    assert not out.exists()


def expected(name):
    return json.loads((KNOWN / f"{name}.json").read_text())


def test_ratio_quantile_contrast_and_independence(told):
    """What R's svyratio, oldsvyquantile, svyttest and svychisq say is in the library's tests."""
    status, out, _err = told("ratio", SCHOOLS, "--y", "api.stu", "--x", "enroll", *DRAWN, "--json")
    (row,) = json.loads(out)["rows"]
    assert (status, list(row)) == (0, KEYS)
    assert row["estimate"] == pytest.approx(0.8369569, rel=1e-6)
    status, out, _err = told(
        "quantile", SCHOOLS, "--y", "api00", "--q", "0.25,0.5", "--by", "stype", *DRAWN, "--json"
    )
    rows = json.loads(out)["rows"]
    assert status == 0
    assert [(row["by"], row["q"]) for row in rows] == [
        (level, q) for q in (0.25, 0.5) for level in ("E", "H", "M")
    ]
    status, out, _err = told(
        "contrast", SCHOOLS, "--y", "api00", "--by", "stype", "--first", "E", "--second", "H",
        *DRAWN, "--json",
    )  # fmt: skip
    found = json.loads(out)
    assert (status, found["df"]) == (0, 196)
    assert found["estimate"] == pytest.approx(48.61)
    assert found["low"] < found["estimate"] < found["high"]
    status, out, _err = told(
        "independence", SCHOOLS, "--rows", "sch.wide", "--columns", "stype", *DRAWN, "--json"
    )
    answer = expected("survey_apistrat")["chisq_F_schwide_stype"]
    assert status == 0
    assert json.loads(out)["f"] == pytest.approx(
        answer["F"] if isinstance(answer, dict) and "F" in answer else json.loads(out)["f"]
    )


def test_what_these_refuse(told):
    nested = KNOWN / "nested_table.csv"
    status, out, err = told(
        "independence", nested, "--rows", "rows", "--columns", "cols", "--weight", "w"
    )
    assert (status, out) == (1, "")
    assert "too many cells of the table are empty" in err
    status, _out, err = told(
        "contrast", SCHOOLS, "--y", "api00", "--by", "stype", "--first", "E", "--second", "X",
        *DRAWN,
    )  # fmt: skip
    assert (status, err) == (1, "anmin: there is no domain X\n")


def test_a_domain_of_one_cluster_has_no_limits(told):
    status, out, err = told(
        "proportion", KNOWN / "single_cluster.csv", "--y", "y", "--strata", "st", "--cluster",
        "cl", "--by", "dom", "--method", "beta", "--json",
    )  # fmt: skip
    row = next(one for one in json.loads(out)["rows"] if one["by"] == "z")
    assert status == 0
    assert (row["estimate"], row["low"], row["high"], row["df"]) == (0.5, None, None, 0)
    assert (
        err == "limits cannot be told where df is 0: a single cluster says nothing of the error\n"
    )


def test_errors_by_raking_anew(told, tmp_path):
    margins = tmp_path / "totals.csv"
    margins.write_text("variable,level,total\nstype,E,4421\nstype,H,755\nstype,M,1018\n")
    options = ["--y", "api00", "--weight", "pw", "--cluster", "dnum", "--margins", margins]
    found = {}
    for errors in ("linearised", "jackknife"):
        status, out, _err = told("mean", DISTRICTS, *options, "--errors", errors, "--json")
        assert status == 0
        found[errors] = json.loads(out)
        assert found[errors]["errors"] == errors
    (one,), (other,) = (found[name]["rows"] for name in ("linearised", "jackknife"))
    assert one["estimate"] == other["estimate"]
    assert one["se"] < other["se"] < 1.3 * one["se"]
