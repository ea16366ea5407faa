"""Queueing and delivering: once, in time, to whoever wants it, whatever breaks."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from anmin.channels import delivery, queries
from anmin.channels.actions import cancel_message, deliver_due, opt_out, receive_reply
from anmin.channels.delivery import Retry
from anmin.channels.models import Message, OptOut
from anmin.channels.providers.base import OutgoingMessage, Provider, Sent
from anmin.channels.registry import provider_class
from anmin.channels.signing import check_signature
from anmin.channels.tests.gateways import SECRET, Gateway, MailServer
from anmin.channels.tests.wang import WANG, in_, pass_time, to_wang
from anmin.kernel.crypto import Unreadable
from anmin.kernel.errors import Refusal

pytestmark = pytest.mark.django_db


def only() -> Message:
    return Message.objects.get()


class TestQueueing:
    def test_recipient_and_text_are_sealed(self, settings: LazySettings) -> None:
        message = to_wang()
        row = b"".join(
            bytes(part) for part in (message.recipient, message.body, message.recipient_index)
        )
        assert WANG.encode() not in row
        assert "满意".encode() not in row
        assert queries.body_of(only()) == "请评价：1满意 2基本满意 3不满意"
        ring = settings.KEYRING
        assert ring.decrypt(only().recipient, context=b"message:callback:1:1") == b"+8613812345678"
        other = to_wang(key="callback:2:1")
        other.body = message.body
        with pytest.raises(Unreadable):
            queries.body_of(other)

    def test_the_same_key_is_the_same_message(self, gateway: Gateway) -> None:
        first = to_wang()
        again = to_wang(recipient="13900000000", body="别的内容")
        assert again.pk == first.pk
        deliver_due()
        to_wang()
        deliver_due()
        assert len(gateway.requests) == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"recipient": "110"},
            {"recipient": ""},
            {"body": " \n"},
            {"medium": "email", "recipient": "not a mail"},
            {"medium": "inbox", "recipient": " "},
        ],
    )
    def test_an_impossible_message_is_refused(self, wrong: dict[str, str]) -> None:
        with pytest.raises(Refusal):
            to_wang(**wrong)
        assert not Message.objects.exists()

    def test_it_belongs_to_the_change_that_causes_it(self, gateway: Gateway) -> None:
        with transaction.atomic():
            to_wang()
            transaction.set_rollback(True)
        assert deliver_due() == 0
        assert gateway.requests == []

    def test_nothing_goes_out_before_its_time(self, gateway: Gateway) -> None:
        to_wang(not_before=in_(hours=2))
        assert deliver_due() == 0
        assert queries.waiting_count() == 0
        pass_time(hours=2, seconds=1)
        assert queries.waiting_count() == 1
        assert deliver_due() == 1
        assert list(gateway.delivered) == ["callback:1:1"]

    def test_a_message_can_be_taken_back_until_it_is_sent(self, gateway: Gateway) -> None:
        to_wang()
        assert cancel_message(key="callback:1:1", reason="已电话回访")
        assert deliver_due() == 0
        to_wang(key="callback:1:2")
        deliver_due()
        assert not cancel_message(key="callback:1:2", reason="晚了")
        assert queries.outbox_counts()["sent"] == 1
        assert queries.outbox_counts()["cancelled"] == 1


class TestOptOut:
    def test_whoever_said_stop_gets_nothing_and_is_counted(self, gateway: Gateway) -> None:
        receive_reply(provider="http_sms", provider_ref="1", sender=WANG, text="TD")
        message = to_wang()
        assert (message.status, message.last_error) == ("cancelled", "opted out")
        assert deliver_due() == 0
        assert gateway.requests == []
        assert queries.has_opted_out("sms", "+86 138-1234-5678")
        assert not queries.has_opted_out("sms", "13900000000")

    def test_stop_reaches_what_is_already_queued(self, gateway: Gateway) -> None:
        to_wang()
        opt_out(medium="sms", recipient=WANG, via="call")
        deliver_due()
        assert only().status == "cancelled"
        assert gateway.requests == []

    def test_stop_about_one_subject_reaches_that_alone(self, gateway: Gateway) -> None:
        queued = to_wang("m:1", subject_ref="matter:JQ-1")
        opt_out(medium="sms", recipient=WANG, via="page", about="matter:JQ-1")
        deliver_due()
        queued.refresh_from_db()
        assert (queued.status, queued.last_error) == ("cancelled", "opted out")
        assert to_wang("m:2", subject_ref="matter:JQ-1").status == "cancelled"
        assert to_wang("m:3", subject_ref="matter:JQ-2").status == "queued"
        assert not queries.has_opted_out("sms", WANG)
        assert queries.has_opted_out("sms", WANG, "matter:JQ-1")
        # What she asks for in this moment still comes, unless she wants nothing at all.
        asked = {"subject_ref": "matter:JQ-1", "template": "stop_code"}
        assert to_wang("m:4", **asked).status == "queued"
        opt_out(medium="sms", recipient=WANG, via="call")
        assert to_wang("m:5", **asked).status == "cancelled"
        receive_reply(provider="http_sms", provider_ref="3", sender=WANG, text="START")
        assert not OptOut.objects.exists()

    def test_start_brings_messages_back(self, gateway: Gateway) -> None:
        opt_out(medium="sms", recipient=WANG, via="call")
        opt_out(medium="sms", recipient="+8613812345678", via="http_sms")
        assert OptOut.objects.get().via == "call"
        receive_reply(provider="http_sms", provider_ref="2", sender=WANG, text="START")
        assert to_wang().status == "queued"


class TestGateway:
    def test_what_the_gateway_gets(self, gateway: Gateway) -> None:
        to_wang()
        assert deliver_due() == 1
        headers, body = gateway.requests[0]
        assert json.loads(body) == {
            "id": "callback:1:1",
            "to": "+8613812345678",
            "text": "请评价：1满意 2基本满意 3不满意",
        }
        now = int(timezone.now().timestamp())
        key = check_signature(SECRET.encode(), headers=headers, body=body, now=now)
        assert key == "callback:1:1"
        assert headers["idempotency-key"] == '"callback:1:1"'
        message = only()
        assert (message.status, message.provider, message.provider_ref) == (
            "sent",
            "http_sms",
            "sms-1",
        )
        assert message.attempts == 1
        assert message.sent_at is not None
        assert message.lease_by == ""

    def test_a_gateway_with_a_form_of_its_own(
        self, gateway: Gateway, settings: LazySettings
    ) -> None:
        settings.SMS_TEMPLATE = {
            "phones": ["{recipient}"],
            "params": {"content": "【安民】{body}", "sign": "{unknown}", "retries": 0},
        }
        to_wang(body="内容里有 {key} 和 { 括号")
        deliver_due()
        assert gateway.delivered["callback:1:1"] == {
            "phones": ["+8613812345678"],
            "params": {
                "content": "【安民】内容里有 {key} 和 { 括号",
                "sign": "{unknown}",
                "retries": 0,
            },
        }

    @pytest.mark.parametrize("status", [500, 502, 503, 401, 403, 408, 429])
    def test_what_may_work_later_is_tried_again(self, gateway: Gateway, status: int) -> None:
        gateway.answers.append((status, {}, b"{}"))
        to_wang()
        before = timezone.now()
        assert deliver_due() == 1
        message = only()
        assert (message.status, message.attempts) == ("failed", 1)
        assert message.last_error == f"SMS gateway answered {status}"
        assert timedelta(seconds=14) < message.not_before - before < timedelta(seconds=40)
        assert deliver_due() == 0
        pass_time(minutes=1)
        assert deliver_due() == 1
        assert only().status == "sent"
        assert gateway.keys == ["callback:1:1"] * 2

    @pytest.mark.parametrize("status", [400, 402, 410, 422, 302])
    def test_what_can_never_work_is_given_up_at_once(self, gateway: Gateway, status: int) -> None:
        gateway.answers.append((status, {"location": "http://127.0.0.1:9/"}, b"no"))
        to_wang()
        deliver_due()
        pass_time(days=2)
        assert deliver_due() == 0
        assert (only().status, only().attempts) == ("dead", 1)

    def test_the_gateway_may_say_when(self, gateway: Gateway) -> None:
        gateway.answers.append((429, {"retry-after": "600"}, b""))
        to_wang()
        deliver_due()
        assert timedelta(seconds=590) < only().not_before - timezone.now() <= timedelta(seconds=600)

    @pytest.mark.parametrize("answer", [b"", b"OK", b"[]", b'{"id": null}', b'{"id": 7}'])
    def test_any_success_is_success(self, gateway: Gateway, answer: bytes) -> None:
        gateway.answers.append((202, {}, answer))
        to_wang()
        deliver_due()
        assert only().status == "sent"

    def test_no_gateway_at_all(self, gateway: Gateway, settings: LazySettings) -> None:
        settings.SMS_URL = "http://127.0.0.1:9/sms"
        to_wang()
        deliver_due()
        assert (only().status, only().last_error) == ("failed", "SMS gateway: ConnectError")

    def test_after_the_last_try_it_is_given_up(self, gateway: Gateway) -> None:
        to_wang()
        for _ in range(3):
            gateway.answers.append((500, {}, b""))
            deliver_due(retry=Retry(tries=3))
            pass_time(hours=2)
        assert (only().status, only().attempts) == ("dead", 3)
        assert deliver_due(retry=Retry(tries=3)) == 0
        assert len(gateway.requests) == 3

    def test_a_gateway_not_set_up_stops_only_its_own_messages(
        self, mail: MailServer, settings: LazySettings
    ) -> None:
        settings.SMS_URL, settings.SMS_SECRET = None, None
        settings.MESSAGE_ROUTES = {**settings.MESSAGE_ROUTES, "sms": "http_sms"}
        to_wang()
        to_wang(key="m", medium="email", recipient="wang@example.org")
        assert deliver_due() == 1
        waiting = Message.objects.get(medium="sms")
        assert (waiting.status, waiting.attempts) == ("queued", 0)
        assert len(mail.mails) == 1


class Killed(BaseException):
    """The process dies here."""


class TestFaults:
    def test_death_between_sending_and_marking(
        self, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        to_wang()

        def die(sent: Sent) -> dict[str, object]:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(delivery, "_done", die)
            with pytest.raises(Killed):
                deliver_due()
        assert only().status == "leased"
        assert deliver_due() == 0, "the lease still holds"
        pass_time(minutes=3)
        assert deliver_due() == 1
        assert only().status == "sent"
        assert gateway.keys == ["callback:1:1", "callback:1:1"]
        assert len(gateway.delivered) == 1, "the citizen got it once"

    def test_a_lease_from_before_the_clock_was_set_back_holds_nothing_up(
        self, gateway: Gateway
    ) -> None:
        message = to_wang()
        hour = timezone.now() + timedelta(hours=1)
        Message.objects.filter(pk=message.pk).update(status="leased", lease_until=hour)
        assert deliver_due() == 1
        assert only().status == "sent"

    def test_a_message_that_kills_every_deliverer_is_given_up(
        self, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        to_wang()

        def die(message: Message) -> OutgoingMessage:
            raise Killed

        retry = Retry(tries=3)
        with monkeypatch.context() as patch:
            patch.setattr(delivery, "_opened", die)
            for _ in range(3):
                with pytest.raises(Killed):
                    deliver_due(retry=retry)
                pass_time(minutes=3)
        deliver_due(retry=retry)
        assert (only().status, only().last_error) == ("dead", "never finished")
        assert gateway.requests == []

    def test_a_fault_in_a_provider_names_nobody_and_stops_nobody(
        self, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        to_wang(key="bad")
        to_wang(key="good", recipient="13900000000")
        honest = provider_class("http_sms").send

        def send(self: Provider, message: OutgoingMessage) -> Sent:
            if message.key == "bad":
                raise ZeroDivisionError(message.recipient)
            return honest(self, message)

        monkeypatch.setattr(provider_class("http_sms"), "send", send)
        assert deliver_due() == 2
        bad, good = Message.objects.order_by("key")
        assert (bad.status, bad.last_error) == ("failed", "ZeroDivisionError")
        assert good.status == "sent"

    @pytest.mark.django_db(transaction=True)
    def test_several_deliverers_never_send_one_twice(self, gateway: Gateway) -> None:
        for number in range(30):
            to_wang(key=f"m{number}")
        counts: list[int] = []

        def deliver() -> None:
            counts.append(deliver_due())
            connection.close()

        threads = [threading.Thread(target=deliver) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(gateway.keys) == sorted(f"m{number}" for number in range(30))
        assert sum(counts) == 30
        assert set(Message.objects.values_list("status", "attempts")) == {("sent", 1)}

    @pytest.mark.django_db(transaction=True)
    def test_whoever_lost_the_lease_writes_nothing(
        self, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        to_wang()
        honest = provider_class("http_sms").send
        slow = iter([True])

        def send(self: Provider, message: OutgoingMessage) -> Sent:
            honest(self, message)
            if next(slow, False):
                pass_time(minutes=3)
                assert deliver_due() == 1, "another takes over"
                assert only().status == "sent"
            return Sent("too late")

        monkeypatch.setattr(provider_class("http_sms"), "send", send)
        deliver_due()
        assert only().attempts == 2
        assert len(gateway.delivered) == 1


@given(st.integers(1, 200), st.one_of(st.none(), st.floats(0, 1e7)))
def test_pauses_grow_to_a_limit_and_respect_what_was_told(attempts: int, told: Any) -> None:
    wait = Retry().wait(attempts, told=told).total_seconds()
    full = min(3600, 30 * 2 ** (attempts - 1))
    assert min(max(full / 2, told or 0), 86_400) <= wait + 1e-6
    assert wait <= min(max(full, told or 0), 86_400) + 1e-6
