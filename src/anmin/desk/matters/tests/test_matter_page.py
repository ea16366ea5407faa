"""陈立 and 周卫国 work one matter on its page; who may not sees and changes nothing."""

import re

import pytest
from tests.personas import WANG, City, SignIn

from anmin.desk.matters.tests.test_matters_pages import clock, hidden, text, url, world
from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.models import Entry, Link, Matter
from anmin.people.models import AccessLog

__all__ = ["clock"]


def test_an_incident_is_worked_to_its_answer_without_script(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.officer)
    page = text(browser.get(url(matter)))
    for word in ("派警", "到场", "答复报警人", "王某", "138****2345", "锦湖派出所"):
        assert word in page
    assert "王秀英" not in page
    assert WANG.phone not in page

    go = browser.post(
        url(matter, "step", "dispatch"), hidden(page, url(matter, "step", "dispatch"))
    )
    assert (go.status_code, go["Location"]) == (303, url(matter))
    page = text(browser.get(url(matter)))
    assert "已派警" in page
    action = url(matter, "step", "answer")
    fields = hidden(page, action)
    missing = browser.post(action, {**fields, "reply": " "})
    assert missing.status_code == 422
    assert re.search(r'<details class="step"[^>]*答复报警人" open>', text(missing))
    assert Matter.objects.get().state == "dispatched"
    browser.post(action, {**fields, "reply": "已立案，正在调取监控。"})
    matter.refresh_from_db()
    assert (matter.state, matter.details["reply"]) == ("answered", "已立案，正在调取监控。")
    page = text(browser.get(url(matter)))
    assert "已立案，正在调取监控。" in page
    assert "陈立" in page


def test_sending_twice_does_it_once(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.officer)
    page = text(browser.get(url(matter)))
    for action, data in (
        (url(matter, "note"), {"note": "已联系物业。"}),
        (url(matter, "step", "answer"), {"reply": "已立案。"}),
    ):
        fields = {**hidden(page, action), **data}
        before = Entry.objects.count()
        assert [browser.post(action, fields).status_code for _n in range(3)] == [303] * 3
        assert Entry.objects.count() == before + 1
        page = text(browser.get(url(matter)))


def test_a_ready_text_is_put_in_and_its_gaps_must_be_filled(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.officer)
    action = url(matter, "step", "answer")
    page = text(browser.get(url(matter)))
    assert 'value="case_filed"' in page
    assert 'value="mediated"' not in page  # not for a theft
    response = browser.post(
        action, {**hidden(page, action), "reply": "王女士您好：", "insert": "case_filed"}
    )
    form = text(response)
    assert response.status_code == 200
    assert "王女士您好：\n您好，您报的案件已登记受案" in form
    # Registered is not opened, and the message itself names unit and number.
    written = form.partition("您报的案件")[2].partition("</textarea>")[0]
    assert not any(word in written for word in ("立案", "有进展", matter.number))
    sent = browser.post(action, {**hidden(form, action), "reply": "您好，目前〔已开展的工作〕。"})
    assert sent.status_code == 422
    assert "〔已开展的工作〕" in text(sent)
    assert Matter.objects.get().state == "received"
    browser.post(action, {**hidden(form, action), "reply": "依据瑞公通〔2026〕12号，已受理。"})
    assert Matter.objects.get().state == "answered"


def test_a_conflict_shows_what_changed_and_lets_one_go_on(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.officer)
    action = url(matter, "step", "answer")
    fields = hidden(text(browser.get(url(matter))), action)
    actions.move(matter_id=matter.pk, code="arrive", actor=Actor.of(city.duty_leader))
    before = world()
    for headers in ({}, {"HX-Request": "true"}):
        response = browser.post(action, {**fields, "reply": "已处置完毕。"}, headers=headers)
        page = text(response)
        assert response.status_code == 409
        assert "已处置完毕。" in page
        since = page.split("since", 1)[1].split("</section>", 1)[0]
        assert "到场" in since
        assert "周卫国" in since
        assert world() == before
    again = browser.post(action, {**hidden(page, action), "reply": "已处置完毕。"})
    assert again.status_code == 303
    assert Matter.objects.get().state == "answered"


def test_what_was_typed_survives_a_step_that_is_gone(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.officer)
    action = url(matter, "step", "answer")
    fields = hidden(text(browser.get(url(matter))), action)
    actions.move(
        matter_id=matter.pk,
        code="answer",
        actor=Actor.of(city.duty_leader),
        inputs={"reply": "已答复。"},
    )
    response = browser.post(action, {**fields, "reply": "我写了很久的答复"})
    assert response.status_code == 409
    assert "我写了很久的答复" in text(response)
    assert Matter.objects.get().details["reply"] == "已答复。"


@pytest.mark.parametrize("who", ["other_officer", "operator", "admin"])
def test_another_units_matter_is_not_there(city: City, sign_in: SignIn, who: str) -> None:
    matter = city.incident()
    browser = sign_in(getattr(city, who))
    before = world()
    expected = 404 if who == "other_officer" else 403
    assert browser.get(url(matter)).status_code == expected
    for rest, data in (
        (("step", "dispatch"), {"key": "k"}),
        (("assign",), {"key": "k", "to": "RA-YH"}),
        (("note",), {"key": "k", "note": "x"}),
        (("reveal",), {"reason": "好奇"}),
    ):
        assert browser.post(url(matter, *rest), data).status_code == expected
    assert world() == before
    assert not AccessLog.objects.filter(action="reveal_contact").exists()


@pytest.mark.parametrize("who", ["leader", "analyst", "programme"])
def test_who_only_reads_changes_nothing_and_sees_no_contact(
    city: City, sign_in: SignIn, who: str
) -> None:
    matter = city.incident()
    browser = sign_in(getattr(city, who))
    page = text(browser.get(url(matter)))
    assert "matter-steps" not in page
    assert "138****" not in page
    assert "王某" not in page
    before = world()
    for rest, data in (
        (("step", "dispatch"), {"key": "k"}),
        (("assign",), {"key": "k", "to": "RA-YH"}),
        (("reveal",), {"reason": "好奇"}),
    ):
        response = browser.post(url(matter, *rest), data)
        assert response.status_code == 403
        assert "权限" in text(response)
    assert world() == before
    assert not AccessLog.objects.filter(action="reveal_contact").exists()


def test_the_contact_is_shown_for_a_reason_that_is_kept(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.duty_leader)
    assert browser.post(url(matter, "reveal"), {"reason": " "}).status_code == 422
    looks = AccessLog.objects.filter(action="reveal_contact")
    assert not looks.exists()
    for headers in ({}, {"HX-Request": "true"}):
        response = browser.post(url(matter, "reveal"), {"reason": "回电核实"}, headers=headers)
        assert "王秀英" in text(response)
        assert "138 5771 2345" in text(response)
        assert "no-store" in response["Cache-Control"]
    assert [(look.account, look.reason) for look in looks] == [(city.duty_leader, "回电核实")] * 2
    assert "王秀英" not in text(browser.get(url(matter)))


def test_a_matter_is_handed_over_by_name_or_code(city: City, sign_in: SignIn) -> None:
    matter = city.incident()
    browser = sign_in(city.duty_leader)
    offered = text(browser.get("/desk/lookup/taker/", {"to": "陈"}))
    assert "陈立 (chenli)" in offered
    assert "何军" not in text(browser.get("/desk/lookup/taker/", {"to": "何军"}))
    action = url(matter, "assign")
    fields = hidden(text(browser.get(url(matter))), action)
    response = browser.post(action, {**fields, "to": "陈立 (chenli)", "note": "请今天处理"})
    assert response["Location"] == url(matter)
    matter.refresh_from_db()
    assert matter.assignee == city.officer
    fields = hidden(text(browser.get(url(matter))), action)
    unclear = browser.post(action, {**fields, "to": "派出所"})
    assert unclear.status_code == 422
    assert "锦湖派出所 (RA-JH)" in text(unclear)
    away = browser.post(action, {**fields, "to": "玉海派出所"})
    assert away["Location"] == "/desk/matters/"
    matter.refresh_from_db()
    assert (matter.unit, matter.assignee) == (city.yuhai, None)
    story = text(sign_in(city.other_officer).get(url(matter)))
    assert "玉海派出所" in story
    assert "请今天处理" in story


def test_the_citizen_is_asked_once_and_the_answer_is_read(city: City, sign_in: SignIn) -> None:
    from anmin.channels.queries import body_of, messages_about
    from anmin.matters.reactions import answer_question

    matter = city.incident()
    actions.move(matter_id=matter.pk, code="arrive", actor=Actor.of(city.officer))
    browser = sign_in(city.officer)
    action = url(matter, "step", "ask")
    fields = {**hidden(text(browser.get(url(matter))), action), "question": "车架号是多少？"}
    assert [browser.post(action, fields).status_code for _n in range(2)] == [303, 303]
    sent = list(messages_about(f"matter:{matter.number}"))
    assert len(sent) == 1
    answer_question(token=body_of(sent[0]).rsplit("/", 1)[1], text="LX2026001")
    assert "LX2026001" in text(browser.get(url(matter)))
    assert "LX2026001" not in text(sign_in(city.leader).get(url(matter)))


def test_an_english_reader_reads_english(city: City, sign_in: SignIn) -> None:
    matter = city.answered()
    page = text(sign_in(city.inspector, language="en").get(url(matter)))
    for word in ("Answer the reporter", "Jinhu Station", "Answer for the reporter:", "Reopen"):
        assert word in page


# --- opening by hand --------------------------------------------------------------------------------


def test_who_has_to_make_the_first_contact_is_led_to_whom(city: City, sign_in: SignIn) -> None:
    """An order given without the citizen's name leads the inspectorate, and it alone, there."""
    cause, order = city.incident(), city.incident(contact=None)
    Link.objects.create(matter=order, relation="cause", other=cause, sealed=True)
    led = f'<a href="{url(cause)}">{cause.number}</a>'
    assert led in text(sign_in(city.inspector).get(url(order))).split('id="contact"')[1]
    page = text(sign_in(city.officer).get(url(order)))
    assert cause.number not in page
    assert "没有登记联系方式" in page


def test_who_has_it_is_named_to_those_who_work_with_it_alone(city: City, sign_in: SignIn) -> None:
    """Neither beside the facts nor in the history."""
    leader = Actor.of(city.duty_leader)
    matter = city.incident(actor=leader)
    actions.assign(matter_id=matter.pk, actor=leader, account=city.officer)
    for who, named in ((city.duty_leader, 2), (city.leader, 0), (city.analyst, 0)):
        page = text(sign_in(who).get(url(matter)))
        assert matter.number in page
        assert page.count("陈立") >= named
        assert ("陈立" in page) is bool(named)
