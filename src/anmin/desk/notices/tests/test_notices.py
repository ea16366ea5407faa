"""Who is told of what: each person's inbox, and how they tune it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.personas import City, SignIn

from anmin.callbacks.signing import night_close
from anmin.channels.delivery import deliver_due
from anmin.desk.notices import actions as desk
from anmin.desk.notices import queries, tasks
from anmin.desk.notices.kinds import occasions
from anmin.desk.notices.models import Notice, Watch
from anmin.kernel.errors import Refusal
from anmin.matters import actions, merging
from anmin.matters.actor import CITIZEN, Actor
from anmin.people.models import Account


def told(account: Account) -> list[str]:
    """The kinds of notice somebody has, oldest first."""
    return list(
        Notice.objects.filter(account=account).order_by("pk").values_list("kind", flat=True)
    )


def hear() -> None:
    """Let the desk read the news."""
    tasks.tell()


def test_who_is_given_a_matter_is_told_once(city: City) -> None:
    matter = city.incident()
    actions.assign(matter_id=matter.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    hear()
    assert told(city.officer) == ["mine"]
    assert told(city.duty_leader) == []  # who did it is not told
    desk.tell_of_entries(list(matter.entries.select_related("matter")))
    assert told(city.officer) == ["mine"]


def test_a_unit_hears_of_what_another_hands_it(city: City) -> None:
    matter = city.incident(area=city.yuhai_town)
    own = city.incident()
    hear()
    # 陈立 of Jinhu opened a matter for Yuhai; he is no leader there, and his own unit knows.
    assert told(city.duty_leader) == []
    actions.assign(matter_id=matter.pk, actor=Actor.of(city.inspector), unit=city.jinhu)
    hear()
    assert told(city.duty_leader) == ["unit"]
    assert told(city.officer) == []  # officers are not told of their unit's matters by default
    assert own.number not in {view.matter.number for view in queries.notices_for(city.duty_leader)}


def test_sent_back_notes_and_replies(city: City) -> None:
    matter = city.answered()
    leader = Actor.of(city.duty_leader)
    actions.assign(matter_id=matter.pk, actor=leader, account=city.officer)
    inspector = Actor.of(city.inspector)
    actions.move(matter_id=matter.pk, code="reopen", actor=inspector, note="答复有误")
    actions.add_note(matter_id=matter.pk, actor=leader, text="请尽快")
    actions.move(matter_id=matter.pk, code="ask", actor=leader, inputs={"question": "车架号？"})
    actions.move(matter_id=matter.pk, code="resume", actor=CITIZEN)
    hear()
    assert told(city.officer) == ["mine", "sent_back", "replied"]
    desk.set_preferences(account=city.officer, wanted={"noted": True, "sent_back": False})
    Notice.objects.all().delete()
    desk.tell_of_entries(list(matter.entries.select_related("matter").order_by("seq")))
    assert told(city.officer) == ["mine", "noted", "replied"]


def test_an_import_tells_nobody(city: City) -> None:
    city.incident(actor=Actor.system("import"), area=city.town)
    hear()
    assert not Notice.objects.exists()


def test_a_system_order_is_told(city: City) -> None:
    actions.open_matter(
        kind="rectification",
        actor=Actor.system("callbacks"),
        category="theft",
        summary="回访不满意",
        unit=city.jinhu,
    )
    hear()
    assert told(city.duty_leader) == ["unit"]


def test_deadlines_are_told_when_they_come_near_and_when_they_pass(city: City) -> None:
    now = timezone.now()
    old = city.incident(key="old", opened_at=now - timedelta(days=9))
    tasks.watch_deadlines()
    assert not Notice.objects.exists()  # what was late before the desk began to watch
    assert set(Watch.objects.values_list("name", flat=True)) == {"late", "at_risk"}

    mine = city.incident(key="mine", category="noise")
    free = city.incident(key="free", category="noise")
    actions.assign(matter_id=mine.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    due = max(matter.due_at for matter in (mine, free) if matter.due_at)
    assert desk.tell_of_deadlines(due + timedelta(seconds=1)) == 4
    assert told(city.officer) == ["late", "late"]
    assert told(city.duty_leader) == ["unit_late", "late"]
    assert desk.tell_of_deadlines(due + timedelta(hours=1)) == 0
    assert not Notice.objects.filter(matter=old).exists()


def test_soon_due_is_told_before_it_is_late(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks.watch_deadlines()
    matter = city.incident(category="noise")
    assert matter.due_at
    monkeypatch.setattr(desk, "at_risk_before", lambda: matter.due_at + timedelta(seconds=1))
    assert desk.tell_of_deadlines() == 2
    assert told(city.duty_leader) == told(city.officer) == ["at_risk"]


def test_old_notices_are_forgotten(city: City) -> None:
    matter = city.incident()
    actions.assign(matter_id=matter.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    hear()
    assert desk.forget_notices() == 0
    assert desk.forget_notices(timezone.now() + timedelta(days=91)) == 1


def test_a_day_left_unsigned_is_told_to_who_may_sign_it(city: City, sign_in: SignIn) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    assert night_close(yesterday) == 1
    deliver_due()
    page = sign_in(city.duty_leader).get("/desk/notices/").content.decode()
    letters = page.split('id="letters"', 1)[1].split("</ul>", 1)[0]
    assert f'href="/desk/day/?unit=RA-JH&amp;date={yesterday}"' in letters
    assert "锦湖派出所" in letters
    assert "未审签" in letters
    assert 'id="letters"' not in sign_in(city.officer).get("/desk/notices/").content.decode()


def test_the_inbox_opens_the_matter_and_marks_it_read(city: City, sign_in: SignIn) -> None:
    matter = city.incident(summary="电动车被盗")
    actions.assign(matter_id=matter.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    hear()
    browser = sign_in(city.officer)
    assert 'class="bell-count">1<' in browser.get("/desk/").content.decode()
    page = browser.get("/desk/notices/").content.decode()
    assert "电动车被盗" in page
    assert 'class="unread"' in page
    notice = Notice.objects.get()
    stranger = sign_in(city.other_officer)
    stranger.post("/desk/notices/read/", {"notice": notice.pk})
    assert Notice.objects.get().read_at is None
    gone = browser.post("/desk/notices/read/", {"notice": notice.pk, "open": matter.number})
    assert gone["Location"] == f"/desk/matters/{matter.number}/"
    assert Notice.objects.get().read_at is not None
    assert queries.unread_count(city.officer) == 0


def test_a_matter_that_left_the_unit_keeps_its_facts(city: City, sign_in: SignIn) -> None:
    matter = city.incident(summary="电动车被盗")
    leader = Actor.of(city.duty_leader)
    actions.assign(matter_id=matter.pk, actor=leader, account=city.officer)
    hear()
    actions.assign(matter_id=matter.pk, actor=leader, unit=city.yuhai)
    page = sign_in(city.officer).get("/desk/notices/").content.decode()
    assert "电动车被盗" not in page
    assert matter.number not in page
    assert "已不在本单位的事项" in page


def test_preferences_are_tuned_on_their_page(city: City, sign_in: SignIn) -> None:
    browser = sign_in(city.officer)
    page = browser.get("/desk/notices/preferences/").content.decode()
    assert 'value="mine" checked' in page
    assert 'value="noted" checked' not in page
    browser.post("/desk/notices/preferences/", {"kind": ["noted", "late"]})
    assert {kind for kind, wanted in queries.preferences(city.officer).items() if wanted} == {
        "noted",
        "late",
    }
    assert queries.preferences(city.duty_leader)["mine"] is True
    with pytest.raises(Refusal):
        desk.set_preferences(account=city.officer, wanted={"gossip": True})


def test_the_inbox_has_pages(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    now: Any = timezone.now()
    Notice.objects.bulk_create(
        Notice(account=city.officer, kind="noted", matter=matter, about=str(n), at=now)
        for n in range(70)
    )
    browser = sign_in(city.officer)
    first = browser.get("/desk/notices/").content.decode()
    assert first.count("data-item") == 50
    last = min(Notice.objects.order_by("-pk").values_list("pk", flat=True)[:50])
    assert f"?before={last}" in first
    assert browser.get(f"/desk/notices/?before={last}").content.decode().count("data-item") == 20
    browser.post("/desk/notices/read/")
    assert queries.unread_count(city.officer) == 0


@pytest.mark.parametrize("number", ["../../x", "//evil.example", "a/b", "?x", "JQ-2026-9999999-X"])
def test_a_notice_leads_to_a_matter_of_ones_own_and_nowhere_else(
    city: City, sign_in: SignIn, number: str
) -> None:
    client = sign_in(city.duty_leader)
    mine, others = city.incident(), city.incident(unit=city.yuhai)
    address = "/desk/notices/read/"
    assert client.post(address, {"open": number}).status_code == 404
    assert client.post(address, {"open": others.number}).status_code == 404
    opened = client.post(address, {"open": mine.number})
    assert (opened.status_code, opened["Location"]) == (303, f"/desk/matters/{mine.number}/")


def unread(account: Account) -> list[str]:
    """The kinds of notice somebody has not read, oldest first."""
    rows = Notice.objects.filter(account=account, read_at=None).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def test_what_somebody_has_handled_is_no_news_to_them(city: City) -> None:
    matter, other = city.incident(), city.incident()
    leader = Actor.of(city.duty_leader)
    for one in (matter, other):
        actions.assign(matter_id=one.pk, actor=leader, account=city.officer)
    hear()
    assert unread(city.officer) == ["mine", "mine"]
    actions.add_note(matter_id=matter.pk, actor=leader, text="请尽快")
    hear()
    assert unread(city.officer) == ["mine", "mine"]  # somebody else's note handles nothing
    reply = {"reply": "已立案，正在调取监控，有进展会告知您。"}
    officer = Actor.of(city.officer)
    actions.move(matter_id=matter.pk, code="answer", actor=officer, inputs=reply)
    hear()
    left = Notice.objects.get(account=city.officer, read_at=None)
    assert left.matter == other


def test_a_late_notice_goes_when_the_deadline_is_met_for_everybody(city: City) -> None:
    matter = city.incident()
    actions.assign(matter_id=matter.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    desk.tell_of_deadlines(timezone.now())
    desk.tell_of_deadlines(timezone.now() + timedelta(days=3))
    hear()
    assert {"late"} <= set(unread(city.officer))
    assert unread(city.duty_leader) == ["unit_late"]
    reply = {"reply": "已立案，正在调取监控，有进展会告知您。"}
    actions.move(matter_id=matter.pk, code="answer", actor=Actor.of(city.officer), inputs=reply)
    hear()
    assert unread(city.officer) == unread(city.duty_leader) == []


def test_what_goes_to_another_unit_is_no_longer_asked_of_the_first(city: City) -> None:
    matter = city.incident()
    actions.assign(matter_id=matter.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    hear()
    assert unread(city.officer) == ["mine"]
    actions.assign(matter_id=matter.pk, actor=Actor.of(city.inspector), unit=city.yuhai)
    hear()
    assert unread(city.officer) == []


def test_two_matters_made_one_are_no_change_of_a_deadline(city: City) -> None:
    one, other = city.incident(key="one"), city.incident(key="other")
    for matter in (one, other):
        actions.assign(matter_id=matter.pk, actor=Actor.of(city.duty_leader), account=city.officer)
    by = Actor.of(city.inspector)
    merging.merge(matter_id=one.pk, into_id=other.pk, actor=by, reason="同一件事")
    entries = [*one.entries.select_related("matter"), *other.entries.select_related("matter")]
    assert any(entry.payload.get("clocks") and entry.action == "merged" for entry in entries)
    assert "deadline" not in [kind for entry in entries for kind in occasions(entry)]
