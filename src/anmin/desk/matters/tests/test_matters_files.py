"""The list of matters in another order, and as a file to take away."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from tests.personas import City, SignIn

from anmin.faces.lists import write_list
from anmin.kernel.errors import NotAllowed
from anmin.matters.actor import Actor
from anmin.matters.queries import Filters, list_matters
from anmin.people.models import AccessLog

LIST = "/desk/matters/"
FILE = "/desk/matters/list."


def numbers(page: Any) -> list[str]:
    return re.findall(r"<a data-open[^>]*>([^<]+)</a>", page.content.decode())


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_the_heads_sort_and_the_kind_is_told(city: City, sign_in: SignIn) -> None:
    now = timezone.now()
    old = city.incident(category="noise", opened_at=now - timedelta(hours=5))
    fresh = city.incident(category="noise", opened_at=now - timedelta(hours=1))
    browser = sign_in(city.duty_leader)
    page = browser.get(LIST)
    assert numbers(page) == [old.number, fresh.number]
    assert 'aria-sort="ascending"' in page.content.decode()
    assert '>警情 <span class="muted second">噪声扰民</span></td>' in page.content.decode()
    assert numbers(browser.get(f"{LIST}?sort=-due")) == [fresh.number, old.number]
    assert numbers(browser.get(f"{LIST}?sort=-opened")) == [fresh.number, old.number]
    assert numbers(browser.get(f"{LIST}?sort=opened&view=all")) == [old.number, fresh.number]
    # what is over has no deadline: that order is not offered, nor taken
    everything = browser.get(f"{LIST}?view=all&sort=due")
    assert numbers(everything) == [fresh.number, old.number]
    assert "sort=due" not in everything.content.decode().split("<thead>", 1)[1].split("</thead>")[0]
    assert browser.get(f"{LIST}?sort=price").status_code == 200


@pytest.mark.parametrize("sort", ["due", "-due", "opened", "-opened"])
def test_pages_follow_in_the_order_that_was_asked_for(city: City, sort: str) -> None:
    now = timezone.now()
    made = [
        city.incident(category="noise", opened_at=now - timedelta(hours=n)).number for n in range(5)
    ]
    expected = made if sort.startswith("-") else made[::-1]
    seen: list[str] = []
    cursor, pages = "", []
    while True:
        found = list_matters(city.duty_leader, Filters(sort=sort), cursor=cursor, limit=2)
        seen += [row.number for row in found.rows]
        pages.append([row.number for row in found.rows])
        if not found.older:
            break
        cursor = found.older
    assert seen == expected
    back = list_matters(
        city.duty_leader, Filters(sort=sort), cursor=found.newer, back=True, limit=2
    )
    assert [row.number for row in back.rows] == pages[-2]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_whole_list_as_a_file_with_its_filters(
    city: City, sign_in: SignIn, ending: str
) -> None:
    noise = city.incident(category="noise", summary="=1+1 夜间施工")
    city.incident()
    city.incident(area=city.yuhai_town, actor=Actor.of(city.other_officer), category="noise")
    browser = sign_in(city.duty_leader)
    assert f"{FILE}{ending}?view=live&amp;category=noise" in (
        browser.get(f"{LIST}?category=noise&view=live").content.decode()
    )
    response = browser.get(f"{FILE}{ending}?category=noise")
    assert f".{ending}" in response["Content-Disposition"]
    data = body(response)
    if ending == "csv":
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(data)).active
        assert sheet is not None
        rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert rows[0][:4] == ["编号", "类型", "类别", "摘要"]
    (row,) = rows[1:]
    assert row[:3] == [noise.number, "警情", "噪声扰民"]
    assert row[3].endswith("=1+1 夜间施工")
    assert not (ending == "csv" and row[3].startswith("="))
    logged = AccessLog.objects.latest("number")
    assert (logged.action, logged.account, logged.reason) == (
        "download",
        city.duty_leader,
        f"{FILE}{ending}?category=noise",
    )


def test_only_who_exports_takes_a_list_away(city: City, sign_in: SignIn) -> None:
    city.incident()
    for account in (city.officer, city.operator, city.admin):
        browser = sign_in(account)
        before = AccessLog.objects.filter(action="download").count()
        assert browser.get(f"{FILE}csv").status_code == 403
        assert AccessLog.objects.filter(action="download").count() == before
    assert "list.csv" not in sign_in(city.officer).get(LIST).content.decode()
    browser = sign_in(city.duty_leader)
    assert browser.get(f"{FILE}pdf").status_code == 404
    # a filter that is not understood gives nothing away, rather than everything
    refused = browser.get(f"{FILE}csv?unit=nowhere")
    assert refused.status_code in {400, 409, 422}


def test_whoever_may_take_no_records_away_writes_no_list_by_any_way(
    city: City, tmp_path: Path
) -> None:
    city.incident()
    with pytest.raises(NotAllowed):
        write_list(tmp_path / "list.csv", city.officer, Filters())
    assert list(tmp_path.iterdir()) == []
    assert not AccessLog.objects.exists()
    assert write_list(tmp_path / "list.csv", city.inspector, Filters()) == 1
