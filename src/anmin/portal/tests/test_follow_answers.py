"""王秀英 answers, and lets her matter go on, from the page that she follows it by."""

import uuid
from datetime import timedelta

from django.test import Client
from django.utils import timezone
from tests.personas import City

from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.models import Entry, Reaction
from anmin.matters.reactions import ask_citizen, read_answer
from anmin.portal.tests.test_follow_pages import coded, opened


def test_a_number_is_found_however_it_is_typed(city: City) -> None:
    matter = city.incident()
    code, client = coded(city, matter), Client()
    for typed in (matter.number.replace("-", " ").lower(), matter.number.replace("-", "")):
        answer = client.post("/f/", {"number": typed, "code": code})
        assert answer.headers.get("Location") == f"/f/{matter.number}", typed


def test_what_is_not_solved_goes_on_when_its_citizen_says_why(city: City) -> None:
    matter, client = city.answered(), Client()
    page = opened(client, matter, coded(city, matter))
    last = timezone.localdate() + timedelta(days=30)
    assert "问题没有解决，请继续办理" in page
    assert f"{last.month}月{last.day}日" in page
    address = f"/f/{matter.number}"
    asked = {"step": "go_on", "key": uuid.uuid4().hex}
    assert client.post(address, asked).status_code == 422
    matter.refresh_from_db()
    assert matter.state == "answered"
    for _twice in range(2):
        client.post(address, {**asked, "reason": "当晚又吵起来了"})
    matter.refresh_from_db()
    assert (matter.state, matter.reopened, matter.closed_at) == ("received", 1, None)
    assert matter.due_at is not None
    assert "当晚又吵起来了" in client.get(address).content.decode()
    assert [one.action for one in Entry.objects.filter(matter=matter)].count("go_on") == 1


def test_what_is_written_on_the_page_answers_the_question_that_waits(city: City) -> None:
    matter, client = city.incident(), Client()
    opened(client, matter, coded(city, matter))
    actions.move(matter_id=matter.pk, code="arrive", actor=Actor.of(city.officer))
    code, asks = "ask", "几点发现的？"
    ask_citizen(matter_id=matter.pk, code=code, actor=Actor.of(city.officer), question=asks)
    address, told = f"/f/{matter.number}", {"say": "1", "more-key": uuid.uuid4().hex}
    page = client.post(address, {**told, "more-text": "晚上八点"}, follow=True).content.decode()
    assert "您的回答已收到，回执码：" in page
    matter.refresh_from_db()
    assert matter.state == "arrived"
    answered = Reaction.objects.get()
    assert (read_answer(answered), answered.via) == ("晚上八点", "page")
    entries = Entry.objects.count()
    client.post(address, {**told, "more-text": "晚上八点"})
    assert (Entry.objects.count(), Reaction.objects.count()) == (entries, 1)
    client.post(address, {"say": "1", "more-key": uuid.uuid4().hex, "more-text": "门没锁"})
    assert Entry.objects.order_by("-seq")[0].action == "said"
