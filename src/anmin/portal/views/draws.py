"""The draws of the house, for anybody to check: callbacks, quality checks, surveys."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anmin.callbacks.draws import published
from anmin.kernel.errors import NotFound
from anmin.kernel.incoming import day_of
from anmin.portal.guard import count_miss, take_list
from anmin.surveys import queries as surveys


@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """The latest draws: the hash published before, and the seed revealed after."""
    before = day_of(request.GET.get("before", ""), settings.RULES)
    found, earlier = published(before)
    shown = {
        "draws": found,
        "earlier": earlier,
        "later": before is not None,
        "waves": () if before else surveys.published(),
    }
    return render(request, "portal/draws.html", shown)


@require_safe
def frame(request: HttpRequest, code: str) -> HttpResponse:
    """A survey's frozen frame as it was drawn from: numbers and places, no persons."""
    take_list(request, code)
    try:
        rows = surveys.public_frame(code)
    except NotFound:
        count_miss(request)
        raise
    lines = [f"{number},{stratum},{cluster}" for number, stratum, cluster in rows]
    return HttpResponse(
        "\n".join(["number,stratum,cluster", *lines, ""]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{code}.csv"'},
    )
