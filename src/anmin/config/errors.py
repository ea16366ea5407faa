"""Pages for what went wrong: in the visitor's language, civil, with the way on, never a traceback.

They are rendered without asking the database for anything, so they also work when it is away.
"""

import sys
from http import HTTPStatus

import structlog
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from anmin.exchange.trouble import TROUBLES
from anmin.kernel.errors import Refusal
from anmin.kernel.trouble import trouble_of

log = structlog.get_logger(__name__)

STATUS = {
    "not_allowed": 403,
    "not_found": 404,
    "conflict": 409,
    "too_many": 429,
    "unavailable": 503,
}
"""HTTP status by a refusal's code; a class of refusal not named here counts as its parent."""

QUIET = {"healthz", "readyz", "metrics"}
"""Addresses that machines ask all day; they are counted, not logged."""


class BadInput(BadRequest):
    """A request with a character that no text can hold."""


def endless(fault: BaseException) -> bool:
    """Whether reading what was sent met a number of thousands of digits, or depths of brackets."""
    return isinstance(fault, RecursionError) or (
        isinstance(fault, ValueError) and "integer string conversion" in str(fault)
    )


def status_of(refusal: Refusal) -> int:
    """The HTTP status that fits a refusal, by its code or by the nearest parent's."""
    parents = [getattr(parent, "default_code", "") for parent in type(refusal).__mro__]
    return next((STATUS[code] for code in (refusal.code, *parents) if code in STATUS), 400)


def answer(
    request: HttpRequest,
    status: int,
    *,
    page: str = "",
    code: str = "",
    reason: str = "",
    refusal: Refusal | None = None,
) -> HttpResponse:
    """The answer in the form the asker reads: JSON, a line for htmx, or a page.

    `page` names the template when it is not the status; `reason` is said on it.
    """
    response: HttpResponse
    if request.path_info.startswith("/api/") or _wants_json(request):
        told: dict[str, object] = {
            "code": code or HTTPStatus(status).name.lower(),
            "message": reason or HTTPStatus(status).phrase,
        }
        if refusal:
            told |= {"field": refusal.field, "line": refusal.line}
        response = JsonResponse(told, status=status, json_dumps_params={"ensure_ascii": False})
    elif request.headers.get("HX-Request"):
        response = HttpResponse(reason, status=status, content_type="text/plain; charset=utf-8")
    else:
        told = {"reason": reason, "citizen": not _for_staff(request)}
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            told["reference"] = structlog.contextvars.get_contextvars().get("request_id")
        response = HttpResponse(
            render_to_string(f"errors/{page or status}.html", told), status=status
        )
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "30"
    return response


def _for_staff(request: HttpRequest) -> bool:
    """Whether the page that failed is one of the desk or of signing in: anybody else is told what a citizen can do."""
    return request.path_info.startswith(("/desk/", "/accounts/"))


def _wants_json(request: HttpRequest) -> bool:
    wanted = request.get_preferred_type(["text/html", "application/json"])
    return wanted == "application/json"


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A refusal, in its own words."""
    return answer(
        request,
        status_of(refusal),
        code=refusal.code,
        reason=str(refusal),
        refusal=refusal,
    )


def trouble_page(request: HttpRequest, fault: BaseException) -> HttpResponse | None:
    """503 in words when it is the machine that fails (disk, database); nothing for other faults."""
    gone = isinstance(fault, OperationalError | InterfaceError)
    code = trouble_of(fault) or ("gone" if gone else "")
    if not code or not (gone or isinstance(fault, OSError | DatabaseError)):
        return None
    log.error("trouble", code=code, fault=f"{type(fault).__name__}: {fault}"[:300])
    return answer(request, 503, code=code, reason=str(TROUBLES[code]))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 when too much was sent at once."""
    if exception is not None and endless(exception):
        reason = _("What was sent holds a number that is too long, or is nested too deeply.")
        return answer(request, 400, code="too_long", reason=reason)
    if isinstance(exception, BadInput):
        reason = _(
            "What was sent holds a character that no text can hold (a null character, or half of "
            "one). Nothing was changed. Type it again, or copy it from elsewhere."
        )
        return answer(request, 400, code="bad_text", reason=reason)
    return answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return answer(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of a form that was open too long, or came from elsewhere."""
    return answer(request, 403, page="csrf", code="form_expired")


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the reason is that the database is away."""
    fault = sys.exc_info()[1]
    if fault is not None and (page := trouble_page(request, fault)):
        return page
    log.error("unexpected error", exc_info=fault)
    return answer(request, 500)
