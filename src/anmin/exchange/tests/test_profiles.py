"""Profiles: what they may say, and how they are found."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from pydantic import ValidationError

from anmin.exchange.fitting import fitting_profiles, only_profile
from anmin.exchange.house_codes import check_profile
from anmin.exchange.profile import (
    CategoryMap,
    CategoryRule,
    Column,
    Coordinates,
    File,
    Flag,
    Profile,
    Time,
    UnitMap,
)
from anmin.exchange.profiles import (
    SHIPPED,
    find_profile,
    list_profiles,
    load_profile,
    own_folder,
    parse_profile,
)
from anmin.exchange.template import template_columns, write_template
from anmin.exchange.tests.conftest import PLAIN, make_profile
from anmin.kernel.errors import NotFound, Refusal

DOCS = Path(__file__).parents[4] / "docs"
SAMPLE = Path(__file__).parents[1] / "samples" / "seattle_911_sample.csv"


@pytest.fixture
def own(settings: Any, tmp_path: Path) -> Path:
    """The installation's own folder of profiles."""
    settings.ANMIN_HOME = tmp_path
    own_folder().mkdir()
    return own_folder()


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_profiles_fit_the_house(path: Path) -> None:
    profile = load_profile(str(path))
    assert (profile.name, profile.source) == (path.stem, path.stem)
    check_profile(profile)


def test_a_profile_is_found_by_name_beginning_or_path(own: Path) -> None:
    assert find_profile("seattle_911") == SHIPPED / "seattle_911.toml"
    assert find_profile("sea") == SHIPPED / "seattle_911.toml"
    mine = own / "seaside.toml"
    mine.write_text(PLAIN.replace('"plain"', '"seaside"', 1), "utf-8")
    assert find_profile("seaside") == mine
    assert find_profile(str(mine)) == mine
    with pytest.raises(NotFound, match="seaside、seattle_911"):
        find_profile("sea")
    with pytest.raises(NotFound, match="nowhere"):
        find_profile("nowhere")
    with pytest.raises(NotFound):
        find_profile("")
    with pytest.raises(NotFound, match=r"other\.toml"):
        find_profile("folder/other.toml")


def test_own_profiles_hide_shipped_ones_and_broken_ones_are_left_out(own: Path) -> None:
    (own / "template_zh.toml").write_text(PLAIN.replace('"plain"', '"template_zh"', 1), "utf-8")
    (own / "broken.toml").write_text("name = ", "utf-8")
    listed = {one.name: one for one in list_profiles()}
    assert {name for name, one in listed.items() if one.path.parent in (SHIPPED, own)} == {
        "seattle_911",
        "template_zh",
    }
    assert "broken" not in listed
    assert not listed["template_zh"].shipped
    with pytest.raises(Refusal, match="TOML"):
        load_profile("broken")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"name": "Mine!"}, "name"),
        ({"colums": {}}, "colums"),
        ({"columns": {"received_at": "received"}}, "external_id"),
        ({"columns": {"external_id": "no"}}, "received_at"),
        ({"columns": {"external_id": "no", "received_at": 0}}, "first column"),
        ({"columns": {"external_id": "no", "received_at": "r", "longitude": "x"}}, "latitude"),
        ({"time": {"formats": ["%Y-%m"]}}, "year"),
        ({"time": {"formats": []}}, "formats"),
        ({"time": {"formats": ["%Y-%m-%d"], "zone": "Asia/Ruian"}}, "zone"),
        ({"file": {"encoding": "klingon"}}, "encoding"),
        ({"file": {"delimiter": "||"}}, "delimiter"),
        ({"file": {"header": False}}, "numbers"),
        ({"category": {"rules": [{"code": "theft"}]}}, "exact"),
        ({"category": {"rules": [{"code": "theft", "pattern": ["("]}]}}, "regular"),
        ({"unit": {"create": True}}, "parent"),
        ({"optional": ["external_id"]}, "optional"),
        ({"coordinates": {"datum": "mars"}}, "datum"),
    ],
)
def test_what_is_no_profile_is_refused(change: dict[str, Any], where: str) -> None:
    with pytest.raises((ValidationError, ValueError), match=rf"(?s).*{where}"):
        make_profile(**change)


def test_the_ways_to_name_a_column() -> None:
    def parts(value: Any) -> Any:
        return Column.model_validate(value).parts

    assert parts("a") == (("a",),)
    assert parts(3) == ((3,),)
    assert parts(["a", "b"]) == (("a", "b"),)
    assert parts({"join": ["a", ["b", "c"]]}) == (("a",), ("b", "c"))
    assert parts({"date": "a", "time": 2}) == (("a",), (2,))
    assert Column.model_validate({"join": ["a"], "between": "-"}).between == "-"


@pytest.mark.parametrize("name", ["gb2312", "GBK", "cp936"])
def test_the_smaller_chinese_encodings_are_read_as_the_whole_one(name: str) -> None:
    assert File(encoding=name).encoding == "gb18030"


def test_a_profile_survives_being_written_down() -> None:
    for path in SHIPPED.glob("*.toml"):
        profile = Profile.model_validate(tomllib.loads(path.read_text("utf-8")))
        assert Profile.model_validate_json(profile.model_dump_json()) == profile


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"fixed": {"shoe": "42", "category": "other"}}, "shoe"),
        ({"category": {"default": "parking"}}, "parking"),
        (
            {"category": {"rules": [{"code": "jaywalking", "exact": ["x"]}], "default": "other"}},
            "jaywalking",
        ),
        ({"unit": {"kind": "castle"}}, "castle"),
        ({"category": {}, "columns": {"external_id": "no", "received_at": "r"}}, "category"),
        ({"moments": {"priority": "latest"}}, "priority"),
        ({"moments": {"shoe_at": "latest"}}, "shoe_at"),
        ({"words": {"priority": {"高": "1"}}}, "priority"),
        ({"columns": {"external_id": "no", "received_at": "r", "state": "s"}}, "状态"),
        ({"kind": "rectification"}, "整改"),
    ],
)
def test_a_profile_may_speak_of_known_things_only(change: dict[str, Any], name: str) -> None:
    with pytest.raises(Refusal, match=name):
        check_profile(make_profile(**change))


def test_what_a_kind_must_be_told_is_named_as_its_page_names_it() -> None:
    profile = make_profile(
        kind="suggestion",
        columns={"external_id": "no", "opened_at": "received"},
        category={"default": "suggest_patrols"},
    )
    with translation.override("zh-hans"), pytest.raises(Refusal) as caught:
        check_profile(profile)
    assert "建议内容 (proposal)" in str(caught.value)


def test_the_profile_whose_columns_a_file_has(own: Path, tmp_path: Path) -> None:
    assert only_profile(SAMPLE) == "seattle_911"
    write_template(tmp_path / "t.csv")
    assert only_profile(tmp_path / "t.csv") == "template_zh"
    (own / "twin.toml").write_text((SHIPPED / "seattle_911.toml").read_text("utf-8"), "utf-8")
    assert [one.name for one in fitting_profiles(SAMPLE)] == ["seattle_911", "twin"]
    with pytest.raises(Refusal, match="seattle_911、twin"):
        only_profile(SAMPLE)
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(Refusal, match="profiles guess"):
        only_profile(other)
    with pytest.raises(Refusal, match=r"nowhere\.csv"):
        only_profile(tmp_path / "nowhere.csv")


def test_needed_columns_of_the_template_bear_a_mark() -> None:
    assert [title for title in template_columns() if title.endswith("*")] == [
        "警情编号*",
        "报警时间*",
        "警情类别*",
    ]


EXAMPLES = re.findall(r"```toml\n(.*?)```", (DOCS / "profiles.md").read_text("utf-8"), re.DOTALL)


@pytest.mark.django_db
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_for_administrators_are_profiles(number: int) -> None:
    check_profile(parse_profile(f'name = "example"\ntitle = "x"\n{EXAMPLES[number]}'))


def test_the_description_names_every_key_of_a_profile() -> None:
    text = (DOCS / "profiles.md").read_text("utf-8")
    keys = {
        key
        for model in (Profile, File, Time, CategoryMap, UnitMap, Coordinates, Flag, CategoryRule)
        for key in model.model_fields
    }
    assert {key for key in keys if not re.search(rf"\b{key}\b", text)} <= {"title_en", "kind"}
