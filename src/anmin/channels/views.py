"""Where gateways bring replies."""

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from anmin.channels.providers.base import IncomingReply, MalformedReply
from anmin.channels.receiving import receive_part, receive_reply
from anmin.channels.registry import provider_class
from anmin.channels.signing import BadSignature
from anmin.kernel.errors import Refusal

LARGEST = 64 * 1024  # bytes; a reply is a line of text

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def receive(request: HttpRequest, provider: str) -> JsonResponse:
    """Take in one signed reply. Safe to repeat: the gateway may send it until it hears 200."""
    if request.headers.get("Transfer-Encoding") and not request.META.get("CONTENT_LENGTH"):
        return _refused(411, "the length is missing: send the body with Content-Length")
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    if len(length) > 12 or not length.isdecimal() or int(length) > LARGEST:
        return _refused(413, "too large")
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        incoming = provider_class(provider).read_reply(headers, request.body)
    except (LookupError, ImproperlyConfigured):
        return _refused(404, "no such provider here")
    except BadSignature as problem:
        log.warning("reply refused", provider=provider, reason=str(problem))
        return _refused(401, str(problem))
    except MalformedReply as problem:
        return _refused(400, str(problem))
    try:
        kind = _take(provider, incoming)
    except Refusal as refusal:
        return _refused(400, str(refusal))
    return JsonResponse({"id": incoming.ref, "kind": kind})


def _take(provider: str, incoming: IncomingReply) -> str:
    """Take in a whole reply or one part of a long one; returns what it is."""
    told = {"sender": incoming.sender, "text": incoming.text, "sent_to": incoming.sent_to}
    if incoming.whole:
        whole = receive_part(
            provider=provider,
            provider_ref=incoming.ref,
            whole=incoming.whole,
            part=incoming.part,
            parts=incoming.parts,
            **told,
        )
        return whole.kind if whole else "part"
    reply = receive_reply(
        provider=provider, provider_ref=incoming.ref, about=incoming.about, **told
    )
    return reply.kind


def _refused(status: int, reason: str) -> JsonResponse:
    return JsonResponse({"error": reason}, status=status)
