"""何苗 looks over the city's places; 孙平 and 郑局 decide; who may not sees nothing of it."""

import csv
import io
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from tests.personas import City, SignIn

from anmin.callbacks.tests.conftest import TUESDAY
from anmin.desk.calls.tests.test_callback_pages import key, text
from anmin.people.models import Account
from anmin.places.models import Area
from anmin.surveys import outside
from anmin.watch import queries
from anmin.watch.events import events
from anmin.watch.hotspots import scan_night
from anmin.watch.models import Apart, Candidate, Scan
from anmin.watch.nights import score_months, suggest_places
from anmin.watch.tests.scene import asked, days, figures, reports, world

TODAY = date(2026, 11, 10)
WATCH = "/desk/watch/"
PAGES = (
    WATCH,
    f"{WATCH}concerns/",
    f"{WATCH}compare/",
    f"{WATCH}hotspots/",
    f"{WATCH}index/",
    "/desk/candidates/",
)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def watched(city: City, settings: Any, tmp_path: Path) -> City:
    """Months of reports, a hot spot in 文化社区, answers, and one night."""
    settings.ANMIN_HOME = tmp_path
    Area.objects.filter(pk=city.wenhua.pk).update(longitude=120.6, latitude=27.8)
    Area.objects.filter(pk=city.yuhai_town.pk).update(longitude=120.7, latitude=27.7)
    Area.objects.filter(pk=city.town.pk).update(longitude=120.61, latitude=27.79)
    for category in ("theft", "fraud", "dispute", "traffic_accident", "noise"):
        reports(city.yuhai_town, category, days(date(2026, 7, 1), 132))
    asked(reports(city.wenhua, "noise", days(date(2026, 10, 1), 31)), 20, concern="attitude")
    reports(city.wenhua, "theft", days(TODAY - timedelta(days=6), 6), each=3)
    figures()
    scan_night(TODAY)
    score_months(TODAY)
    return city


def rows_of(answer: Any) -> list[dict[str, str]]:
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_who_may_not_opens_nothing(watched: City, sign_in: SignIn) -> None:
    before = world()
    for account in (watched.operator, watched.duty_leader, watched.officer, watched.admin):
        browser = sign_in(account)
        for page in PAGES:
            assert browser.get(page).status_code == 403, page
    assert sign_in(watched.programme).get("/desk/candidates/new/").status_code == 403
    assert world() == before


def test_every_page_opens_before_anything_is_known(
    city: City, sign_in: SignIn, settings: Any, tmp_path: Path
) -> None:
    settings.ANMIN_HOME = tmp_path
    for account in (city.analyst, city.programme, city.leader, city.inspector):
        browser = sign_in(account)
        for page in PAGES:
            answer = browser.get(page)
            assert answer.status_code == 200, page
    assert "尚未扫描" in text(sign_in(city.analyst).get(f"{WATCH}hotspots/"))
    assert "尚未计分" in text(sign_in(city.analyst).get(f"{WATCH}index/"))


def test_concerns_of_a_month_with_their_table(watched: City, sign_in: SignIn) -> None:
    browser = sign_in(watched.analyst)
    page = text(browser.get(f"{WATCH}concerns/?month=2026-10&town={watched.town.code}"))
    assert "态度、用语不文明" in page
    assert "35.5%" in page  # 11 of 31
    picture = page[page.index('id="concern-map"') :]
    assert f"<title>{watched.town.name}: 35.5% (" in picture
    assert "图中不是行政界线" in picture  # only the points of communities are known
    (row,) = [
        one
        for one in rows_of(browser.get(f"{WATCH}concerns.csv?month=2026-10"))
        if one["concern"] == "concern_attitude"
    ]
    assert (row["numerator"], row["denominator"], row["suppressed"]) == ("11", "31", "no")
    assert "当月没有人提出不满意的方面" in text(browser.get(f"{WATCH}concerns/?month=2026-03"))


def test_the_comparison_says_what_it_compares_and_leads_to_the_records(
    watched: City, sign_in: SignIn
) -> None:
    browser = sign_in(watched.analyst)
    page = text(browser.get(f"{WATCH}compare/?level=area"))
    assert "去年同期没有完整记录" in page
    assert "信号" in page
    link = re.search(r'href="(/desk/measures/incidents/records/[^"]*category=theft[^"]*)"', page)
    assert link is not None
    assert browser.get(link[1].replace("&amp;", "&")).status_code == 200
    table = rows_of(browser.get(f"{WATCH}compare.csv?level=area"))
    (theft,) = [
        one for one in table if one["place"] == watched.wenhua.code and one["category"] == "theft"
    ]
    assert (theft["this"], theft["last"], theft["verdict"]) == ("18", "0", "signal")
    # Asked for badly, it says so and shows what it can.
    assert "时段" in text(browser.get(f"{WATCH}compare/?start=2026-11-09&end=2026-11-01"))
    assert browser.get(f"{WATCH}compare/?base=moon&level=street").status_code == 200


def test_the_index_is_explained_down_to_its_records(watched: City, sign_in: SignIn) -> None:
    browser = sign_in(watched.leader)
    page = text(browser.get(f"{WATCH}index/?month=2026-10"))
    assert "90分及以上绿色" in page
    picture = page[page.index('id="index-map"') : page.index("map-legend")]
    assert re.search(r'href="/desk/watch/index/2026-10/town/\d+/\?revision=1"', picture)
    place = f"{WATCH}index/2026-10/area/{watched.yuhai_town.code}/"
    assert f'href="{place}?revision=1"' in text(browser.get(f"{WATCH}index/?level=area"))
    page = text(browser.get(place))
    assert "社会治安" in page
    link = re.search(r'href="(/desk/measures/offence_reports/records/[^"]*)"', page)
    assert link is not None
    assert browser.get(link[1].replace("&amp;", "&")).status_code == 200
    assert browser.get(f"{WATCH}index/2026-10/area/nowhere/").status_code == 404
    assert "外部测评结果对照" not in page
    results = {"title_zh": "省厅测评", "title_en": "Province", "source": "通报", "year": 2025}
    outside.add_outside_result(**results, measure="satisfaction", value=0.9375, by=watched.analyst)
    outside.add_outside_result(**results, measure="took_part", value=0.513, by=watched.analyst)
    page = text(browser.get(place))
    assert "外部测评结果对照" in page
    assert "93.75%" in page
    assert "51.3" not in page  # no aspect declares it
    assert score_months(date(2026, 11, 10)) == 0  # nothing is scored anew
    assert browser.get(f"{WATCH}index/2020-01/area/{watched.wenhua.code}/").status_code == 404
    assert browser.get(f"{place}?revision=9").status_code == 404


def test_a_file_tells_no_more_than_its_page(watched: City, sign_in: SignIn) -> None:
    """Of a place without earlier months, and of a concern of a few, there are no numbers."""
    numbers = ("numerator", "denominator", "value", "value_low", "value_high", "points")
    browser, reasons = sign_in(watched.leader), set()
    score_months(date(2026, 8, 10))
    for month in ("2026-07", "2026-10"):
        for row in rows_of(browser.get(f"{WATCH}index.csv?month={month}&level=area")):
            reasons.add(row["why"])
            assert all(row[name] == "" for name in numbers) == bool(row["why"]), row
    assert reasons == {"", "too_few", "no_record"}

    asked(reports(watched.wenhua, "noise", days(date(2026, 9, 1), 6)), 6, concern="attitude")
    figures()
    for month, hidden, answered in (("2026-09", "yes", ""), ("2026-10", "no", "31")):
        (row,) = [
            one
            for one in rows_of(browser.get(f"{WATCH}concerns.csv?month={month}"))
            if one["concern"] == "concern_attitude"
        ]
        assert (row["suppressed"], row["denominator"]) == (hidden, answered)
        shown = ("numerator", "value", "low", "high")
        assert all(row[name] == "" for name in shown) == (hidden == "yes")
        assert not any(row[name] for name in ("change", "change_low", "change_high"))


def test_the_hot_spot_is_on_the_map_and_in_the_table(watched: City, sign_in: SignIn) -> None:
    browser = sign_in(watched.analyst)
    page = text(browser.get(f"{WATCH}hotspots/?series=property"))
    assert "下认定1处热点" in page
    assert 'id="hot-map-data"' in page
    assert re.search(r"<title>锦湖文化社区: 1[5-8]</title>", page)
    assert 'class="map-circle map-strong"' in page  # the claimed one, in the week that is shown
    assert "提出挂牌" in page
    assert "提出挂牌" not in text(sign_in(watched.leader).get(f"{WATCH}hotspots/?series=property"))
    (row,) = [
        one
        for one in rows_of(browser.get(f"{WATCH}hotspots.csv?series=property"))
        if one["claimed"] == "yes"
    ]
    assert (row["centre"], row["cases"]) == (watched.wenhua.code, "18")
    assert "未发现报警明显集中的地点" in text(browser.get(f"{WATCH}hotspots/?series=accidents"))
    week = text(browser.get(f"{WATCH}hotspots/?series=property&until=2026-09-01&night=2026-11-10"))
    assert "2026-09-01" in week


def test_what_chance_explains_is_no_ground_whatever_the_address_says(
    watched: City, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = queries.scan

    def of_a_larger_p(viewer: Account, scan_id: int) -> Scan:
        found = read(viewer, scan_id)
        found.clusters[0]["p"] = 0.4
        return found

    analyst = sign_in(watched.analyst)
    scan = Scan.objects.get(series="property")
    new = f"/desk/candidates/new/?ground=hot_spot&scan={scan.pk}&cluster=0"
    sent = {"key": key(text(analyst.get(new))), "area": watched.wenhua.code, "reason": "集中发案。"}
    monkeypatch.setattr(queries, "scan", of_a_larger_p)
    before = world()
    for answer in (analyst.get(new), analyst.post(new, sent)):
        assert answer.status_code == 400
        assert "可能是偶然" in text(answer)
    assert world() == before


def test_a_cluster_becomes_a_candidate_and_somebody_else_decides(
    watched: City, sign_in: SignIn
) -> None:
    analyst = sign_in(watched.analyst)
    scan = Scan.objects.get(series="property")
    new = f"/desk/candidates/new/?ground=hot_spot&scan={scan.pk}&cluster=0"
    page = text(analyst.get(new))
    assert "依据的局限" in page
    before = world()
    answer = analyst.post(
        new, {"key": key(page), "area": watched.wenhua.code, "reason": "报警人13857712345"}
    )
    assert answer.status_code == 422
    assert "挂牌只写地点" in text(answer)
    assert world() == before
    answer = analyst.post(
        new, {"key": key(page), "area": watched.wenhua.code, "reason": "六天十八起盗窃。"}
    )
    made = Candidate.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/desk/candidates/{made.pk}/")
    one = f"/desk/candidates/{made.pk}/"
    mine = text(analyst.get(one))
    assert "须他人决定" in mine
    assert "项对比中判断。" in mine  # two sentences, set apart as Chinese does it
    before = world()
    for account in (watched.analyst, watched.inspector):
        answer = sign_in(account).post(
            one, {"key": "k", "version": "1", "do": "keep", "reason": "同意。"}
        )
        assert answer.status_code == 403
    answer = sign_in(watched.programme).post(
        one, {"key": "k", "version": "1", "do": "keep", "reason": " "}
    )
    assert answer.status_code == 422
    answer = sign_in(watched.programme).post(
        one, {"key": "k", "version": "7", "do": "keep", "reason": "同意。"}
    )
    assert answer.status_code == 409
    assert world() == before
    answer = sign_in(watched.programme).post(
        one, {"key": "k", "version": "1", "do": "keep", "reason": "联合检查后挂牌。"}
    )
    assert answer.status_code == 303
    page = text(sign_in(watched.leader).get(one))
    assert "列入挂牌" in page
    assert "联合检查后挂牌。" in page
    assert "拟定挂牌" not in page  # the leader agrees to a listing, and prepares none
    page = text(sign_in(watched.programme).get(one))
    link = re.search(r'href="(/desk/matters/new/[^"]+)">拟定挂牌', page)
    assert link
    page = text(sign_in(watched.programme).get(link[1].replace("&amp;", "&")))
    assert ("联合检查后挂牌。" in page, watched.wenhua.code in page) == (True, True)
    assert "锦湖文化社区" in text(sign_in(watched.leader).get("/desk/candidates/?view=decided"))


def test_what_the_night_suggests_waits_on_the_overview(watched: City, sign_in: SignIn) -> None:
    assert suggest_places(TODAY) == 1
    page = text(sign_in(watched.analyst).get(WATCH))
    assert "待处理的候选" in page
    assert "锦湖文化社区" in page
    made = Candidate.objects.get()
    one = f"/desk/candidates/{made.pk}/"
    assert "不提出" in text(sign_in(watched.analyst).get(one))
    assert "不提出" not in text(sign_in(watched.leader).get(one))
    answer = sign_in(watched.analyst).post(
        one, {"key": "k", "version": "1", "do": "set_aside", "reason": "集中补录。"}
    )
    assert answer.status_code == 303
    made.refresh_from_db()
    assert made.state == "dismissed"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("?ground=hot_spot&scan=999&cluster=0", 404),
        ("?ground=hot_spot&scan=x&cluster=0", 404),
        ("?ground=red_months&area=nowhere&about=2026-10", 404),
        ("?ground=red_months&area=330381003099&about=lately", 400),
        ("?ground=red_months&area=330381003099&about=2019-10", 400),
        ("?ground=hearsay&area=330381003099&about=x", 400),
        ("?ground=rise&area=330381003099", 400),
        ("?ground=rise&area=330381003099&about=fraud", 400),
        ("", 400),
    ],
)
def test_what_makes_no_case_is_refused(
    watched: City, sign_in: SignIn, address: str, status: int
) -> None:
    before = world()
    assert sign_in(watched.analyst).get(f"/desk/candidates/new/{address}").status_code == status
    assert world() == before


def test_the_comparison_says_how_counts_scatter_and_which_calls_count_once(
    watched: City, sign_in: SignIn
) -> None:
    fight = timedelta(minutes=3)
    reports(watched.wenhua, "dispute", [TODAY - timedelta(days=2)], each=6, apart=fight)
    figures()
    client = sign_in(watched.analyst)
    said = text(client.get(f"{WATCH}compare/?level=area&base=before"))
    assert "有5次来电很可能与前一次是同一起事件" in said
    assert "1（来电6次）" in said
    assert "p（纯偶然）" in said
    assert "波动" in said
    listed = text(client.get(f"{WATCH}repeats/?start=2026-11-01&end=2026-11-10"))
    assert listed.count("与前一次合并") >= 5


def test_a_call_can_be_said_to_be_an_event_of_its_own_and_back(
    watched: City, sign_in: SignIn
) -> None:
    calls = reports(
        watched.wenhua, "dispute", [TODAY - timedelta(days=2)], each=2, apart=timedelta(minutes=3)
    )
    figures()
    again = calls[1].pk
    address = f"{WATCH}repeats/?start=2026-11-01&end=2026-11-10&category=dispute"
    client = sign_in(watched.analyst)

    def counted() -> float:
        seen = events(("category",), date(2026, 11, 1), TODAY, {"area": watched.wenhua.code})
        return seen.cells["dispute",].numerator

    assert counted() == 1
    refused = client.post(address, {"matter": again, "apart": "true", "reason": " "})
    assert (refused.status_code, Apart.objects.count()) == (422, 0)
    private = client.post(address, {"matter": again, "apart": "true", "reason": "13812345678"})
    assert (private.status_code, Apart.objects.count()) == (422, 0)
    done = client.post(address, {"matter": again, "apart": "true", "reason": "两家各自报警"})
    assert done.status_code == 303
    assert counted() == 2
    page = text(client.get(address))
    assert "单独计" in page
    assert "两家各自报警" in page
    twice = client.post(address, {"matter": again, "apart": "true", "reason": "再说一次"})
    assert (twice.status_code, Apart.objects.count()) == (422, 1)
    client.post(address, {"matter": again, "reason": "同一件事"})
    assert counted() == 1
    assert [one.apart for one in Apart.objects.all()] == [True, False]  # both words are kept


def test_who_may_not_judge_changes_nothing(watched: City, sign_in: SignIn) -> None:
    calls = reports(
        watched.wenhua, "dispute", [TODAY - timedelta(days=2)], each=2, apart=timedelta(minutes=3)
    )
    figures()
    asked_for = {"matter": calls[1].pk, "apart": "true", "reason": "试试"}
    for account in (watched.operator, watched.officer, watched.leader):
        answer = sign_in(account).post(f"{WATCH}repeats/", asked_for)
        assert answer.status_code == 403
    assert Apart.objects.count() == 0
