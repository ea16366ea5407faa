"""A thing on the desk: entered by 陈立, kept by 周洁, agreed to by 郑局, given back to its owner."""

from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.personas import City, SignIn

from anmin.people.models import AccessLog
from anmin.property.models import Decision, Handover, Loss
from anmin.property.tests.scene import Rooms, picture, rooms
from anmin.registers.models import Item
from anmin.registers.stores import keeps

if TYPE_CHECKING:
    from django.test import Client


@pytest.fixture
def at(city: City) -> Rooms:
    return rooms(city)


def sent(client: "Client", url: str, **form: Any) -> Any:
    form = {"key": f"k{sent.number}", **form}  # type: ignore[attr-defined]
    sent.number += 1  # type: ignore[attr-defined]
    return client.post(url, form)


sent.number = 1  # type: ignore[attr-defined]


def test_a_thing_goes_its_way_from_seizure_to_receipt(at: Rooms, sign_in: SignIn) -> None:
    officer, keeper = sign_in(at.city.officer), sign_in(at.keeper)
    leader, loss = sign_in(at.city.leader), at.lost()
    made = sent(
        officer,
        "/desk/property/new/",
        sort="e_bike",
        title="电动车",
        brand="雅迪",
        colour="blue",
        serials="YD20260077，LJ88",
        procedure="criminal",
        investigator="chenli",
        seized_at="2020-09-01T09:00",
        value="2600",
        value_source="market",
    )
    item = Item.objects.get()
    url = f"/desk/property/{item.number}/"
    assert (made.status_code, made["Location"]) == (303, url)
    assert item.details["serials"] == ["YD20260077", "LJ88"]
    assert "逾期入库" in keeper.get("/desk/property/?view=take_in").content.decode()
    assert sent(keeper, f"{url}step/keep/", version=1, store="JH-1").status_code == 303
    assert sent(officer, f"{url}step/move/", version=2, store="JH-1").status_code in (403, 422)
    photo = SimpleUploadedFile("车.jpg", picture())
    assert sent(officer, f"{url}files/", file=photo).status_code == 303
    asked = sent(officer, f"{url}owner/", question="座下有什么？", answer="蓝色贴纸")
    assert asked.status_code == 303
    assert "蓝色贴纸" not in officer.get(url).content.decode()
    opened = sent(officer, f"{url}owner/open/", reason="核对")
    assert "蓝色贴纸" in opened.content.decode()
    found = sent(officer, f"{url}losses/", number=loss.number, do="holds", reason="车架号一致")
    assert found.status_code == 303
    assert Loss.objects.get().holds
    ask = sent(officer, f"{url}ask/", sort="return", ground=loss.number, reason="权属明确")
    assert ask.status_code == 303
    assert keeper.get(f"{url}return/").status_code == 404
    waiting = leader.get("/desk/property/?view=decide").content.decode()
    assert item.number in waiting
    assert sent(leader, f"{url}decide/", do="agree").status_code == 303
    assert Decision.objects.get().agreed
    page = keeper.get(f"{url}return/").content.decode()
    assert "民警不得代领" in page
    back = {"version": 2, "name": "王秀英", "relation": "owner"}
    assert sent(keeper, f"{url}return/", **{**back, "name": "陈立"}).status_code == 422
    assert sent(keeper, f"{url}return/", **back).status_code == 303
    assert Handover.objects.get().item_id == item.pk
    assert "王秀英" not in keeper.get(url).content.decode()
    receipt = sent(keeper, f"{url}receipt/").content.decode()
    assert "王秀英" in receipt
    entry = AccessLog.objects.order_by("number").last()
    assert entry is not None
    assert entry.action == "print_return"
    story = officer.get(url).content.decode()
    assert story.index("返还</") < story.index("入库")
    assert story.count("补记于") == 1  # 陈立 seized it three hours before he said so


def test_who_may_not_see_it_finds_nothing_there(at: Rooms, sign_in: SignIn) -> None:
    item = at.kept()
    url = f"/desk/property/{item.number}/"
    stranger = sign_in(at.city.other_officer)
    for page in ("", "losses/", "receipt/", "files/1/", "files/1/small/"):
        assert stranger.get(url + page).status_code == 404
    assert item.number not in stranger.get("/desk/property/?view=all").content.decode()
    assert sign_in(at.city.analyst).get("/desk/property/").status_code == 403


def test_the_list_pages_by_key_and_asks_few_questions(
    at: Rooms, sign_in: SignIn, django_assert_max_num_queries: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("anmin.property.queries.PAGE", 2)
    numbers = [at.entered().number for _n in range(5)]
    client = sign_in(at.city.officer)
    seen: list[str] = []
    after = ""
    for _page in range(3):
        with django_assert_max_num_queries(25):
            page = client.get("/desk/property/", {"after": after})
        rows = page.context["rows"]
        seen += [row.item.number for row in rows]
        after = page.context["older"].partition("after=")[2].replace("%3A", ":").replace("%2B", "+")
        if not after:
            break
    assert sorted(seen) == sorted(numbers)
    assert seen == list(dict.fromkeys(seen))
    for strange in ("x", "2026-01-01_1", "9999-99-99T00:00:00Z_1", "_"):
        assert client.get("/desk/property/", {"after": strange}).status_code == 200


def test_an_event_shows_what_went_back_by_class(at: Rooms, sign_in: SignIn) -> None:
    officer = sign_in(at.city.officer)
    opened = sent(
        officer,
        "/desk/property/events/",
        code="nov-16",
        title_zh="赃物大返还",
        title_en="Stolen goods go back",
        day="2026-11-16",
        place="广场",
    )
    assert opened.status_code == 303
    item = at.kept()
    at.agreed(item, ground=at.owned(item).number)
    from anmin.property.events import event_of

    at.returned(item, event=event_of(at.city.officer, "nov-16"))
    page = officer.get("/desk/property/events/nov-16/").content.decode()
    assert "电动车" in page
    assert "2,600" in page
    assert sent(sign_in(at.keeper), "/desk/property/events/", code="x").status_code == 403


def test_who_keeps_a_store_is_named_on_its_page(at: Rooms, sign_in: SignIn) -> None:
    chief = sign_in(at.city.duty_leader)
    url = "/desk/property/stores/"
    assert sent(chief, url, do="open", code="JH-2", name="二号保管室").status_code == 303
    assert sent(chief, url, do="name", store="JH-2", keeper="zhoujie").status_code == 303
    assert keeps(at.keeper, "JH-2")
    assert "周洁" in chief.get(url).content.decode()
    assert sent(chief, url, do="name", store="JH-2", keeper="chenli").status_code == 422
    assert sent(chief, url, do="end", store="JH-2", keeper="zhoujie").status_code == 303
    assert not keeps(at.keeper, "JH-2")
    for who in (at.keeper, at.city.officer, at.city.inspector):
        assert sent(sign_in(who), url, do="open", code="X", name="x").status_code == 403
