"""The register of lost property comes in as a file: a kind that nobody planned, without a word of code.

Run by ``test_own_kind`` beside ``story``.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone, translation

from anmin.config import command
from anmin.exchange import undoing
from anmin.exchange.guess import Wishes, guess_profile
from anmin.exchange.house_codes import check_profile
from anmin.exchange.imports import import_file
from anmin.exchange.models import ImportRun
from anmin.exchange.profiles import list_profiles, load_profile, parse_profile
from anmin.exchange.results import ImportResult
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters.contacts import unseal
from anmin.matters.models import Contact, Deadline, Matter
from anmin.matters.verify import verify
from tests.personas import City

TITLES = "登记号,报失时间,办结时间,状态,种类,物品,分类,价值,重量,有无保险,遗失日期,颜色,特征,派出所,失主,电话"
FETCHED = 'S1,2026-03-01 10:00,2026-03-02 09:30,已领走,手机遗失,旧手机,手机,"3,000",0.2,无,2026-02-28,黑、红,有划痕,锦湖派出所,王秀英,13800001234'
OPEN = "S2,2026-03-03 10:00,,,purse_lost,皮夹,purse,,,有,,,,锦湖派出所,,"


def file_of(folder: Path, *rows: str, titles: str = TITLES) -> Path:
    path = folder / f"register-{len(list(folder.glob('*.csv')))}.csv"
    path.write_text("\n".join((titles, *rows)) + "\n", "utf-8")
    return path


def taken(path: Path, **how: object) -> ImportResult:
    return import_file(path, profile="lost_register", **how)  # type: ignore[arg-type]


def counts(done: ImportResult) -> Sequence[int]:
    return (done.created, done.updated, done.unchanged, done.rejected)


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Path) -> Iterator[None]:
    settings.ANMIN_HOME = tmp_path / "home"
    settings.ANMIN_HOME.mkdir()
    with translation.override("zh-hans"):
        yield


def test_a_file_comes_in_with_typed_facts_states_and_contacts(city: City, tmp_path: Path) -> None:
    path = file_of(tmp_path, FETCHED, OPEN)
    assert counts(taken(path)) == (2, 0, 0, 0)
    one, other = Matter.objects.order_by("external_id")
    assert (one.kind, one.state, one.category) == ("lost_property", "returned", "telephone_lost")
    assert one.details == {
        "article": "旧手机",
        "sort": "phone",
        "worth": 3000,
        "weight": 0.2,
        "insured": False,
        "lost_on": "2026-02-28",
        "colours": ["black", "red"],
        "marks": "有划痕",
    }
    assert one.unit == city.jinhu
    assert timezone.localtime(one.opened_at).isoformat() == "2026-03-01T10:00:00+08:00"
    assert timezone.localtime(one.closed_at).isoformat() == "2026-03-02T09:30:00+08:00"
    search = Deadline.objects.get(matter=one, clock="search")
    assert (search.rule, search.met_at) == ("lost_property.search.dear", one.closed_at)
    assert unseal(Contact.objects.get(matter=one), number=one.number).phone == "+8613800001234"
    assert (other.state, other.stage, other.details["insured"]) == ("missing", "open", True)
    assert verify().sound


def test_again_is_nothing_new_a_change_is_an_entry_and_undoing_takes_it_back(
    city: City, tmp_path: Path
) -> None:
    path = file_of(tmp_path, FETCHED, OPEN)
    taken(path)
    assert counts(taken(path)) == (0, 0, 2, 0)
    found = OPEN.replace(",,purse_lost", ",found,purse_lost")
    worth = FETCHED.replace("3,000", "2,500")
    assert counts(taken(file_of(tmp_path, worth, found))) == (0, 2, 0, 0)
    one, other = Matter.objects.order_by("external_id")
    assert (one.details["worth"], other.state) == (2500, "found")
    assert Deadline.objects.get(matter=other, clock="first").met_at is not None
    # A later file never takes a matter back.
    assert counts(taken(file_of(tmp_path, worth, OPEN))) == (0, 0, 2, 0)
    other.refresh_from_db()
    assert other.state == "found"
    last = ImportRun.objects.filter(updated=2).get()
    undoing.carry_out(undoing.start(last.pk, actor=None))
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.details["worth"], other.state) == (3000, "missing")
    assert verify().sound


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("3,000", "dear", "价值：“dear”"),
        ("3,000", "3.5", "价值：“3.5”"),
        ("0.2", "light", "重量：“light”"),
        (",无,", ",maybe,", "有无保险：“maybe”"),
        ("2026-02-28", "2026-02-30", "遗失日期：“2026-02-30”"),
        ("黑、红", "黑、绿", "颜色：“绿”"),
        (",手机,", ",电脑,", "分类：“电脑”"),
        ("已领走", "不知道", "状态“不知道”"),
        ("手机遗失", "盗窃", "类别“盗窃”"),
        ("2026-03-02 09:30", "2026-02-01 09:30", "办结时间"),
        ("旧手机", "", "遗失物品"),
    ],
)
def test_a_bad_row_says_its_cause_and_a_good_one_comes_in(
    city: City, tmp_path: Path, old: str, new: str, cause: str
) -> None:
    assert FETCHED.replace(old, new, 1) != FETCHED
    done = taken(file_of(tmp_path, FETCHED.replace(old, new, 1), OPEN))
    assert counts(done) == (1, 0, 0, 1)
    assert done.rejects_file is not None
    assert cause in done.rejects_file.read_text("utf-8-sig")
    assert [one.external_id for one in Matter.objects.all()] == ["S2"]


def test_what_a_profile_of_the_kind_may_say() -> None:
    listed = {one.name: one for one in list_profiles()}
    assert listed["lost_register"].kind == "lost_property"
    profile = load_profile("lost_register")
    check_profile(profile)
    for change, named in (
        ({"state": {"table": {"x": "handled"}}}, "handled"),
        ({"moments": {"lost_on": "latest"}}, "lost_on"),
        ({"fixed": {"category": "theft"}}, "theft"),
        ({"words": {"article": {"x": "y"}}}, "article"),
        ({"columns": {"external_id": "a", "opened_at": "b", "category": "c"}}, "article"),
    ):
        other = type(profile).model_validate({**profile.model_dump(), **change})
        with pytest.raises(Refusal, match=named):
            check_profile(other)


def test_who_may_bring_it(city: City, tmp_path: Path) -> None:
    path = file_of(tmp_path, OPEN)
    assert counts(taken(path, actor=city.duty_leader, batch=5))[3] in (0, 1)
    with pytest.raises(NotAllowed):
        taken(path, actor=city.officer)
    with pytest.raises(Refusal, match="失物"):
        import_file(path, profile="lost_register", kind="incident")


def test_a_profile_is_guessed_from_the_kind(city: City, tmp_path: Path) -> None:
    rows = [
        f"S{n},2026-03-{n % 28 + 1:02d} 10:0{n % 10},手机遗失,物品{n},{'手机' if n % 2 else '钱包'},{n * 100},{'是' if n % 3 else '否'},138000012{n:02d}"
        for n in range(1, 40)
    ]
    titles = "登记号,报失时间,类别,遗失物品,物品分类,价值（元）,有无保险,联系电话"
    path = file_of(tmp_path, *rows, titles=titles)
    wishes = Wishes(kind="lost_property", columns={1: "external_id"})
    guess = guess_profile(path, name="mine", zone="Asia/Shanghai", wishes=wishes)
    profile = parse_profile(guess.toml)
    assert profile.kind == "lost_property"
    named = {fact: column.parts[0][0] for fact, column in profile.columns.items()}
    assert named == {
        "external_id": "登记号",
        "opened_at": "报失时间",
        "category": "类别",
        "article": "遗失物品",
        "sort": "物品分类",
        "worth": "价值（元）",
        "insured": "有无保险",
        "contact_phone": "联系电话",
    }
    check_profile(profile)
    done = import_file(path, profile=profile)
    assert counts(done) == (39, 0, 0, 0)
    assert Matter.objects.filter(details__sort="phone").count() == 20


def test_the_command_takes_it_in(
    city: City, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file_of(tmp_path, FETCHED, OPEN)
    assert command.run(["import", "matters", str(path), "--json"]) == 0
    assert '"created": 2' in capsys.readouterr().out
    assert command.run(["import", "incidents", str(path)]) == 1
    assert command.run(["import", "matters", str(path), "--kind", "shoe"]) == 1
