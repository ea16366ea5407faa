"""The nightly mail with the signed root, to whoever keeps it outside the house."""

from typing import Any

import pytest
import time_machine
from django.conf import settings
from tests.personas import City

from anmin.callbacks import undelivered
from anmin.channels.actions import queue_message
from anmin.channels.models import Message
from anmin.channels.queries import body_of
from anmin.config import root_mail
from anmin.config.tasks import mail_root
from anmin.evidence import roots
from anmin.evidence.against import compare, read
from anmin.evidence.log import atomic
from anmin.evidence.models import Root
from anmin.evidence.tests.test_roots import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def recipients(monkeypatch: pytest.MonkeyPatch) -> Any:
    def name(*words: str) -> None:
        wanted = settings.ENVIRONMENT.model_copy(update={"anmin_root_mail": words})
        monkeypatch.setattr(settings, "ENVIRONMENT", wanted)

    return name


def test_everybody_named_gets_the_root_of_today_once_in_their_language(recipients: Any) -> None:
    recipients("court@example.cn", "en:auditor@example.org")
    with atomic():
        write(3)
    assert mail_root() == 0
    root = Root.objects.get()
    first, second = Message.objects.order_by("pk")
    assert [(one.medium, one.language) for one in (first, second)] == [
        ("email", "zh-hans"),
        ("email", "en"),
    ]
    assert "请保存这封邮件" in body_of(first)
    assert "Please keep this mail" in body_of(second)
    for mail in (first, second):
        assert [one.found.value for one in compare(read(body_of(mail)))] == ["holds"]
        assert roots.short(root) in body_of(mail)
        assert roots.verifier_key() in body_of(mail)
        assert "/records" in body_of(mail)
    assert root_mail.queue() == 2
    assert Message.objects.count() == 2
    assert Root.objects.count() == 1


def test_each_night_has_its_own(recipients: Any) -> None:
    recipients("court@example.cn")
    with time_machine.travel("2026-11-28T16:20:00Z", tick=False):
        write(1)
        mail_root()
    with time_machine.travel("2026-11-29T16:20:00Z", tick=False):
        made = roots.make()
        mail_root()
    assert Root.objects.count() == 2
    newest = Message.objects.order_by("-pk")[0]
    assert made.note in body_of(newest)
    assert Message.objects.count() == 2


def test_without_recipients_or_records_nothing_is_sent(recipients: Any) -> None:
    mail_root()
    recipients("court@example.cn")
    mail_root()
    assert not Message.objects.exists()
    assert not Root.objects.exists()


def test_a_root_that_reached_nobody_is_on_the_list_of_lost_messages(
    city: City, recipients: Any
) -> None:
    recipients("court@example.cn")
    with atomic():
        write(1)
    mail_root()
    Message.objects.update(status="dead", last_error="the gateway answered 550")
    (line,) = undelivered.lines(city.operator)
    assert line.words is not None
    assert (line.words.title, undelivered.count(city.operator)) == (str(root_mail.LETTER.label), 1)
    with pytest.raises(ValueError, match="nobody could tell"):
        queue_message(
            key="x",
            medium="sms",
            recipient="13800000000",
            body="x",
            language="en",
            subject_ref="y:1",
        )
