"""Signed requests between us and a gateway, in both directions.

The scheme is Standard Webhooks (www.standardwebhooks.com, 1.0): headers ``webhook-id``,
``webhook-timestamp`` (seconds) and ``webhook-signature`` (``v1,`` and the base64 HMAC-SHA256 of
``id.timestamp.body``; several, separated by blanks, while a secret is being changed).
"""

import base64
import hmac
from collections.abc import Mapping

TOLERANCE = 300
"""Seconds that a request may be older or younger than now, as the scheme recommends."""


class BadSignature(Exception):  # noqa: N818 - the name says it
    """A request that is not from who it says, or too old. The text may be answered."""


def signed_headers(secret: bytes, *, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers that prove who sends this body, and when."""
    return {
        "webhook-id": key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{_signature(secret, key, str(timestamp), body)}",
    }


def check_signature(secret: bytes, *, headers: Mapping[str, str], body: bytes, now: int) -> str:
    """The id of a request that is genuine and fresh.

    Raises ``BadSignature``.
    """
    key, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not key or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13):
        raise BadSignature("headers are missing")
    expected = _signature(secret, key, timestamp, body).encode()
    given = [
        value.encode()
        for version, comma, value in (
            word.partition(",") for word in headers.get("webhook-signature", "").split()
        )
        if comma and version == "v1"
    ]
    if not any(hmac.compare_digest(expected, value) for value in given):
        raise BadSignature("the signature is wrong")
    if abs(now - int(timestamp)) > TOLERANCE:
        raise BadSignature("the request is too old")
    return key


def _signature(secret: bytes, key: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((key.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
