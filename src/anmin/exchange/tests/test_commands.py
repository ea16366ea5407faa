"""`anmin import` and `anmin profiles`, as a person or a script at night uses them."""

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.personas import City

from anmin.config import command
from anmin.exchange.profile import Profile
from anmin.exchange.template import template_columns
from anmin.matters.models import Matter

SAMPLE = Path(__file__).parents[1] / "samples" / "seattle_911_sample.csv"

type Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """Run a command in English: its status, what it said, and what it said on standard error."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*words: object) -> tuple[int, str, str]:
        status = command.run([str(word) for word in words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_the_sample_comes_in_and_comes_again(city: City, say: Say) -> None:
    status, out, _err = say("import", "incidents", SAMPLE)
    assert (status, Matter.objects.count()) == (0, 0)
    assert "673 rows read: 0 new, 0 updated, 0 unchanged, 673 rejected (" in out
    assert re.search(
        r"^\d+ new units\. Their rows were rejected; once more with --new-units", out, re.M
    )
    assert "SPD Sector Q" in out
    words = ("import", "incidents", SAMPLE, "--profile", "seattle_911", "--new-units", "--json")
    status, out, err = say(*words)
    told = json.loads(out)
    assert (status, err, out.count("\n")) == (0, "", 1)
    assert told.pop("seconds") > 0
    assert told == {
        "read": 673, "created": 673, "updated": 0, "unchanged": 0, "rejected": 0,
        "rejects_file": None, "notes": {},
    }  # fmt: skip
    status, out, err = say("import", "incidents", SAMPLE)
    assert (status, err) == (0, "")
    assert out.startswith("673 rows read: 0 new, 0 updated, 673 unchanged, 0 rejected (")


def test_rejected_rows_are_pointed_at(city: City, say: Say, tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("警情编号,报警时间,警情类别\nJ1,昨天,盗窃\nJ2,2026-03-01 08:00,盗窃\n", "utf-8")
    status, out, _err = say("import", "incidents", path, "--profile", "temp", "--json")
    told = json.loads(out)
    assert (status, told["created"], told["rejected"]) == (0, 1, 1)
    assert "“昨天” is not a possible date and time." in Path(told["rejects_file"]).read_text(
        "utf-8"
    )


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["nowhere.csv"], "anmin: There is no file nowhere.csv.\n"),
        (["nowhere.csv", "--profile", "seattle"], "anmin: There is no file nowhere.csv.\n"),
        (
            [SAMPLE, "--profile", "x"],
            "anmin: There is no column profile “x”. There are: seattle_911, template_zh.\n",
        ),
        ([SAMPLE, "--profile", "template_zh"], "anmin: line 1: Column missing: 警情编号 / "),
        ([SAMPLE.parent], "anmin: "),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    city: City, say: Say, words: list[object], reason: str
) -> None:
    status, out, err = say("import", "incidents", *words)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith(reason)
    assert "Traceback" not in err
    assert Matter.objects.count() == 0


def test_wrong_usage(say: Say) -> None:
    assert say("import", "incidents")[0] == 2


def test_the_moment_of_the_file_may_be_told(city: City, say: Say) -> None:
    assert say("import", "incidents", SAMPLE, "--as-of", "2016-03-04 06:00")[0] == 2
    assert say("import", "incidents", SAMPLE, "--new-units", "--as-of", "2016-03-04")[0] == 0
    moments = {f"{at:%Y-%m-%d %H:%M}" for at in Matter.objects.values_list("facts_at", flat=True)}
    assert moments == {"2016-03-03 16:00"}


def test_profiles_are_listed_and_shown(say: Say) -> None:
    listed = json.loads(say("profiles", "list", "--json")[1])["profiles"]
    assert [(one["name"], one["shipped"]) for one in listed] == [
        ("seattle_911", True),
        ("template_zh", True),
    ]
    status, out, _err = say("profiles", "show", "seattle")
    assert (status, tomllib.loads(out)["name"]) == (0, "seattle_911")
    shown = say("profiles", "show", "template_zh", "--json")[1]
    assert Profile.model_validate_json(shown).name == "template_zh"
    assert say("profiles", "show", "nothing")[0] == 1


def test_a_guess_can_be_saved_and_used(city: City, say: Say, tmp_path: Path) -> None:
    words = ["profiles", "guess", SAMPLE, "--name", "spd", "--zone", "America/Los_Angeles"]
    status, out, err = say(*words)
    assert status == 0
    assert "# Check the time zone." in err
    (tmp_path / "spd.toml").write_text(out, "utf-8")
    told = json.loads(say(*words, "--json")[1])
    assert told["toml"].rstrip() == out.rstrip()
    assert {"position", "title", "fact", "sure", "why"} == set(told["columns"][0])
    status, out, _err = say("import", "incidents", SAMPLE, "--profile", tmp_path / "spd.toml")
    assert (status, Matter.objects.filter(source="spd").count()) == (0, 673)


@pytest.mark.parametrize("zone", ["Mars/Crater", ""])
def test_a_guess_in_no_time_zone(say: Say, zone: str) -> None:
    status, _out, err = say("profiles", "guess", SAMPLE, "--zone", zone, "--name", "a b")
    assert (status, err.count("\n")) == (1, 1)


def test_the_template_is_written(say: Say, tmp_path: Path) -> None:
    status, out, _err = say("profiles", "template", tmp_path / "t.csv")
    assert (status, out.strip()) == (0, str(tmp_path / "t.csv"))
    assert (tmp_path / "t.csv").read_text("utf-8-sig").strip().split(",") == template_columns()
