"""周卫国 leads the Jinhu station and brings in files of every kind; what he is rated by stays."""

import pytest
from tests.personas import City

from anmin.exchange.models import ImportRun, ProfileUse
from anmin.exchange.profile_use import own_source
from anmin.exchange.tests.station import ANSWERED, DAY, YUHAI, Files, everything, mine, row
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters.models import Entry, Matter
from anmin.matters.news import drain
from anmin.matters.verify import verify
from anmin.places.models import Unit

# --- rows of others -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attempt",
    [
        {},  # takes it over: his unit is named
        YUHAI,
        {"管辖单位": "", "社区代码": ""},
        {**ANSWERED},
        {"警情类别": "家庭暴力"},
        {"联系电话": "13999999999"},
        {"发生地址": "别处"},
    ],
)
@pytest.mark.parametrize("planned", [False, True])
def test_a_matter_of_another_unit_is_neither_moved_nor_changed_nor_told(
    city: City, files: Files, attempt: dict[str, str], planned: bool
) -> None:
    files.take(None, row(**{**YUHAI, **(ANSWERED if planned else {})}))
    drain()
    before = everything()
    result = files.take(city.duty_leader, row(hour=13, **attempt))
    assert (result.created, result.updated, result.unchanged, result.rejected) == (0, 0, 0, 1)
    (reason,) = files.reasons(result)
    assert "非本单位" in reason
    assert "玉海" not in reason
    assert everything() == before


@pytest.mark.parametrize("hour", [11, 12, 13])
def test_the_very_facts_of_anothers_matter_are_not_confirmed_either(
    city: City, files: Files, hour: int
) -> None:
    files.take(None, row(**YUHAI))
    before = everything()
    assert files.take(city.duty_leader, row(hour=hour, **YUHAI)).rejected == 1
    assert everything() == before


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (YUHAI, "其他单位"),
        ({"管辖单位": "", "社区代码": "330381002"}, "其他单位"),
        ({"社区代码": "330381002"}, "辖区由其他单位负责"),
        ({"管辖单位": "RA"}, "其他单位"),
    ],
)
def test_no_file_opens_a_matter_for_another_unit(
    city: City, files: Files, cells: dict[str, str], why: str
) -> None:
    before = everything()
    result = files.take(city.duty_leader, row("X1", **cells), row("X2"))
    assert (result.created, result.rejected) == (1, 1)
    (reason,) = files.reasons(result)
    assert why in reason
    assert Matter.objects.get().external_id == "X2"
    assert len(before[0]) == 0


def test_his_own_units_rows_come_in_in_his_name(city: City, files: Files) -> None:
    nowhere = row("J2", 管辖单位="", 社区代码="")
    result = files.take(city.duty_leader, row(), nowhere)
    assert (result.created, result.rejected) == (2, 0)
    assert set(Matter.objects.values_list("unit", flat=True)) == {city.jinhu.pk}
    for entry in Entry.objects.all():
        assert (entry.actor, entry.actor_label, entry.actor_role) == (
            city.duty_leader, "zhouweiguo", "duty_leader",
        )  # fmt: skip
    later = files.take(city.duty_leader, row(hour=13, 发生地址="文化路", **ANSWERED))
    assert later.updated == 1
    matter = Matter.objects.get(external_id="J1")
    assert (matter.state, matter.place) == ("answered", "文化路")
    assert verify().sound


def test_at_the_console_the_entry_says_so(city: City, files: Files) -> None:
    files.take(None, row())
    entry = Entry.objects.get()
    assert (entry.actor, entry.actor_role) == (None, "system")
    assert entry.actor_label.startswith("console")


def test_the_city_s_export_moves_what_it_is_about(city: City, files: Files) -> None:
    files.take(city.operator, row(**YUHAI))
    assert files.take(city.admin, row(hour=13)).updated == 1
    assert Matter.objects.get().unit == city.jinhu
    assert [entry.actor for entry in Entry.objects.order_by("id")] == [city.operator, city.admin]


@pytest.mark.parametrize("cells", [{"警情类别": "家庭暴力"}, {"报警时间": f"{DAY} 07:00:00"}])
def test_what_decides_about_callbacks_is_changed_by_no_unit_even_before(
    city: City, files: Files, cells: dict[str, str]
) -> None:
    files.take(city.operator, row())
    before = everything()
    assert files.take(city.duty_leader, row(hour=13, **cells)).rejected == 1
    assert everything() == before


def test_two_who_bring_the_same_file_have_each_their_own_rejected_rows(
    city: City, files: Files
) -> None:
    """Else one would be shown the rows, and the reasons, that were the other's."""
    rows = row(**YUHAI), row("J2", 12, 报警时间="昨天")
    mine_ = files.take(city.duty_leader, *rows)
    theirs = files.take(city.operator, *rows)
    assert mine_.rejects_file != theirs.rejects_file
    assert (len(files.reasons(mine_)), len(files.reasons(theirs))) == (2, 1)
    again = files.take(city.duty_leader, *rows)
    assert again.rejects_file == mine_.rejects_file


# --- profiles and their sources --------------------------------------------------------------------


def test_a_profile_of_ones_own_never_meets_anothers_records(city: City, files: Files) -> None:
    files.take(city.operator, row(**ANSWERED))
    drain()
    before = Matter.objects.values().get()
    attack = row(hour=13, **{**ANSWERED, "答复内容": "别的", "联系电话": "13999999999"})
    profile = str(mine(files.folder))
    assert files.take(city.duty_leader, attack, profile=profile).created == 1
    assert Matter.objects.values().get(external_id="J1", source="template_zh") == before
    own = Matter.objects.exclude(source="template_zh").get()
    assert own.source.startswith(f"own-u{city.jinhu.pk}-")
    assert own.unit == city.jinhu
    # The same kind of file again is about the same records.
    assert files.take(city.duty_leader, attack, profile=profile).unchanged == 1


def test_the_source_of_a_profile_of_ones_own_is_told_by_unit_and_columns(city: City) -> None:
    """However a header is typed, next month's file is about the same records as this month's."""
    source = own_source(city.duty_leader, ["Case No", "time"])
    assert own_source(city.officer, [" CASE NO", "Time "]) == source
    assert own_source(city.other_officer, ["Case No", "time"]) != source
    for other in (["time", "Case No"], ["Case No"], ["Case No", "time", ""], ["Case Notime"]):
        assert own_source(city.duty_leader, other) != source


@pytest.mark.parametrize("source", ["template_zh", "seattle_911", "desk", "callback", "own-u1-0"])
def test_even_at_the_console_a_source_belongs_to_one_profile(
    city: City, files: Files, source: str
) -> None:
    with pytest.raises(Refusal, match="来源"):
        files.take(None, row(), profile=str(mine(files.folder, source)))
    assert not Matter.objects.exists()


def test_a_profile_is_used_by_whom_the_administrator_lets_use_it(city: City, files: Files) -> None:
    with pytest.raises(NotAllowed):
        files.take(city.duty_leader, row(), profile="seattle_911")
    ProfileUse.objects.create(profile="template_zh", unit=city.yuhai)
    for refused in (city.duty_leader, city.operator):
        with pytest.raises(NotAllowed):
            files.take(refused, row())
    assert (Matter.objects.count(), ImportRun.objects.count()) == (0, 0)
    for use in ({"unit": city.bureau}, {"role": "duty_leader"}, {"account": city.duty_leader}):
        ProfileUse.objects.all().delete()
        ProfileUse.objects.create(profile="template_zh", **use)
        files.take(city.duty_leader, row())
    assert files.take(city.admin, row()).updated == 1  # the city has not said it before
    assert files.take(city.admin, row()).unchanged == 1


def test_a_person_s_file_adds_no_units(city: City, files: Files) -> None:
    units = Unit.objects.count()
    with pytest.raises(NotAllowed):
        files.take(city.operator, row(), adds_units=True)
    assert (Unit.objects.count(), ImportRun.objects.count()) == (units, 0)
