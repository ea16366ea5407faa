"""A generic text-message gateway: signed JSON by HTTP out, signed JSON by webhook in."""

import json
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

import httpx
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from anmin.channels.providers.base import (
    IncomingReply,
    MalformedReply,
    OutgoingMessage,
    PermanentProblem,
    Provider,
    Sent,
    TransientProblem,
)
from anmin.channels.registry import register
from anmin.channels.signing import check_signature, signed_headers

TIMEOUT = httpx.Timeout(10, connect=5)  # seconds; far below the lease of a message

DONE_BEFORE = 409
"""The gateway knows the key: an earlier try arrived, only its answer did not."""

OURS = frozenset({401, 403, 404, 405, 408, 425, 429})
"""Refusals that say nothing about the message: a wrong secret or address, too fast, too early."""

MOST_PARTS = 20
"""Parts of one text message; more than any telephone sends."""

TEMPLATE = {"id": "{key}", "to": "{recipient}", "text": "{body}"}


@register
class HttpSms(Provider):
    """Posts each message to ``SMS_URL``, signed with ``SMS_SECRET`` (see ``signing``).

    The body is ``SMS_TEMPLATE`` with ``{key}``, ``{recipient}``, ``{body}``, ``{language}`` and
    ``{template}`` filled in. The key is also sent as ``Idempotency-Key``.
    """

    code: ClassVar[str] = "http_sms"

    def __init__(self) -> None:
        url: str | None = settings.SMS_URL
        if not url:
            raise ImproperlyConfigured("the address of the SMS gateway is not set")
        self._url, self._secret = url, _secret()
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False)

    def send(self, message: OutgoingMessage) -> Sent:
        """Post one message; the gateway's ``id`` becomes the reference."""
        fields = {
            name: getattr(message, name)
            for name in ("key", "recipient", "body", "language", "template")
        }
        template = getattr(settings, "SMS_TEMPLATE", None) or TEMPLATE
        body = json.dumps(_fill(template, fields), ensure_ascii=False).encode()
        headers = {
            "content-type": "application/json",
            "idempotency-key": json.dumps(message.key),
            **signed_headers(self._secret, key=message.key, timestamp=int(time.time()), body=body),
        }
        try:
            answer = self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as problem:
            raise TransientProblem(f"SMS gateway: {type(problem).__name__}") from None
        return _outcome(answer)

    def close(self) -> None:
        """Close the kept connections."""
        self._client.close()

    @classmethod
    def read_reply(cls, headers: Mapping[str, str], body: bytes) -> IncomingReply:
        """A signed ``{"id", "from", "text"}``; the signature covers all of it.

        Optional: ``"to"`` (the number it was sent to), ``"in_reply_to"`` (our message, by the id
        that the gateway gave it), ``"part": {"of", "number", "total"}``.
        """
        check_signature(_secret(), headers=headers, body=body, now=int(time.time()))
        try:
            data = json.loads(body)
            fields = {name: data[name] for name in ("id", "from", "text")}
            fields |= {name: data.get(name, "") for name in ("to", "in_reply_to")}
            part = _part(data.get("part"))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise MalformedReply("a reply is a JSON object of id, from and text") from None
        if not all(isinstance(value, str) for value in fields.values()):
            raise MalformedReply("id, from, text, to and in_reply_to are strings")
        return IncomingReply(
            ref=fields["id"],
            sender=fields["from"],
            text=fields["text"],
            sent_to=fields["to"],
            about=fields["in_reply_to"],
            whole=part[0],
            part=part[1],
            parts=part[2],
        )


def _part(told: Any) -> tuple[str, int, int]:
    """Which part of which long message; nothing for a whole one. Raises ``MalformedReply``."""
    if told is None:
        return "", 0, 0
    of, number, total = (told[name] for name in ("of", "number", "total"))
    fits = type(number) is int and type(total) is int and 1 <= number <= total <= MOST_PARTS
    if not (isinstance(of, str) and 0 < len(of) <= 64 and of.isprintable() and fits):
        raise MalformedReply("a part tells of (text), number and total (whole numbers)")
    return of, number, total


def _secret() -> bytes:
    if not (secret := settings.SMS_SECRET):
        raise ImproperlyConfigured("the secret shared with the SMS gateway is not set")
    return bytes(secret, "utf-8")


def _fill(template: Any, fields: Mapping[str, str]) -> Any:
    """The template with every ``{name}`` in its strings replaced, once."""
    match template:
        case str():
            # Split rather than replaced in turn: a text may itself contain "{key}".
            parts = template.split("{")
            return parts[0] + "".join(_filled(part, fields) for part in parts[1:])
        case Mapping():
            return {key: _fill(value, fields) for key, value in template.items()}
        case list() | tuple():
            return [_fill(value, fields) for value in template]
    return template


def _filled(part: str, fields: Mapping[str, str]) -> str:
    name, brace, rest = part.partition("}")
    return fields[name] + rest if brace and name in fields else "{" + part


def _outcome(answer: httpx.Response) -> Sent:
    if answer.is_success or answer.status_code == DONE_BEFORE:
        try:
            told = answer.json()
        except ValueError:
            told = None
        told = told if isinstance(told, dict) else {}
        return Sent(str(told.get("id", "")), str(told.get("from", "")))
    text = f"SMS gateway answered {answer.status_code}"
    if answer.is_server_error or answer.status_code in OURS:
        raise TransientProblem(text, after=_retry_after(answer.headers.get("retry-after", "")))
    raise PermanentProblem(text)


def _retry_after(text: str) -> float | None:
    """Seconds to wait as told by the header (RFC 9110, 10.2.3), which is a number or a date."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return None
