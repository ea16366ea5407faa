"""`anmin stats gi`, `moran`, `small-area` and `rank`, as an analyst uses them on plain files."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import anmin.stats
from anmin.config.command import run

KNOWN = Path(anmin.stats.__file__).parent / "tests" / "known"

TOWNS = """area,thefts,x,y,se,var,poor
安阳街道,12,120.60,27.80,1,1,2
玉海街道,15,120.61,27.80,1,1,3
锦湖街道,9,120.62,27.81,1,1,1
东山街道,30,120.65,27.80,2,4,7
湖岭镇,7,120.40,27.90,1,1,1
"""
PAIRS = "from,to\n安阳街道,玉海街道\n玉海街道,锦湖街道\n锦湖街道,东山街道\n"


@pytest.fixture
def told(capsys, tmp_path, monkeypatch):
    """Run a command in a folder with both files; its exit status, output and errors."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "towns.csv").write_text(TOWNS, "utf-8")
    (tmp_path / "pairs.csv").write_text(PAIRS, "utf-8")

    def call_it(line):
        status = run(["stats", *line.split()])
        out, err = capsys.readouterr()
        return status, out, err

    return call_it


GI = "gi towns.csv --id area --y thefts"
MORAN = "moran towns.csv --id area --y thefts"


def test_hot_spots_among_listed_neighbours(told):
    status, out, err = told(f"{GI} --neighbours pairs.csv --permutations 99 --json")
    found = json.loads(out)
    assert status == 0
    assert "areas without neighbours" in err
    assert found["without_neighbours"] == 1
    assert [(row["id"], row["neighbours"], round(row["z"], 3)) for row in found["rows"]] == [
        ("安阳街道", 1, -0.22),
        ("玉海街道", 2, -0.78),
        ("锦湖街道", 2, 1.02),
        ("东山街道", 1, 0.98),
        ("湖岭镇", 0, -0.931),
    ]
    assert found["rows"][4]["p_permutation"] is None
    assert set(found["rows"][0]) == {
        "id", "neighbours", "z", "p", "q", "p_permutation", "q_permutation",
    }  # fmt: skip


def test_the_same_seed_gives_the_same(told):
    first, again, other = (
        told(f"{GI} --neighbours pairs.csv --seed {seed} --json")[1] for seed in (5, 5, 6)
    )
    assert first == again != other


def test_neighbours_from_where_areas_lie(told):
    _status, out, err = told(f"{GI} --x-col x --y-col y --band 4 --spherical --json")
    assert [row["neighbours"] for row in json.loads(out)["rows"]] == [2, 3, 3, 2, 0]
    _status, out, err = told(f"{GI} --x-col x --y-col y --nearest 1 --without-self --json")
    assert (json.loads(out)["without_neighbours"], err) == (0, "")


def test_like_beside_like(told):
    _status, out, _err = told(f"{MORAN} --neighbours pairs.csv --json")
    found = json.loads(out)
    assert set(found) == {
        "index", "expected", "variance", "z", "p", "p_permutation", "without_neighbours",
    }  # fmt: skip
    assert found["expected"] == -0.25
    for options, first in (
        ("--statistic geary", "index"),
        ("--statistic general-g --weights binary", "index"),
        ("--moments normality", "index"),
        ("--local --local-moments total --permutations 0", "index"),
    ):
        status, out, _err = told(f"{MORAN} --neighbours pairs.csv {options}")
        assert (status, out.split()[0]) == (0, first)
    assert "high-low" in out


def test_predictions_of_small_areas(told):
    line = "small-area towns.csv --id area --y thefts --x poor --json"
    found = json.loads(told(f"{line} --var var")[1])
    assert found == json.loads(told(f"{line} --se se")[1])
    assert found["names"] == ["intercept", "poor"]
    assert len(found["beta"]) == 2
    for row in found["rows"]:
        low, high = sorted([row["direct"], row["synthetic"]])
        assert low <= row["eblup"] <= high
    assert [row["id"] for row in found["rows"]][:2] == ["安阳街道", "玉海街道"]


def test_groups_and_methods_of_small_areas(told, tmp_path):
    lines = TOWNS.splitlines()
    grouped = [f"{line},{kind}" for line, kind in zip(lines, ["kind", *"市市市镇镇"], strict=True)]
    (tmp_path / "towns.csv").write_text("\n".join(grouped), "utf-8")
    for method in ("reml", "ml", "moments"):
        line = f"small-area towns.csv --id area --y thefts --se se --factor kind --method {method}"
        found = json.loads(told(f"{line} --json")[1])
        assert found["names"] == ["intercept", "kind 镇"]


def test_predictions_from_records(told, tmp_path):
    records = "area,y,x\na,1,1\na,2,3\nb,4,2\nb,6,5\nb,5,4\n"
    (tmp_path / "records.csv").write_text(records)
    (tmp_path / "means.csv").write_text("name,x,members\na,2,100\nb,4,90\nc,3,80\n")
    line = "small-area records.csv --id area --y y --x x --means means.csv --means-id name"
    found = json.loads(told(f"{line} --size members --json")[1])
    assert [(row["id"], row["n"]) for row in found["rows"]] == [("a", 2), ("b", 3), ("c", 0)]
    assert found["rows"][2]["eblup"] == found["rows"][2]["synthetic"]
    assert found["sigma2_error"] > 0


def test_ranks(told):
    line = "rank towns.csv --id area --y thefts --se se"
    found = json.loads(told(f"{line} --json")[1])
    assert [(row["rank"], row["low"], row["high"]) for row in found["rows"]] == [
        (3, 2, 4), (4, 3, 4), (2, 1, 3), (5, 5, 5), (1, 1, 2),
    ]  # fmt: skip
    joint = json.loads(told(f"{line} --joint --level 0.95 --adjustment bonferroni --json")[1])
    assert joint["z"] == pytest.approx(2.575829, rel=1e-6)
    turned = json.loads(told(f"{line} --largest-first --pairs --json")[1])
    assert [row["rank"] for row in turned["rows"]] == [3, 2, 4, 1, 5]
    assert len(turned["pairs"]) == 10
    assert set(turned["pairs"][0]) == {"first", "second", "difference", "p", "q", "p_holm"}


@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        (GI, 2, "say who is a neighbour"),
        (f"{GI} --neighbours pairs.csv --nearest 2", 2, "not both"),
        (f"{GI} --x-col x --y-col y --nearest 2 --band 3", 2, "either --band or --nearest"),
        (f"{GI} --x-col x --y-col y --nearest 5", 1, "must lie between 1 and 4"),
        (f"{GI} --x-col x --y-col y --band 0.001", 1, "no area has a neighbour"),
        (f"{GI} --neighbours nothing.csv", 1, "nothing.csv: No such file"),
        ("moran towns.csv --id area --y se --neighbours lone.csv", 1, "two columns of areas"),
        (f"{MORAN} --neighbours unknown.csv", 1, "line 3: b names no area of the other file"),
        (f"{MORAN} --neighbours self.csv", 1, "line 2: b names the area itself"),
        ("moran towns.csv --id area --y nothing --neighbours pairs.csv", 1, "no column nothing"),
        ("rank twice.csv --id area --y thefts --se se", 1, "line 4: area is there twice"),
        ("rank missing.csv --id area --y thefts --se se", 1, "line 5: thefts is missing"),
        ("rank zero.csv --id area --y thefts --se se", 1, "line 6: se must be above 0"),
        ("small-area zero.csv --id area --y thefts --var var", 1, "line 6: var must be above 0"),
        ("small-area towns.csv --id area --y thefts", 2, "either --var or --se"),
        ("small-area towns.csv --id area --y thefts --var var --size x", 2, "go with --means"),
        ("small-area towns.csv --id area --y thefts --var var --x x,y,se,poor", 1, "too few"),
        ("small-area towns.csv --id area --y thefts --means pairs.csv --factor x", 2, "models records"),
        ("small-area towns.csv --id area --y thefts --means pairs.csv --means-id to", 1, "line 2: area is not in"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_in_words(told, tmp_path, line, status, words):
    for name, text in (
        ("lone.csv", "one\n安阳街道\n"),
        ("unknown.csv", "a,b\n安阳街道,玉海街道\n安阳街道,云周街道\n"),
        ("self.csv", "a,b\n安阳街道,安阳街道\n"),
        ("twice.csv", TOWNS.replace("锦湖街道", "安阳街道")),
        ("missing.csv", TOWNS.replace(",30,", ",,")),
        ("zero.csv", TOWNS.replace("27.90,1,1", "27.90,0,0")),
    ):
        (tmp_path / name).write_text(text, "utf-8")
    found, out, err = told(line)
    assert (found, out) == (status, "")
    assert words in " ".join(err.replace("│", " ").split())
    assert "Traceback" not in err


def test_rows_left_out_take_their_pairs_with_them(told, tmp_path):
    (tmp_path / "towns.csv").write_text(TOWNS.replace(",30,", ",,"), "utf-8")
    status, out, err = told(f"{GI} --neighbours pairs.csv --na drop --json")
    found = json.loads(out)
    assert (status, found["dropped"], len(found["rows"])) == (0, 1, 4)
    assert "left out with their areas: 1 pairs of neighbours" in err


def known(name, column):
    with (KNOWN / name).open(newline="") as file:
        return [float(row[column]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("line", "columns", "file"),
    [
        ("gi columbus.csv --id id --y crime --neighbours columbus_neighbours.csv",
         {"z": "GiStar_B", "p": "GiStar_B_p", "q": "GiStar_B_bh"}, "columbus.csv"),
        ("moran columbus.csv --id id --y crime --neighbours columbus_neighbours.csv --local",
         {"index": "Ii"}, "columbus.csv"),
        ("gi grid.csv --id id --y val --x-col x --y-col y --band 30",
         {"z": "gi_star_30"}, "getis_ord.csv"),
        ("small-area milk.csv --id area --y y --se sd --factor region",
         {"eblup": "eblup_reml", "mse": "mse_reml"}, "milk.csv"),
        ("small-area crops.csv --id county --y corn --x corn_pixels,soy_pixels --size segments "
         "--means crops_counties.csv", {"eblup": "corn"}, "crops_counties.csv"),
        ("rank travel_time.csv --id state --y minutes --se se --joint",
         {"rank": "rank", "low": "low_90", "high": "high_90"}, "travel_time.csv"),
    ],
)  # fmt: skip
def test_known_answers_through_the_command(told, tmp_path, line, columns, file):
    """The small set of the library, of which `anmin.stats` says where it comes from."""
    for source in KNOWN.glob("*.csv"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    named = (KNOWN / "getis_ord.csv").read_text().splitlines()
    cells = [f"{place if place else 'id'},{row}" for place, row in enumerate(named)]
    (tmp_path / "grid.csv").write_text("\n".join(cells))
    status, out, err = told(f"{line} --json")
    assert (status, err) == (0, "")
    rows = json.loads(out)["rows"]
    for ours, theirs in columns.items():
        np.testing.assert_allclose([row[ours] for row in rows], known(file, theirs), rtol=1e-8)
