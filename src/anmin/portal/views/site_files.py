"""What browsers and search engines fetch of the site itself: its map, its card, its worker."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from anmin.faces.catalogue import services_outside
from anmin.matters import reported
from anmin.portal.doors import doors, further

PRIVATE = ("/desk/", "/accounts/", "/hooks/", "/a/", "/f/", "/q/", "/s/", "/r/sent/", "/metrics")
"""What no search engine has to look at: pages of one person, and of the house."""
_an_hour = cache_control(public=True, max_age=3600)


@require_safe
@_an_hour
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may look at."""
    lines = ["User-agent: *", *(f"Disallow: {one}" for one in PRIVATE)]
    lines.append(f"Sitemap: {settings.BASE_URL}/sitemap.xml")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@_an_hour
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page that is for everybody to find."""
    pages = ["/", *(one.address for one in (*doors(), *further()))]
    pages += [reverse("portal:report_kind", args=[one.code]) for one in reported.citizens_kinds()]
    pages += [reverse("portal:service", args=[one.code]) for one in services_outside("")]
    public = [one for one in dict.fromkeys(pages) if one not in PRIVATE]
    context = {"pages": [f"{settings.BASE_URL}{one}" for one in public]}
    return render(request, "portal/sitemap.xml", context, content_type="application/xml")


@require_safe
@_an_hour
def manifest(request: HttpRequest) -> HttpResponse:
    """What a telephone shows of it on its first screen."""
    icons = [
        {"src": static(f"portal/mark-{side}.png"), "sizes": f"{side}x{side}", "type": "image/png"}
        for side in (192, 512)
    ]
    card = {
        "name": _("Anmin"),
        "short_name": _("Anmin"),
        "lang": get_language(),
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#f8f8f6",
        "theme_color": "#17468f",
        "icons": icons,
    }
    response = JsonResponse(card, json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/manifest+json"
    response["Vary"] = "Accept-Language, Cookie"
    return response


@require_safe
@cache_control(public=True, max_age=0, must_revalidate=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: it keeps the few pages that are the same for everybody, and nothing else."""
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without a network: whom to call."""
    return render(request, "portal/offline.html")


@cache
def _worker() -> str:
    path = finders.find("portal/worker.js")
    assert isinstance(path, str)
    return Path(path).read_text("utf-8")
