"""Pages that are everybody's: kept by caches, and answered by their headers while nothing changed.

Such a page shows nothing of a person, sets no cookie and needs no session, so each process draws it
once for a language and a state of what is public. Its language is chosen by a link, for a form would
need a token of somebody's.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable
from functools import wraps
from typing import Concatenate
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.templatetags.static import static
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import http_date, quote_etag
from django.utils.translation import get_language

from anmin.publishing import public

CHOSEN = "language"
KEPT = 256
"""The most pages that a process keeps drawn."""


type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def everybodys[**P](*reads: str, keeps: bool = True) -> Callable[[View[P]], View[P]]:
    """A page that changes when something public does, and is the same for all who read a language.

    ``reads`` are the parameters that it looks at; it never sees others, and they draw it no second time.
    Without ``keeps`` no process keeps what it has drawn: it is large.
    """

    def kept(view: View[P]) -> View[P]:
        @wraps(view)
        def answered(
            request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if request.GET.get(CHOSEN) in dict(settings.LANGUAGES):
                return _in_language(request, request.GET[CHOSEN])
            changed = public.changed_at()
            since = changed or timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
            told = f"{since.timestamp():.6f} {get_language()} {static('portal/portal.css')}"
            etag = quote_etag(_short(told))
            unchanged = get_conditional_response(
                request, etag=etag, last_modified=int(since.timestamp())
            )
            request.GET = _only(reads, request.GET)  # type: ignore[assignment]
            key = etag, request.path, request.GET.urlencode()

            def draw() -> HttpResponseBase:
                return view(request, *args, **kwargs)

            response = unchanged or (_drawn(key, draw) if keeps else draw())
            if response.status_code in (200, 304):
                response.headers["ETag"] = etag
                response.headers["Last-Modified"] = http_date(since.timestamp())
                patch_vary_headers(response, ["Accept-Language", "Cookie"])
                patch_cache_control(response, public=True, max_age=public.cache_seconds())
            return response

        return answered

    return kept


def _only(names: Iterable[str], given: QueryDict) -> QueryDict:
    """Of what was given the parameters of these names, so that no page is kept with others in its links."""
    return QueryDict(urlencode([(name, one) for name in names for one in given.getlist(name)]))


_kept: dict[Hashable, tuple[bytes, str]] = {}


def _drawn(key: Hashable, draw: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The page as this process has drawn it already, while nothing public changed."""
    if key not in _kept:
        response = draw()
        if response.status_code != 200 or not isinstance(response, HttpResponse):
            return response
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[key] = response.content, response.headers["Content-Type"]
    content, kind = _kept.get(key) or (b"", "")
    return HttpResponse(content, content_type=kind) if kind else draw()


def _short(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _in_language(request: HttpRequest, code: str) -> HttpResponse:
    """The same page in another language, which the browser remembers from now on."""
    query = request.GET.copy()
    del query[CHOSEN]
    rest = f"?{query.urlencode()}" if query else ""
    response = HttpResponseRedirect(request.path + rest)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=365 * 86_400,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
    response.headers["Cache-Control"] = "no-store"
    return response
