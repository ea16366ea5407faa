"""A list goes into a meeting as a file: as its page shows it, to whoever may, and on record."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from openpyxl import load_workbook
from tests.personas import City, SignIn

from anmin.callbacks import lists
from anmin.callbacks.actions import next_callback, record_answer
from anmin.callbacks.planning import NEWS
from anmin.callbacks.recording import Said
from anmin.callbacks.tests.conftest import TUESDAY
from anmin.callbacks.tests.scene import planned
from anmin.desk.matters.tests.test_matters_files import body
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.people.models import AccessLog


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


def rows_of(response: Any, ending: str = "csv") -> list[list[str]]:
    assert response.status_code == 200
    data = body(response)
    if ending == "csv":
        return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_callbacks_are_whole_beyond_a_page(
    city: City, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    numbers = [planned(city).matter.number for _n in range(5)]
    browser = sign_in(city.inspector)
    page = browser.get("/desk/callbacks/?view=calling").content.decode()
    assert f'href="/desk/callbacks/list.{ending}?view=calling"' in page
    whole = lists.list_page
    monkeypatch.setattr(
        lists, "list_page", lambda *args, **how: whole(*args, **{**how, "limit": 2})
    )
    head, *rows = rows_of(browser.get(f"/desk/callbacks/list.{ending}?view=calling"), ending)
    assert head[0] == "编号"
    assert [row[0] for row in rows] == numbers
    assert {row[1] for row in rows} == {"盗窃"}
    logged = AccessLog.objects.latest("number")
    assert (logged.action, logged.account) == ("download", city.inspector)


def test_the_file_of_a_day_has_what_its_board_has(city: City, sign_in: SignIn) -> None:
    theft = city.incident(summary="=cmd|电动车被盗")
    city.incident(area=city.yuhai_town, actor=Actor.of(city.other_officer))
    browser = sign_in(city.duty_leader)
    assert "day/list.csv" in browser.get("/desk/day/").content.decode()
    head, *rows = rows_of(browser.get("/desk/day/list.csv?date=2026-11-10"))
    assert head[-2:] == ["单位", "承办人"]
    assert [row[0] for row in rows] == [theft.number]
    assert not rows[0][1].startswith("=")
    elsewhere = browser.get("/desk/day/list.csv?unit=RA-YH")
    assert elsewhere.status_code == 403


def test_exclusions_to_be_confirmed_and_the_way_it_is_refused(city: City, sign_in: SignIn) -> None:
    matter = city.answered(details={"minor_involved": True})
    drain([NEWS])
    (_head, row) = rows_of(sign_in(city.inspector).get("/desk/callbacks/exclusions.csv"))
    assert row[:2] == [matter.number, "涉及未成年人"]
    before = AccessLog.objects.filter(action="download").count()
    for account in (city.operator, city.officer, city.duty_leader, city.analyst):
        assert sign_in(account).get("/desk/callbacks/exclusions.csv").status_code == 403
    assert AccessLog.objects.filter(action="download").count() == before


def test_a_unit_takes_no_list_of_callbacks_away(city: City, sign_in: SignIn) -> None:
    planned(city)
    browser = sign_in(city.duty_leader)
    assert browser.get("/desk/callbacks/list.csv").status_code == 403
    assert "list.csv" not in browser.get("/desk/callbacks/").content.decode()
    assert sign_in(city.inspector).get("/desk/callbacks/list.pdf").status_code == 404


@pytest.mark.parametrize(
    ("address", "first"),
    [
        ("/desk/replies/list.csv", "收到时间"),
        ("/desk/undelivered/list.csv", "排队时间"),
        ("/desk/candidates/list.csv", "地点"),
    ],
)
def test_other_lists_have_their_heads(
    city: City, sign_in: SignIn, address: str, first: str
) -> None:
    (head,) = rows_of(sign_in(city.inspector).get(address))
    assert head[0] == first


def test_what_waits_for_the_inspectorate_is_no_debt_of_the_unit(
    city: City, sign_in: SignIn, clock: time_machine.Traveller
) -> None:
    for consent in (False, True):
        callback = planned(city)
        assert next_callback(city.operator) == callback
        said = Said(satisfaction="dissatisfied", consent_contact=consent)
        record_answer(callback_id=callback.pk, operator=city.operator, said=said, key=str(consent))
    sealed, named = Matter.objects.filter(kind="rectification").order_by("pk")
    assert sealed.due_at is not None
    clock.move_to(sealed.due_at + timedelta(hours=2))
    day = timezone.localdate(sealed.due_at)
    browser = sign_in(city.duty_leader)
    rows = {row[0]: row for row in rows_of(browser.get(f"/desk/day/list.csv?date={day}"))[1:]}
    assert "由督察部门首次联系群众" in rows[sealed.number][2]
    assert rows[sealed.number][5] == ""
    assert "由督察部门" not in rows[named.number][2]
    late = browser.get("/desk/matters/?view=late").content.decode()
    assert named.number in late
    assert sealed.number not in late
    page = browser.get(f"/desk/matters/{sealed.number}/").content.decode()
    assert "下一步不由本单位办理，请等候结果" in page
    assert "下一步：" not in page  # no step of theirs, no time that runs out
    assert "step/contact/" not in page
    step = {"key": "k", "version": sealed.version, "note": "已联系"}
    assert browser.post(f"/desk/matters/{sealed.number}/step/contact/", step).status_code == 403
    sealed.refresh_from_db()
    assert sealed.state == "ordered"
    for number in (sealed.number, named.number):
        address = f"/desk/matters/{number}/step/contact/"
        assert sign_in(city.inspector).post(address, {**step, "key": number}).status_code == 303
