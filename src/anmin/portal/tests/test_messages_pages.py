"""王秀英 wants no messages: about one matter, or at all; then again. Nobody else silences her telephone."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from tests.personas import WANG, City, SignIn

from anmin.callbacks import wanted
from anmin.callbacks.models import Callback
from anmin.channels.actions import deliver_due, receive_reply
from anmin.channels.models import Message, OptOut
from anmin.channels.queries import body_of, has_opted_out
from anmin.kernel.errors import Refusal
from anmin.matters import actions, news
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts, reached
from anmin.matters.correcting import Right, correct
from anmin.matters.merging import merge
from anmin.matters.models import Matter
from anmin.portal.tests.test_answer_pages import link
from anmin.portal.tests.test_follow_pages import coded, opened

__all__ = ["link"]


@pytest.fixture
def client() -> Client:
    return Client(headers={"Accept-Language": "en"})


def pressed(client: Client, address: str, do: str, **told: str) -> Any:
    return client.post(address, {"key": uuid.uuid4().hex, "do": do, **told}, follow=True)


def followed(city: City, client: Client, **changes: Any) -> tuple[Matter, str]:
    matter = city.incident(**changes)
    opened(client, matter, coded(city, matter))
    deliver_due()
    return matter, f"/f/{matter.number}/messages"


def test_about_one_matter_and_again(city: City, client: Client, sign_in: SignIn) -> None:
    matter, address = followed(city, client)
    other = city.incident(summary="another one")
    assert f'href="{address}"' in client.get(f"/f/{matter.number}").content.decode()
    said = pressed(client, address, "stop").content.decode()
    assert "Stopped: no more messages or calls about this matter." in said
    about = f"matter:{matter.number}"
    assert (OptOut.objects.get().about, OptOut.objects.get().via) == (
        about,
        f"page:{matter.number}",
    )
    assert not has_opted_out("sms", WANG.phone)
    before = Message.objects.count()
    for one in (matter, other):
        actions.move(
            matter_id=one.pk,
            code="answer",
            actor=Actor.of(city.officer),
            inputs={"reply": "已立案，有进展会告知您。"},
        )
    sent = list(Message.objects.order_by("pk")[before:].values_list("subject_ref", flat=True))
    assert about not in sent
    news.drain()
    # Named by the station itself, so the inspectorate looks at it before nobody is called.
    ways = dict(Callback.objects.values_list("matter__number", "claimed"))
    assert (ways[matter.number], ways[other.number]) == ("opted_out", "")
    desk = sign_in(city.officer).get(f"/desk/matters/{matter.number}/").content.decode()
    assert "不接收该事项的短信" in desk
    assert pressed(client, address, "stop").status_code == 200  # said again, it stays
    assert "again" in pressed(client, address, "start").content.decode()
    assert not OptOut.objects.exists()


def test_all_to_a_number_needs_the_telephone(city: City, client: Client) -> None:
    """Whoever types the number of somebody else into a form does not silence it."""
    _matter, address = followed(city, client)
    assert pressed(client, address, "stop_all").status_code == 422
    assert pressed(client, address, "stop").status_code == 200  # and yet the code is texted
    page = pressed(client, address, "text").content.decode()
    assert 'name="code"' in page
    found = re.search(r"(\d{6})", body_of(Message.objects.latest("pk")))
    assert found
    wrong = f"{(int(found[1]) + 1) % 10**6:06d}"
    for code in (wrong, "", "x" * 21, "\u0661"):
        assert pressed(client, address, "confirm", code=code).status_code == 422
    assert not OptOut.objects.filter(about="").exists()
    assert "gets no messages" in pressed(client, address, "confirm", code=found[1]).content.decode()
    assert has_opted_out("sms", WANG.phone)
    assert "again" in pressed(client, address, "start_all").content.decode()
    assert not has_opted_out("sms", WANG.phone)
    receive_reply(provider="test", provider_ref="1", sender=WANG.phone, text="TD")
    assert pressed(client, address, "start_all").status_code == 422  # she said it by telephone
    assert has_opted_out("sms", WANG.phone)
    receive_reply(provider="test", provider_ref="2", sender=WANG.phone, text="START")
    assert not OptOut.objects.exists()


def test_the_further_number_of_a_report_is_silenced_by_nobody_else(
    city: City, client: Client
) -> None:
    """A stranger reports with the own number first and that of 王秀英 after it, or has codes texted."""
    mine = "+8613900001111"
    _matter, address = followed(city, client, contact=reached("张三", [mine, WANG.phone], ""))
    pressed(client, address, "text")
    assert "gets no messages" in pressed(client, address, "confirm", code=code()).content.decode()
    assert (has_opted_out("sms", mine), has_opted_out("sms", WANG.phone)) == (True, False)
    pressed(client, address, "start_all")
    assert not OptOut.objects.exists()
    other, address = followed(city, client)
    for _turn in range(3):
        pressed(client, address, "text")
    _own, address = followed(city, client)  # of her own matter: the code that was texted holds
    assert pressed(client, address, "text").status_code == 422
    pressed(client, address, "confirm", code=code())
    assert OptOut.objects.get().via != f"page:{other.number}"


@pytest.mark.parametrize(("phone", "silenced"), [(WANG.phone, False), ("+8613900001111", True)])
def test_a_report_that_became_part_of_hers_does_not_silence_her(
    city: City, client: Client, phone: str, silenced: bool
) -> None:
    """A stranger reports the same with the number of 王秀英; with an own one he stops what he gets."""
    hers, other = city.incident(), ContactFacts("张三", phone)
    mine, address = followed(city, client, contact=other)
    by = Actor.of(city.inspector)
    merge(matter_id=mine.pk, into_id=hers.pk, actor=by, reason="同一件事")
    said = pressed(client, address, "stop").content.decode()
    assert "You get no messages about this matter" in said
    about = {f"matter:{mine.number}"} | ({f"matter:{hers.number}"} if silenced else set())
    assert set(OptOut.objects.values_list("about", flat=True)) == about
    assert not has_opted_out("sms", WANG.phone, f"matter:{hers.number}")
    pressed(client, address, "start")
    assert not OptOut.objects.exists()


def code() -> str:
    found = re.search(
        r"(\d{6})", body_of(Message.objects.filter(template="stop_code").latest("pk"))
    )
    assert found
    return found[1]


def test_a_code_is_tried_ten_times_and_texted_three_times_a_day(city: City, client: Client) -> None:
    _matter, address = followed(city, client)
    texted = [pressed(client, address, "text").status_code for _turn in range(4)]
    assert texted == [200, 200, 200, 422]
    found = re.search(r"(\d{6})", body_of(Message.objects.latest("pk")))
    assert found
    for _turn in range(10):
        pressed(client, address, "confirm", code="0")
    assert pressed(client, address, "confirm", code=found[1]).status_code == 422
    assert not OptOut.objects.exists()


def test_matters_opened_with_her_number_give_a_stranger_no_more_guesses(
    city: City, client: Client
) -> None:
    own, _address = followed(city, client)
    wanted.text_code(own)
    right = code()
    others = [city.incident(summary=f"{turn}") for turn in range(4)]
    for turn in range(wanted.TRIES_OF.most):
        with pytest.raises(Refusal):
            wanted.stop_everything(others[turn // 10], key=f"{turn}", code="0")
    with pytest.raises(Refusal, match=r"tomorrow|明天"):
        wanted.stop_everything(others[-1], key="x", code=right)
    assert not OptOut.objects.exists()
    receive_reply(provider="test", provider_ref="1", sender=WANG.phone, text="TD")
    assert has_opted_out("sms", WANG.phone)  # she herself still can


def test_the_link_of_a_message_proves_the_telephone(link: str) -> None:
    client = Client(headers={"Accept-Language": "en"})
    assert f'href="{link}/messages"' in client.get(link).content.decode()
    page = client.get(f"{link}/messages").content.decode()
    assert "/f/" not in page
    assert "gets no messages" in pressed(client, f"{link}/messages", "stop_all").content.decode()
    assert has_opted_out("sms", WANG.phone)
    callback = Callback.objects.get()
    assert (callback.status, callback.disposition != "") == ("closed", True)
    assert client.get("/a/unknown/messages").status_code == 404


def test_the_link_to_a_number_that_was_wrong_stops_nothing(city: City, link: str) -> None:
    matter = Matter.objects.get()
    right = Right(contact=ContactFacts(phone="+8613900002222"))
    planned = {matter.pk}
    correct(
        matter_id=matter.pk,
        actor=Actor.of(city.inspector),
        right=right,
        reason="号码记错",
        planned=lambda _ids: planned,
    )
    client = Client(headers={"Accept-Language": "en"})
    assert client.get(f"{link}/messages").status_code == 404
    assert pressed(client, f"{link}/messages", "stop_all").status_code == 404
    assert not OptOut.objects.exists()


def test_only_with_the_code_and_only_what_there_is(city: City, client: Client) -> None:
    matter = city.incident()
    address = f"/f/{matter.number}/messages"
    assert pressed(client, address, "stop").status_code == 422
    opened(client, matter, coded(city, matter))
    for do in ("", "x", "\u9000\u8ba2", "start_all", "confirm"):
        assert pressed(client, address, do).status_code == 422
    assert client.post(address, {"do": "stop", "key": "1"}).status_code == 422
    assert not OptOut.objects.exists()
    silent = city.incident(contact=None)
    code = actions.give_follow_code(matter_id=silent.pk, actor=Actor.of(city.inspector))
    opened(client, silent, code)
    page = client.get(f"/f/{silent.number}/messages").content.decode()
    assert "No number was left" in page
    assert pressed(client, f"/f/{silent.number}/messages", "stop").status_code == 422
