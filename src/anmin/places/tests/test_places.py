"""Areas and units: loading them, finding who answers, and caches that never lie."""

import csv
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from anmin.kernel.errors import NotFound, Refusal
from anmin.places import actions, queries
from anmin.places.models import Area, Responsibility, Unit, clean_code

DATA = Path(actions.DATA)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def shipped(db: None) -> None:
    actions.load_shipped()


def test_the_shipped_places_are_whole(shipped: None) -> None:
    levels = Area.objects.order_by().values_list("level", flat=True)
    assert {level: list(levels).count(level) for level in set(levels)} == {
        "county": 1,
        "town": 23,
        "community": 515,
    }
    wenhua = Area.objects.filter(parent__code="330381003").first()
    assert wenhua is not None
    assert wenhua.path == f"/330381/330381003/{wenhua.code}/"
    assert Unit.objects.filter(kind="station").count() == 23
    towns = Area.objects.filter(level="town")
    for town in towns:
        unit = queries.responsible_unit(town, "incident")
        assert unit is not None
        assert unit.kind == "station"
        assert unit.area == town


def test_loading_again_changes_nothing(shipped: None) -> None:
    assert actions.load_shipped() == {}
    assert actions.load_areas(rows("ruian_areas")) == actions.Loaded(unchanged=539)
    units = len(rows("units"))
    assert actions.load_units(rows("units")) == actions.Loaded(unchanged=units)
    assert actions.load_responsibilities(rows("responsibilities")) == actions.Loaded(unchanged=24)


def test_shipped_places_never_undo_local_changes(shipped: None) -> None:
    Responsibility.objects.get(area__code="330381002").delete()
    Unit.objects.filter(code="RA-YH").update(name="玉海中心派出所")
    actions.load_shipped()
    assert not Responsibility.objects.filter(area__code="330381002").exists()
    assert queries.unit_by_code("RA-YH").name == "玉海中心派出所"


def test_a_row_that_changed_is_brought_in_line(db: None) -> None:
    county = {"code": "330381", "name": "瑞安", "level": "county", "parent": ""}
    town = {"code": "330381002", "name": "玉海", "level": "town", "parent": "330381"}
    # Children first, and codes as people type them.
    assert actions.load_areas([{**town, "code": " ３３０３８１００２ "}, county]).created == 2
    changed = {**town, "name": "玉海街道", "households": "31200", "latitude": "27.78"}
    assert actions.load_areas([changed, county]) == actions.Loaded(updated=1, unchanged=1)
    area = queries.area_by_code("330381002")
    assert (area.name, area.households, area.latitude) == ("玉海街道", 31200, 27.78)


def test_a_town_that_moves_takes_its_communities_along(db: None) -> None:
    a = Area.objects.create(code="A", name="甲", level="county")
    b = Area.objects.create(code="B", name="乙", level="county")
    town = Area.objects.create(code="T", name="镇", level="town", parent=a)
    village = Area.objects.create(code="V", name="村", level="community", parent=town)
    town.parent = b
    town.save()
    village.refresh_from_db()
    assert village.path == "/B/T/V/"
    assert set(queries.areas_under(b)) == {b, town, village}
    assert list(queries.areas_under(a)) == [a]
    assert b.contains(village)
    assert not a.contains(village)


@pytest.mark.parametrize(
    ("bad", "line", "field"),
    [
        ({"level": "planet"}, 3, "level"),
        ({"code": "no/slash"}, 3, None),
        ({"name": ""}, 3, "name"),
        ({"name": "长" * 81}, 3, "name"),
        ({"parent": "NOWHERE"}, 3, "parent"),
        ({"latitude": "nan"}, 3, None),
        ({"longitude": "east"}, 3, None),
        ({"households": "-1"}, 3, "households"),
        ({"code": "330381"}, 3, None),
        ({"parent": "330381002"}, 3, "parent"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_loaded(
    db: None, bad: dict[str, str], line: int, field: str | None
) -> None:
    good = {"code": "330381", "name": "瑞安", "level": "county", "parent": ""}
    town = {"code": "330381002", "name": "玉海", "level": "town", "parent": "330381"}
    with pytest.raises(Refusal) as caught:
        actions.load_areas([good, {**town, **bad}])
    assert (caught.value.line, caught.value.field) == (line, field)
    assert not Area.objects.exists()


def test_a_missing_column_is_named(db: None) -> None:
    with pytest.raises(Refusal, match="level"):
        actions.load_areas([{"code": "330381", "name": "瑞安"}])


def test_a_circle_among_the_rows_is_refused(db: None) -> None:
    circle = [
        {"code": code, "name": code, "kind": "station", "parent": parent, "area": ""}
        for code, parent in (("A", "B"), ("B", "A"))
    ]
    with pytest.raises(Refusal):
        actions.load_units(circle)
    assert not Unit.objects.exists()


def test_the_most_specific_answer_wins(shipped: None) -> None:
    community = Area.objects.filter(parent__code="330381002").order_by("code")[0]
    town, county = community.parent, queries.area_by_code("330381")
    petitions, traffic = queries.unit_by_code("RA-XF"), queries.unit_by_code("RA-JJ")

    def answering(area: Area | None, kind: str) -> str | None:
        unit = queries.responsible_unit(area, kind)
        return unit.code if unit else None

    assert answering(community, "petition") == "RA-YH"
    Responsibility.objects.create(area=county, kind="petition", unit=petitions)
    # The town's row for every kind is nearer than the county's row for this kind.
    assert answering(community, "petition") == "RA-YH"
    Responsibility.objects.create(area=town, kind="petition", unit=petitions)
    assert answering(community, "petition") == "RA-XF"
    assert answering(community, "incident") == "RA-YH"
    Responsibility.objects.create(area=community, unit=traffic)
    assert answering(community, "petition") == "RA-JJ"
    assert answering(county, "incident") == "RA-ZH"
    assert answering(None, "incident") is None


def test_a_unit_out_of_service_answers_for_nothing(shipped: None) -> None:
    town = queries.area_by_code("330381002")
    yuhai = queries.unit_by_code("RA-YH")
    yuhai.active = False
    yuhai.save()
    unit = queries.responsible_unit(town, "incident")
    assert unit is not None
    assert unit.code == "RA-ZH"


def test_what_is_kept_in_memory_follows_every_change(shipped: None) -> None:
    before = queries.directory()
    assert queries.directory() is before
    unit = actions.ensure_unit(code="ra-new", name="新设派出所", kind="station")
    assert queries.unit_ids()["RA-NEW"] == unit.pk
    unit.delete()
    assert "RA-NEW" not in queries.unit_ids()
    actions.load_areas([{"code": "X", "name": "新区", "level": "other", "parent": "330381"}])
    assert "X" in queries.area_ids()


def test_a_change_that_is_rolled_back_is_not_remembered(shipped: None) -> None:
    with transaction.atomic():
        actions.ensure_unit(code="GHOST", name="不存在", kind="other")
        assert "GHOST" in queries.unit_ids()
        transaction.set_rollback(True)
    assert "GHOST" not in queries.unit_ids()
    actions.ensure_unit(code="REAL", name="存在", kind="other")
    assert "GHOST" not in queries.unit_ids()
    assert "REAL" in queries.unit_ids()


@pytest.mark.django_db(transaction=True)
def test_another_process_s_change_is_seen() -> None:
    actions.load_shipped()
    assert "LATE" not in queries.unit_ids()

    def elsewhere() -> None:
        actions.ensure_unit(code="LATE", name="别处所加", kind="other")
        connection.close()

    thread = threading.Thread(target=elsewhere)
    with queries.steady():
        queries.directory()
        thread.start()
        thread.join()
        # One request sees one picture; the next sees the change.
        assert "LATE" not in queries.unit_ids()
    assert "LATE" in queries.unit_ids()


def test_a_steady_request_asks_the_database_once(shipped: None, django_assert_num_queries) -> None:
    queries.directory()
    with queries.steady(), django_assert_num_queries(1):
        for _ in range(50):
            queries.directory()
    with queries.steady():
        queries.directory()
        actions.ensure_unit(code="MINE", name="自己所加", kind="other")
        assert "MINE" in queries.unit_ids()


def test_units_below(shipped: None) -> None:
    traffic = queries.unit_by_code("RA-JJ")
    window = queries.unit_by_code("RA-JJ-CG")
    assert queries.directory().units_below(traffic.pk) == {traffic.pk, window.pk}
    assert set(queries.units_under(traffic)) == {traffic, window}
    assert queries.directory().units_below(-1) == frozenset()


def test_ensuring_a_unit_twice_keeps_the_first(db: None) -> None:
    first = actions.ensure_unit(code="k3", name="K3 巡区", kind="station")
    again = actions.ensure_unit(code="K3", name="别的名字", kind="window")
    assert (first.code, again.pk, again.name) == ("K3", first.pk, "K3 巡区")
    with pytest.raises(Refusal):
        actions.ensure_unit(code="K4", name="坏", kind="spaceship")
    with pytest.raises(Refusal):
        actions.ensure_unit(code="a b", name="坏", kind="station")
    assert Unit.objects.count() == 1


def test_unknown_codes_are_not_found(db: None) -> None:
    with pytest.raises(NotFound):
        queries.unit_by_code("RA-YH")
    with pytest.raises(NotFound):
        queries.area_by_code("bad code")


def test_names_in_both_languages(shipped: None) -> None:
    yuhai = queries.unit_by_code("RA-YH")
    with override("en"):
        assert str(yuhai) == "Yuhai Station"
    with override("zh-hans"):
        assert str(yuhai) == "玉海派出所"
    village = Area.objects.filter(level="community")[0]
    with override("en"):
        assert village.label == village.name


@given(st.text(max_size=30))
def test_a_clean_code_stays_clean(text: str) -> None:
    from django.core.exceptions import ValidationError

    try:
        code = clean_code(text)
    except ValidationError:
        return
    assert clean_code(code) == code
    assert code == code.upper()
    assert "/" not in code
    assert 1 <= len(code) <= 24


@pytest.mark.parametrize(
    ("official", "place"),
    [
        ("四坦村委会", "四坦村"),
        ("四坦村民委员会", "四坦村"),
        ("东门社区居委会", "东门社区"),
        ("东门居民委员会", "东门社区"),
        ("安阳街道", "安阳街道"),
        ("村委会", "村委会"),
    ],
)
def test_a_place_is_called_by_its_name_not_by_its_committee(
    db: None, official: str, place: str
) -> None:
    row = {"code": "330381001999", "name": official, "level": "community", "parent": ""}
    actions.load_areas([row])
    assert Area.objects.get(code="330381001999").name == place
    assert actions.load_areas([row]) == actions.Loaded(unchanged=1)
