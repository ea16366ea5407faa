"""王女士 answers by the link of her invitation, once; or says no, and is asked no more."""

import re

import pytest
import time_machine
from django.utils import timezone
from tests.personas import City

from anmin.callbacks.replies import take_replies
from anmin.channels.actions import receive_reply
from anmin.channels.models import Message
from anmin.channels.models import Status as Delivery
from anmin.channels.queries import body_of
from anmin.kernel.errors import NotFound, Refusal
from anmin.surveys import citizen, contacting, fieldwork, waves
from anmin.surveys.citizen import UsedSurveyLink
from anmin.surveys.models import Case, CaseAttempt, Return, SurveyLink, Wave
from anmin.surveys.tests.scene import FULL, in_field, world

pytestmark = pytest.mark.usefixtures("clock")


def invited(city: City) -> tuple[Wave, Case, str]:
    """A wave whose invitations are out; one case, and the token of its link."""
    wave = in_field(city, phones=True)
    assert contacting.advance() == 16
    Message.objects.update(status=Delivery.SENT)
    case = Case.objects.order_by("pk")[0]
    text = body_of(Message.objects.get(key=f"survey:{case.pk}"))
    found = re.search(r"/s/([\w-]+)", text)
    assert found is not None
    assert "王" not in text
    return wave, case, found[1]


def test_invitations_go_out_once_and_never_at_night(
    city: City, clock: time_machine.Traveller
) -> None:
    in_field(city, phones=True)
    clock.move_to(timezone.now().replace(hour=13))  # 21:00
    before = world()
    assert contacting.advance() == 0
    assert world() == before
    clock.move_to(timezone.now().replace(hour=23, minute=30))
    assert contacting.advance() == 0
    clock.shift(3600)
    assert contacting.advance() == 16
    assert contacting.advance() == 0
    assert Message.objects.count() == 16
    assert set(CaseAttempt.objects.values_list("outcome", flat=True)) == {"message_sent"}


def test_she_answers_by_the_link_once(city: City) -> None:
    _wave, case, token = invited(city)
    view = citizen.survey_view(token)
    assert view.sheet.code == "safety"
    assert "王" not in repr(view).replace("王秀英", "王")
    citizen.answer_survey(token=token, given=FULL)
    case.refresh_from_db()
    assert (case.status, case.disposition) == ("done", "1.1")
    row = Return.objects.get()
    assert (row.via, row.operator, row.answers["score"]) == ("link", None, 8)
    before = world()
    for act in (
        lambda: citizen.answer_survey(token=token, given=FULL),
        lambda: citizen.survey_view(token),
        lambda: citizen.decline_survey(token=token),
    ):
        with pytest.raises(UsedSurveyLink):
            act()
    assert world() == before


def test_nothing_said_leaves_the_link_open(city: City) -> None:
    _wave, _case, token = invited(city)
    before = world()
    with pytest.raises(Refusal):
        citizen.answer_survey(token=token, given={"safe_overall": [""]})
    with pytest.raises(Refusal):
        citizen.answer_survey(token=token, given={"safe_overall": ["great"]})
    assert world() == before
    citizen.answer_survey(token=token, given={"safe_overall": ["safe"]})


def test_she_says_no_and_nobody_asks_again(city: City, clock: time_machine.Traveller) -> None:
    wave, case, token = invited(city)
    citizen.decline_survey(token=token)
    case.refresh_from_db()
    assert (case.status, case.disposition) == ("closed", "2.11")
    clock.shift(3 * 86400)
    contacting.advance()
    assert Case.objects.filter(pk=case.pk, status="closed").exists()
    assert fieldwork.next_case(city.operator, wave.pk) != case


def test_declining_does_not_change_how_a_case_has_ended(city: City) -> None:
    _wave, case, token = invited(city)
    for status in (Case.Status.CLOSED, Case.Status.ENTERED):
        Case.objects.filter(pk=case.pk).update(status=status, disposition="4.10")
        before = world()
        with pytest.raises(citizen.UsedSurveyLink):
            citizen.decline_survey(token=token)
        assert world() == before


def test_who_does_not_answer_is_interviewed_after_three_days(
    city: City, clock: time_machine.Traveller
) -> None:
    wave, case, token = invited(city)
    lost = Case.objects.order_by("pk")[1]
    Message.objects.filter(key=f"survey:{lost.pk}").update(status=Delivery.DEAD)
    assert fieldwork.next_case(city.operator, wave.pk) is None
    clock.shift(72 * 3600)
    assert contacting.advance() == 16
    case.refresh_from_db()
    lost.refresh_from_db()
    assert (case.status, case.attempts, case.steps) == ("calling", 1, 1)
    assert (lost.status, lost.attempts, lost.steps) == ("calling", 0, 2)
    # the link still works while the interviewer rings
    citizen.answer_survey(token=token, given=FULL)
    assert Case.objects.get(pk=case.pk).status == "done"


def test_stop_ends_every_case_of_the_phone(city: City) -> None:
    _wave, case, token = invited(city)
    from anmin.surveys.sealing import open_contact

    phone = open_contact(case.row).phone
    receive_reply(provider="t", provider_ref="1", sender=phone, text="TD")
    assert take_replies() == 1
    assert take_replies() == 0
    case.refresh_from_db()
    assert (case.status, case.disposition) == ("closed", "2.11")
    assert citizen.survey_view(token).title


def test_who_had_opted_out_before_gets_no_invitation(city: City) -> None:
    in_field(city, phones=True)
    from anmin.channels.actions import opt_out
    from anmin.surveys.sealing import open_contact

    case = Case.objects.order_by("pk")[0]
    opt_out(medium="sms", recipient=open_contact(case.row).phone, via="sms")
    contacting.advance()
    case.refresh_from_db()
    assert (case.status, case.disposition) == ("closed", "2.11")
    assert Message.objects.filter(status=Delivery.CANCELLED).count() == 1


def test_unknown_expired_and_ended(city: City, clock: time_machine.Traveller) -> None:
    wave, _case, token = invited(city)
    assert token.encode() not in bytes(SurveyLink.objects.all()[0].token_digest)
    with pytest.raises(NotFound):
        citizen.survey_view("guess")
    waves.end_fieldwork(wave_id=wave.pk, by=city.analyst)
    before = world()
    with pytest.raises(NotFound):
        citizen.answer_survey(token=token, given=FULL)
    assert world() == before


def test_a_digit_says_nothing_about_a_questionnaire(city: City) -> None:
    _wave, case, _token = invited(city)
    from anmin.callbacks.models import ReplyItem
    from anmin.surveys.sealing import open_contact

    Message.objects.update(status=Delivery.SENT, sent_at=timezone.now())
    phone = open_contact(case.row).phone
    receive_reply(provider="t", provider_ref="1", sender=phone, text="3")
    assert take_replies() == 1
    item = ReplyItem.objects.get()
    assert (item.why, item.message) == ("not_answer", Message.objects.get(key=f"survey:{case.pk}"))
    case.refresh_from_db()
    assert (case.status, case.returns.count()) == ("invited", 0)
