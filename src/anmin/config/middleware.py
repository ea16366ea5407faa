"""What happens around every request: it is named, timed and logged, and a refusal gets a page."""

import re
import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase

from anmin.config import errors, logs, metrics, tracing
from anmin.config.sqlite.slots import at_work
from anmin.kernel.errors import Refusal

Answer = Callable[[HttpRequest], HttpResponseBase]

log = structlog.get_logger(__name__)
REQUEST_ID = re.compile(r"[\w-]{8,64}\Z", re.ASCII)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
TRACELESS = "/tell/"
"""Where somebody may confide something: what was asked there is counted, and logged nowhere (a fault of the
house is, by its type; what was wrong with what somebody sent is not: it would say when), and no id
or trace of a proxy is taken up, by which its log could be laid beside ours."""
HEADERS = {
    # Pages are somebody's: no cache on the way keeps them. Files for the browser say otherwise.
    "Cache-Control": "private, no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""Said with every answer that does not say it itself; Django adds the other headers."""


def observe(get_response: Answer) -> Answer:
    """Give each request an id (the proxy's, if it sent one), count it, time it, log it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        secret = request.path_info.startswith(TRACELESS)
        given = "" if secret else request.headers.get("X-Request-ID", "")
        request_id = given if REQUEST_ID.match(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if secret:
            structlog.contextvars.bind_contextvars(**{logs.TRACELESS: True})
        began = time.perf_counter()
        with tracing.span("request", {} if secret else request.headers) as tell:
            with at_work():
                response = get_response(request)
            match = request.resolver_match
            view = (match.view_name or match.route) if match else "none"
            method = request.method if request.method in METHODS else "other"
            tell(name=view, method=method, status=response.status_code)
        seconds = time.perf_counter() - began
        metrics.REQUESTS.labels(view, method, response.status_code).inc()
        metrics.SECONDS.labels(view).observe(seconds)
        if view not in errors.QUIET and not secret:
            log.info(
                "request",
                view=view,
                method=method,
                status=response.status_code,
                ms=round(seconds * 1000, 1),
            )
        if secret:
            structlog.contextvars.unbind_contextvars(logs.TRACELESS)
        response.headers["X-Request-ID"] = request_id
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answer


class Refusals:
    """Turns what a view raises into an answer that a person or a program can use."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """A refusal or an absent database gets its page; anything else is logged and passed on."""
        if isinstance(exception, Refusal):
            log.info("refused", code=exception.code, field=exception.field)
            return errors.refusal_page(request, exception)
        if errors.endless(exception):
            log.warning("endless input", fault=type(exception).__name__)
            return errors.bad_request(request, exception)
        return errors.trouble_page(request, exception)
