"""What the desk offers for kinds of one's own: the form that is usual, the records, the files."""

from datetime import timedelta
from io import BytesIO

from django.urls import reverse
from django.utils import timezone

from anmin.exchange.models import ImportRun
from anmin.matters.models import Matter
from anmin.measures.lake import refresh
from tests.own_kind.lost import browser, lost
from tests.own_kind.story_promises import asked_for
from tests.personas import City

NEW = "/desk/matters/new/"


def test_the_form_that_opens_is_of_the_kind_that_is_usual(city: City) -> None:
    officer, inspector = browser(city.officer), browser(city.inspector)
    assert officer.get(NEW).context["kind"].code == "incident"  # the program's own first
    assert inspector.get(NEW).context["kind"].code != "incident"  # inspectors open none
    for _turn in range(2):
        lost(city)
    asked_for(city)
    kinds = [one.code for one in officer.get(NEW).context["kinds"]]
    assert kinds[:3] == ["incident", "lost_property", "counter_service"]


def test_the_records_behind_a_figure_of_a_kind_are_opened(city: City) -> None:
    matter, other = asked_for(city), lost(city)
    refresh(full=True)
    today = timezone.localdate()
    period = {"start": today - timedelta(days=40), "end": today + timedelta(days=40)}
    there = reverse("desk:records", args=["counter_service_opened"])
    page = browser(city.duty_leader).get(there, period).content.decode()
    assert (matter.number in page, other.number in page) == (True, False)
    assert (
        there
        in browser(city.duty_leader).get("/desk/measures/counter_service_opened/").content.decode()
    )


def test_the_page_of_an_import_asks_which_kind_its_rows_are(city: City) -> None:
    operator = browser(city.operator)
    rows = "编号,报失时间,类别,遗失物品,物品分类\n" + "".join(
        f"L{n},2026-03-{n:02} 08:00,手机遗失,黑色手机,手机\n" for n in range(1, 20)
    )
    given = BytesIO(rows.encode())
    given.name = "lost.csv"
    assert operator.post("/desk/import/", {"file": given}).status_code == 303
    there = f"/desk/import/{ImportRun.objects.get().pk}/"
    page = operator.get(there, {"profile": ""}).content.decode()
    assert 'value="incident" selected' in page
    page = operator.get(there, {"profile": "", "kind": "lost_property"}).content.decode()
    assert 'value="lost_property" selected' in page
    assert ("物品分类" in page, "警情编号" in page) == (True, False)
    barred = operator.get(there, {"profile": "", "kind": "whisper"}).content.decode()
    assert 'id="start"' not in barred
    assert not Matter.objects.exists()
