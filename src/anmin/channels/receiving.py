"""Taking in what comes back: whole replies, and long ones in parts. Each counts once."""

import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.channels.addresses import clean_phone, recipient_index
from anmin.channels.conversation import match, rule
from anmin.channels.models import Medium, Reply, ReplyKind, ReplyPart
from anmin.channels.opting import opt_in_index, opt_out_index
from anmin.channels.parsing import read_reply
from anmin.evidence.log import atomic
from anmin.kernel.errors import Refusal

_REPLIES_TURN = 5_201_314_002
MISSING = "[…]"
"""Stands in a long reply for a part that never came."""


@atomic
def receive_reply(
    *,
    provider: str,
    provider_ref: str,
    sender: str,
    text: str,
    sent_to: str = "",
    about: str = "",
) -> Reply:
    """Take in one reply, once: the same provider and reference again changes nothing.

    STOP (or 退订, T, TD) opts the sender out and START back in. Which question it belongs to is
    told by ``conversation.match``; ``sent_to`` and ``about`` are what the gateway tells of it.

    Raises:
        Refusal: there is no reference or no sender, so that it could not be told from another.
    """
    sender, text = _clean(provider_ref, sender, text)
    _take_turn()
    return _keep(provider, provider_ref, sender, text, sent_to=sent_to, about=about)


@atomic
def receive_part(
    *,
    provider: str,
    provider_ref: str,
    sender: str,
    text: str,
    whole: str,
    part: int,
    parts: int,
    sent_to: str = "",
) -> Reply | None:
    """Take in one part of a long reply, once; the whole reply when all of it is here."""
    sender, text = _clean(provider_ref, sender, text)
    _take_turn()
    kept = ReplyPart(provider=provider, provider_ref=provider_ref)
    ring = settings.KEYRING
    row, made = ReplyPart.objects.get_or_create(
        provider=provider,
        provider_ref=provider_ref,
        defaults={
            "sender_index": recipient_index(Medium.SMS, sender),
            "sender": ring.encrypt(sender.encode(), context=kept.context),
            "body": ring.encrypt(text.encode(), context=kept.context),
            "whole": whole,
            "number": part,
            "total": parts,
            "sent_to": sent_to[:32],
        },
    )
    found = _others(row)
    if row.reply is not None or not made or len({one.number for one in found}) < parts:
        return row.reply
    return _join(found)


def join_late_parts(limit: int = 100) -> int:
    """Take in long replies whose other parts did not come in time, with what there is of them."""
    before = timezone.now() - rule("parts")
    late = ReplyPart.objects.filter(reply=None, received_at__lte=before).order_by("pk")
    done = 0
    for pk in list(late.values_list("pk", flat=True)[:limit]):
        with atomic():
            _take_turn()
            row = ReplyPart.objects.get(pk=pk)
            if row.reply_id is None:
                _join(_others(row))
                done += 1
    return done


def _others(row: ReplyPart) -> Sequence[ReplyPart]:
    """The parts of the same long reply that are here and belong to none yet, this one too."""
    same = ReplyPart.objects.filter(
        provider=row.provider, sender_index=row.sender_index, whole=row.whole, total=row.total
    )
    return list(same.filter(reply=None).order_by("number", "pk"))


def _join(found: Sequence[ReplyPart]) -> Reply:
    ring, first = settings.KEYRING, found[0]
    texts: dict[int, str] = {}
    for one in found:
        body = ring.decrypt(bytes(one.body), context=one.context).decode()
        texts.setdefault(one.number, body)
    numbers = range(1, first.total + 1)
    reply = _keep(
        first.provider,
        f"parts:{first.provider_ref}"[:120],
        ring.decrypt(bytes(first.sender), context=first.context).decode(),
        "".join(texts.get(number, MISSING) for number in numbers),
        sent_to=first.sent_to,
    )
    ReplyPart.objects.filter(pk__in=[one.pk for one in found]).update(reply=reply)
    return reply


def _keep(
    provider: str, ref: str, sender: str, text: str, *, sent_to: str = "", about: str = ""
) -> Reply:
    known = Reply.objects.filter(provider=provider, provider_ref=ref).first()
    if known is not None:
        return known
    index, now = recipient_index(Medium.SMS, sender), timezone.now()
    reading, digest = read_reply(text), _digest(index, text)
    how, question = match(index, digest=digest, at=now, sent_to=sent_to, about=about)
    reply = Reply(
        provider=provider,
        provider_ref=ref,
        sender_index=index,
        digest=digest,
        kind=reading.kind,
        choice=reading.choice,
        words=reading.words,
        received_at=now,
        match=how,
        question=question,
    )
    ring = settings.KEYRING
    reply.body = ring.encrypt(text.encode(), context=reply.context)
    reply.sender = ring.encrypt(sender.encode(), context=reply.context)
    reply.save()
    if reply.kind == ReplyKind.STOP:
        opt_out_index(index, via=provider)
    elif reply.kind == ReplyKind.START:
        opt_in_index(index)
    return reply


def _clean(ref: str, sender: str, text: str) -> tuple[str, str]:
    if not (ref.isprintable() and 0 < len(ref) <= 120):
        raise Refusal(_("A reply needs a reference of at most 120 characters."), field="id")
    # JSON can carry halves of characters, which nothing further down could keep.
    sender, text = (part.encode(errors="replace").decode() for part in (sender, text))
    if not (sender := clean_phone(sender) or sender.strip()):
        raise Refusal(_("A reply needs a sender."), field="from")
    return sender, text


def _digest(index: bytes, text: str) -> bytes:
    """Tells whether the same number sent the same text before; says nothing of the text."""
    key: bytes = settings.KEYRING.blind_index(f"{index.hex()} {text.strip()}", purpose="reply")
    return hashlib.blake2b(key, digest_size=16).digest()


def _take_turn() -> None:
    # Readers follow replies by id. One writer at a time keeps a lower id from appearing after a
    # higher one was read (SQLite has one writer anyway).
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_REPLIES_TURN])
