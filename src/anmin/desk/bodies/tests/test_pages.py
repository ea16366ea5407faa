"""The pages of a body and of whoever asked it, through the web: nothing of others is ever shown."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.personas import Body, City, SignIn, body, order_to

from anmin.desk.notices.actions import tell_of_deadlines, tell_of_entries
from anmin.desk.notices.models import Notice
from anmin.desk.notices.queries import notices_for, preferences
from anmin.files.models import File
from anmin.files.tests.samples import photo
from anmin.matters.actions import add_note, move
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.follow import give
from anmin.matters.models import Entry, Matter
from anmin.people.models import Account

NOW = datetime.fromisoformat("2026-11-10 10:00+08:00")
MARKERS = ("暗号甲", "暗号乙", "暗号丙", "13900007777", "周玉兰", "陈立", "chenli")
"""Words of the parent, of its reporter, of an inner note, and of who works on it."""


@pytest.fixture(autouse=True)
def clock(settings: Any, tmp_path: Any) -> Any:
    settings.ANMIN_HOME = tmp_path
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def street(city: City) -> Body:
    return body()


@pytest.fixture
def order(city: City, street: Body) -> Matter:
    """An order from a theft that is full of words that are not for the body."""
    contact = ContactFacts("周玉兰", "+8613900007777", "暗号乙")
    parent = city.incident(summary="暗号甲", place="暗号甲", contact=contact)
    order = order_to(street.unit, parent, city.officer)
    add_note(matter_id=order.pk, actor=Actor.of(city.officer), text="暗号丙")
    return order


def step(order: Matter, code: str, by: Account, **inputs: Any) -> Matter:
    return move(matter_id=order.pk, code=code, actor=Actor.of(by), inputs=inputs)


def form(**given: str) -> dict[str, str]:
    return {"key": "k" * 32, "version": "", **given}


def sent(order: Matter, **given: str) -> dict[str, str]:
    order.refresh_from_db()
    return {"key": f"key-{order.version}", "version": str(order.version), **given}


def test_the_whole_way_through_the_pages(city: City, street: Body, sign_in: SignIn) -> None:
    parent = city.incident(place="文化路12号")
    police, theirs = sign_in(city.officer), sign_in(street.partner)
    new = f"{reverse('desk:matter_new')}?kind=body_order&parent={parent.number}"
    form = police.get(new).content.decode()
    assert "协办单位" in form
    assert 'name="category"' not in form  # what the matter is about is not the body's to know
    assert "（选填）" not in form[form.index("协办单位") : form.index("协办单位") + 40]
    assert "不要写是谁反映的" in form
    assert 'value="文化路12号"' in form  # the body is told where, without anybody typing it again
    given = {
        "summary": "请检查路灯",
        "unit": "锦湖街道办事处 (WB-JH)",
        "opened_at": "2026-11-10T09:55",
        "d_task": "3号路口路灯不亮，请修复。",
        "d_due_by": "2026-11-20",
        "key": "new-order",
    }
    refused = police.post(new, {**given, "unit": "玉海派出所 (RA-YH)"})
    assert refused.status_code == 422
    told = police.post(new, given)
    order = Matter.objects.get(kind="body_order")
    assert (told.status_code, order.unit, order.parent) == (303, street.unit, parent)

    assert theirs.get("/desk/").headers["Location"] == reverse("desk:owed")
    assert "请检查路灯" in theirs.get(reverse("desk:owed")).content.decode()
    page = theirs.get(reverse("desk:owed_order", args=[order.number])).content.decode()
    assert re.search(r"交办单位</span><br>锦湖派出所<", page)  # whom to phone
    page = reverse("desk:owed_order", args=[order.number])
    assert "3号路口路灯不亮" in theirs.get(page).content.decode()
    for code, inputs in (("accept", {}), ("report", {"report": "已修复"})):
        address = reverse("desk:owed_step", args=[order.number, code])
        assert theirs.post(address, sent(order, **inputs)).headers["Location"] == page
    address = reverse("desk:owed_files", args=[order.number])
    late = theirs.post(address, {"key": "f", "file": SimpleUploadedFile("灯.jpg", photo())})
    assert late.status_code == 403  # it waits for the police now
    assert "等待本单位处理" in police.get(reverse("desk:asked")).content.decode()
    assert (
        "等待交办单位处理"
        in police.get(reverse("desk:matter", args=[parent.number])).content.decode()
    )
    address = reverse("desk:matter_step", args=[order.number, "approve"])
    looked = {"looked_on": "2026-11-10", "found": "灯已亮", "outcome": "fixed"}
    assert police.post(address, sent(order, **looked)).status_code == 303
    order.refresh_from_db()
    assert order.state == "done"
    assert "近期办结" in theirs.get(reverse("desk:owed")).content.decode()
    answer = reverse("desk:matter_step", args=[parent.number, "answer"])
    reply = sent(parent, reply="路灯已由街道修复。")
    assert police.post(answer, reply).status_code == 303  # the parent goes on


def test_a_body_reads_nothing_of_the_matter_or_of_who_works_on_it(
    city: City, street: Body, order: Matter, sign_in: SignIn
) -> None:
    other = body("WB-WY", "文化物业", "manager")
    parent = order.parent
    assert parent is not None
    hidden = order_to(other.unit, parent, city.officer, summary="暗号甲")
    theirs = sign_in(street.partner)
    step(order, "accept", street.partner)
    for name, args in (
        ("owed", []),
        ("owed_order", [order.number]),
        ("notices", []),
        ("notice_preferences", []),
    ):
        page = theirs.get(reverse(f"desk:{name}", args=args)).content.decode()
        assert [one for one in (*MARKERS, parent.number) if one in page] == [], name
        assert hidden.number not in page
    for number in (parent.number, hidden.number):
        assert theirs.get(reverse("desk:owed_order", args=[number])).status_code == 404
        address = reverse("desk:owed_step", args=[number, "accept"])
        assert theirs.post(address, form()).status_code == 404
        address = reverse("desk:owed_files", args=[number])
        assert (
            theirs.post(address, {"file": SimpleUploadedFile("a.jpg", photo())}).status_code == 404
        )
    for name in ("matters", "asked", "morning", "day", "callbacks", "import", "watch"):
        assert theirs.get(reverse(f"desk:{name}")).status_code == 403, name
    for name in ("matter", "matter_files"):
        assert theirs.get(reverse(f"desk:{name}", args=[order.number])).status_code == 403, name


def test_the_next_body_reads_nothing_that_the_one_before_said(
    city: City, street: Body, order: Matter, sign_in: SignIn
) -> None:
    from anmin.matters.actions import assign

    theirs = sign_in(street.partner)
    address = reverse("desk:owed_files", args=[order.number])
    for who, name in ((street.partner, "前手.jpg"), (city.officer, "现场.jpg")):
        photos = {"key": f"{name:_<40}", "file": SimpleUploadedFile(name, photo())}
        if who == city.officer:
            address = reverse("desk:matter_files", args=[order.number])
        assert sign_in(who).post(address, photos).status_code in (302, 303), name
    mine = File.objects.get(by=street.partner).pk
    assert theirs.get(reverse("desk:owed_file", args=[order.number, mine])).status_code == 200
    step(order, "send_off", street.partner, not_theirs="暗号甲：不归我们")
    other = body("WB-WY", "文化物业", "manager")
    assign(matter_id=order.pk, actor=Actor.of(city.duty_leader), unit=other.unit, note="暗号乙")
    move(matter_id=order.pk, code="give_again", actor=Actor.of(city.officer), note="请贵公司办理")
    next_one = sign_in(other.partner)
    text = next_one.get(reverse("desk:owed_order", args=[order.number])).content.decode()
    assert ("请贵公司办理" in text, "现场.jpg" in text, "前手.jpg" in text) == (True, True, False)
    for name in ("owed_file", "owed_file_small"):
        assert next_one.get(reverse(f"desk:{name}", args=[order.number, mine])).status_code == 404
    assert [one for one in MARKERS if one in text] == []


def test_files_of_the_order_go_both_ways(
    city: City, street: Body, order: Matter, sign_in: SignIn
) -> None:
    theirs = sign_in(street.partner)
    address = reverse("desk:owed_files", args=[order.number])
    sent_it = theirs.post(address, {"key": "f", "file": SimpleUploadedFile("灯.jpg", photo())})
    assert sent_it.status_code == 303
    page = theirs.get(reverse("desk:owed_order", args=[order.number])).content.decode()
    assert "灯.jpg" in page
    link = re.search(r'href="([^"]*/files/\d+/[^"]*)"', page)
    assert link
    one = theirs.get(link[1])
    assert one.headers["Content-Disposition"].startswith("attachment")
    for who in (city.officer, city.programme):  # the order tells of nobody
        seen = sign_in(who).get(reverse("desk:matter_files", args=[order.number]))
        assert "灯.jpg" in seen.content.decode()
    refused = theirs.post(address, {"key": "g"})
    assert refused.status_code == 422


def test_a_repeated_step_and_an_old_page_change_nothing(
    city: City, street: Body, order: Matter, sign_in: SignIn
) -> None:
    theirs = sign_in(street.partner)
    address = reverse("desk:owed_step", args=[order.number, "accept"])
    given = sent(order)
    assert [theirs.post(address, given).status_code for _ in range(2)] == [303, 303]
    assert Entry.objects.filter(matter=order, action="accept").count() == 1
    address = reverse("desk:owed_step", args=[order.number, "report"])
    old = theirs.post(address, {**given, "key": "other", "report": "已修"})
    assert old.status_code == 409
    assert "已修" in old.content.decode()
    assert theirs.post(reverse("desk:owed_step", args=[order.number, "nothing"])).status_code == 404


def test_the_list_of_who_asked_is_a_file(city: City, order: Matter, sign_in: SignIn) -> None:
    leader = sign_in(city.duty_leader)
    text = b"".join(leader.get(reverse("desk:asked_file", args=["csv"]))).decode("utf-8-sig")
    assert "锦湖街道办事处" in text
    assert order.number in text
    assert sign_in(city.other_officer).get(reverse("desk:asked")).content.decode().count("XB-") == 0


def test_the_citizen_reads_which_body_owes_what(
    city: City, order: Matter, client: Any, clock: time_machine.Traveller
) -> None:
    parent = order.parent
    assert parent is not None
    code = give(parent)
    client.post(reverse("portal:follow"), {"number": parent.number, "code": code})
    page = client.get(reverse("portal:followed", args=[parent.number])).content.decode()
    assert "锦湖街道办事处，期限至" in page
    assert "经办人" not in page
    clock.move_to(NOW + timedelta(days=60))
    client.post(reverse("portal:follow"), {"number": parent.number, "code": code})
    page = client.get(reverse("portal:followed", args=[parent.number])).content.decode()
    assert "锦湖街道办事处，自2026年11月12日起逾期" in page


def test_both_sides_are_told_and_each_of_its_own(
    city: City, street: Body, order: Matter, clock: time_machine.Traveller
) -> None:
    def told(account: Account) -> list[str]:
        return sorted(Notice.objects.filter(account=account).values_list("kind", flat=True))

    tell_of_entries(Entry.objects.filter(matter=order))
    assert told(street.partner) == ["unit"]  # not of the inner note
    assert told(city.officer) == []
    step(order, "accept", street.partner)
    tell_of_entries(Entry.objects.filter(matter=order, action="accept"))
    assert (told(street.partner), told(city.officer)) == (["unit"], ["order_moved"])
    [view] = [one for one in notices_for(city.officer) if one.notice.kind == "order_moved"]
    assert view.matter == order
    tell_of_deadlines()
    clock.move_to(NOW + timedelta(days=60))
    tell_of_deadlines()
    assert (told(street.partner), told(city.officer)) == (
        ["at_risk", "late", "unit"],
        ["at_risk", "at_risk", "late", "late", "order_moved"],  # and of the incident
    )
    assert told(city.other_officer) == []
    assert preferences(street.partner).keys() == {"unit", "at_risk", "late", "order_moved"}


def test_what_waits_for_the_police_is_not_the_bodys_to_be_told(
    city: City, street: Body, order: Matter, clock: time_machine.Traveller
) -> None:
    tell_of_deadlines()
    step(order, "send_off", street.partner, not_theirs="非本单位职责")
    clock.move_to(NOW + timedelta(days=60))
    tell_of_deadlines()
    assert not Notice.objects.filter(account=street.partner, kind="late").exists()
    assert Notice.objects.filter(account=city.officer, kind="late", matter=order).exists()


def test_bodies_are_offered_for_what_may_be_theirs_and_for_nothing_else(
    city: City, street: Body, order: Matter, sign_in: SignIn
) -> None:
    leader = sign_in(city.duty_leader)

    def offered(what: str, matter: Matter | None) -> set[str]:
        path = reverse("desk:matter", args=[matter.number]) if matter else "/desk/matters/"
        given = {"HX-Current-URL": f"http://testserver{path}"}
        page = leader.get(reverse("desk:lookup", args=[what]), {"q": "锦湖"}, headers=given)
        return {one for one in ("RA-JH", "WB-JH") if f"({one})" in page.content.decode()}

    assert order.parent is not None
    assert offered("unit", None) == offered("unit", order) == {"RA-JH"}
    assert offered("body", None) == {"WB-JH"}
    assert offered("office", None) == {"RA-JH", "WB-JH"}
    assert (offered("taker", order.parent), offered("taker", order)) == ({"RA-JH"}, {"WB-JH"})
    assert offered("taker", None) == {"RA-JH"}
    leader_of_none = sign_in(street.partner)
    assert leader_of_none.get(reverse("desk:lookup", args=["unit"])).status_code == 403


def test_a_long_list_says_that_it_is_cut_and_its_file_is_whole(
    city: City, order: Matter, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anmin.desk.bodies.rows.MOST", 1)
    leader = sign_in(city.duty_leader)
    assert "这里只列出最先到期的1件" in leader.get(reverse("desk:asked")).content.decode()
