"""What a gateway brings, genuine but strange: taken or refused in words, never a fault."""

import json
import time
from typing import Any

import pytest
from django.test import Client

from anmin.channels.signing import signed_headers
from tests.hostile import values

SECRET = "a secret of the gateway's and ours alone"
HOOK = "/hooks/channels/http_sms/"
PLAIN: dict[str, Any] = {"id": "r1", "from": "13857712345", "text": "1"}
NAMES = ("id", "from", "text", "to", "in_reply_to", "of")
STRANGE: tuple[Any, ...] = (
    *values.REFUSED,
    *values.DAYS[:3],
    *values.NUMBERS,
    *values.TEXTS,
    *values.SHAPES,
    *("长" * 9000, None, True, -1, 2**70, 1e308, [], {}, [[]], {"a": 1}),
)


@pytest.mark.django_db
def test_every_field_of_a_reply_with_the_hostile_list(settings: Any) -> None:
    settings.SMS_SECRET, settings.SMS_URL = SECRET, "http://127.0.0.1:9/"
    client, wrong = Client(raise_request_exception=False), []
    for name in NAMES:
        for at, value in enumerate(STRANGE):
            told = {**PLAIN, "id": f"{name}-{at}"}
            if name == "of":
                told["part"] = {"of": value, "number": 1, "total": 2}
            else:
                told[name] = value
            body = json.dumps(told).encode()
            signed = signed_headers(
                SECRET.encode(), key=f"{name}{at}", timestamp=int(time.time()), body=body
            )
            answer = client.post(HOOK, body, content_type="application/json", headers=signed)
            if answer.status_code not in (200, 400, 413):
                wrong.append((name, str(value)[:60], answer.status_code))
    assert wrong == []
