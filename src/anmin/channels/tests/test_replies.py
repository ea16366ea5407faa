"""What comes back: signed, once, understood or handed on."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from anmin.channels import queries
from anmin.channels.actions import deliver_due, receive_reply
from anmin.channels.conversation import expire, match, rule
from anmin.channels.models import Ended, Match, Message, OptOut, Question, Reply, Status
from anmin.channels.receiving import receive_part
from anmin.channels.signing import BadSignature, check_signature, signed_headers
from anmin.channels.tests.gateways import SECRET, Gateway
from anmin.channels.tests.wang import WANG, to_wang
from anmin.kernel.errors import Refusal

HOOK = "/hooks/channels/http_sms/"


def post(
    client: Client, data: Any, *, secret: str = SECRET, age: int = 0, **headers: str
) -> HttpResponse:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    signed = signed_headers(
        secret.encode(), key="delivery-1", timestamp=int(time.time()) - age, body=body
    )
    return client.post(HOOK, body, content_type="application/json", headers={**signed, **headers})


def answer(text: str = "1", ref: str = "r1", sender: str = WANG) -> dict[str, str]:
    return {"id": ref, "from": sender, "text": text}


@pytest.mark.django_db
class TestReplies:
    def test_an_answer_finds_its_question(self, gateway: Gateway, client: Client) -> None:
        asked = to_wang(expects="grade")
        to_wang(key="other", recipient="13900000000")
        notice = to_wang(key="late", subject_ref="matter:JQ1")
        deliver_due()
        answered = post(client, answer("３ 不满意"))
        assert answered.json() == {"id": "r1", "kind": "answer"}
        reply = Reply.objects.get()
        assert (reply.kind, reply.choice, reply.question) == ("answer", 3, asked.question)
        assert notice.pk > asked.pk
        assert queries.body_of(reply) == "３ 不满意"
        assert WANG.encode() not in bytes(reply.sender_index)

    def test_an_answer_to_nothing_is_kept(self, gateway: Gateway, client: Client) -> None:
        to_wang()
        assert post(client, answer()).status_code == 200
        assert Reply.objects.get().question is None

    def test_the_gateway_may_repeat_itself(self, gateway: Gateway, client: Client) -> None:
        for _ in range(3):
            assert post(client, answer("TD")).status_code == 200
        assert Reply.objects.count() == 1
        post(client, answer("START", ref="r2"))
        assert not OptOut.objects.exists()
        # A repeated STOP from before must not undo the later START.
        post(client, answer("TD"))
        assert not OptOut.objects.exists()

    def test_readers_follow_with_a_cursor(self, gateway: Gateway) -> None:
        for number in range(5):
            receive_reply(provider="http_sms", provider_ref=str(number), sender=WANG, text="1")
        first = queries.replies_after(0, limit=2)
        rest = queries.replies_after(first[-1].pk)
        assert [reply.provider_ref for reply in (*first, *rest)] == ["0", "1", "2", "3", "4"]
        assert queries.replies_after(rest[-1].pk) == []

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"secret": "guessed"}, 401),
            ({"age": 301}, 401),
            ({"age": -360}, 401),
            ({"webhook-id": "another"}, 401),
            ({"webhook-timestamp": "soon"}, 401),
            ({"webhook-timestamp": ""}, 401),
            ({"webhook-signature": ""}, 401),
            ({"webhook-signature": "v1,ÿ v2,x v1"}, 401),
        ],
    )
    def test_what_is_not_from_the_gateway_changes_nothing(
        self, gateway: Gateway, client: Client, changes: dict[str, Any], status: int
    ) -> None:
        assert post(client, answer("TD"), **changes).status_code == status
        assert not Reply.objects.exists()
        assert not OptOut.objects.exists()

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"not json",
            b"\xff\xfe",
            b"[" * 20_000,
            [],
            None,
            {"id": "1", "from": WANG},
            {"id": 1, "from": WANG, "text": "1"},
            answer(ref=""),
            answer(ref="x" * 121),
            answer(ref="a\x00b"),
            answer(sender="  "),
        ],
    )
    def test_what_is_not_a_reply_is_refused_plainly(
        self, gateway: Gateway, client: Client, data: Any
    ) -> None:
        refused = post(client, data)
        assert refused.status_code == 400
        assert refused.json()["error"]
        assert not Reply.objects.exists()

    @pytest.mark.parametrize("text", ["", "\ud800", "\x00", "长" * 5000, "💐", "1\x00"])
    def test_any_text_can_be_kept(self, gateway: Gateway, client: Client, text: str) -> None:
        assert post(client, answer(text)).status_code == 200
        assert Reply.objects.get().kind in {"other", "answer"}

    def test_other_doors_are_closed(self, gateway: Gateway, client: Client) -> None:
        assert client.get(HOOK).status_code == 405
        assert client.post("/hooks/channels/console/", b"{}", "application/json").status_code == 404
        assert client.post("/hooks/channels/smpp/", b"{}", "application/json").status_code == 404
        assert post(client, b" " * 70_000).status_code == 413
        # Sent in pieces of unknown length, a body is not read: that is the cause, no signature.
        chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
        told = client.post(HOOK, b"{}", content_type="application/json", **chunked)
        assert (told.status_code, Reply.objects.count()) == (411, 0)

    def test_without_a_secret_nothing_is_believed(
        self, client: Client, settings: LazySettings
    ) -> None:
        settings.SMS_SECRET = None
        assert post(client, answer(), secret="").status_code == 404
        assert not Reply.objects.exists()

    def test_no_cookie_is_asked_for(self, gateway: Gateway) -> None:
        assert post(Client(enforce_csrf_checks=True), answer()).status_code == 200

    def test_parts_of_two_senders_make_two_replies(self) -> None:
        """Two phones may number their long texts alike."""
        told = {"provider": "http_sms", "whole": "7", "parts": 2}
        other = "13900001111"
        assert receive_part(provider_ref="a1", sender=WANG, text="楼上", part=1, **told) is None
        assert receive_part(provider_ref="b2", sender=other, text="多谢", part=2, **told) is None
        assert not Reply.objects.exists()
        one = receive_part(provider_ref="a2", sender=WANG, text="还在吵", part=2, **told)
        two = receive_part(provider_ref="b1", sender=other, text="你们，", part=1, **told)
        assert one is not None
        assert two is not None
        assert (queries.body_of(one), queries.body_of(two)) == ("楼上还在吵", "你们，多谢")
        assert bytes(one.sender_index) != bytes(two.sender_index)

    def test_a_part_that_comes_twice_under_two_references_is_one(self) -> None:
        told = {"provider": "http_sms", "sender": WANG, "whole": "7", "parts": 2}
        for ref in ("a1", "a1 again"):
            assert receive_part(provider_ref=ref, text="楼上", part=1, **told) is None
        assert not Reply.objects.exists()
        whole = receive_part(provider_ref="a2", text="还在吵", part=2, **told)
        assert whole is not None
        assert queries.body_of(whole) == "楼上还在吵"

    @pytest.mark.parametrize(("over_for", "known"), [(-1, Match.SEVERAL), (1, Match.OPEN)])
    def test_a_question_that_was_over_long_ago_is_not_meant_any_more(
        self, over_for: int, known: str
    ) -> None:
        now = timezone.now()
        earlier = to_wang(expects="grade")
        Question.objects.filter(message=earlier).update(
            closed_at=now - rule("late") - timedelta(minutes=over_for), ended=Ended.EXPIRED
        )
        asked = to_wang(key="callback:2:1", expects="grade")
        Message.objects.update(status=Status.SENT)
        found = match(bytes(asked.recipient_index), digest=b"", at=now)
        assert found == (known, asked.question if known == Match.OPEN else None)

    @pytest.mark.parametrize(
        ("status", "ended"),
        [
            (Status.QUEUED, 0),
            (Status.FAILED, 0),
            (Status.LEASED, 0),
            (Status.DEAD, 1),
            (Status.CANCELLED, 1),
        ],
    )
    def test_a_question_on_its_way_does_not_expire(self, status: str, ended: int) -> None:
        """The gateway was away for days: nobody could have answered yet."""
        asked = to_wang(expects="grade")
        Question.objects.update(opened_at=timezone.now() - timedelta(days=3))
        Message.objects.filter(pk=asked.pk).update(status=status)
        assert expire() == ended
        assert Question.objects.filter(closed_at=None).count() == 1 - ended

    def test_a_reply_without_a_sender_is_refused(self) -> None:
        with pytest.raises(Refusal):
            receive_reply(provider="http_sms", provider_ref="1", sender="", text="1")


@given(st.binary(max_size=64), st.text(min_size=1, max_size=20), st.binary(max_size=64))
def test_signatures_hold_for_their_own_request_only(secret: bytes, key: str, body: bytes) -> None:
    headers = signed_headers(secret, key=key, timestamp=1_700_000_000, body=body)
    assert check_signature(secret, headers=headers, body=body, now=1_700_000_299) == key
    for wrong in (
        {"secret": secret + b"x"},
        {"body": body + b"x"},
        {"headers": {**headers, "webhook-timestamp": "1700000001"}},
        {"now": 1_700_000_301},
    ):
        with pytest.raises(BadSignature):
            check_signature(
                **{
                    "secret": secret,
                    "headers": headers,
                    "body": body,
                    "now": 1_700_000_000,
                    **wrong,
                }
            )


def test_a_secret_can_be_changed_without_losing_a_reply() -> None:
    body = b"{}"
    old, new = (
        signed_headers(secret, key="k", timestamp=100, body=body) for secret in (b"old", b"new")
    )
    both = {**new, "webhook-signature": f"{old['webhook-signature']} {new['webhook-signature']}"}
    for secret in (b"old", b"new"):
        assert check_signature(secret, headers=both, body=body, now=100) == "k"


def test_the_published_example_of_the_scheme() -> None:
    # Test vector of the Standard Webhooks reference libraries (secret given in base64).
    import base64

    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers(
        secret,
        key="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
