"""The draws of the house, for anybody to check and recompute: callbacks, quality checks, surveys."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anmin.callbacks.draws import published, told
from anmin.draws.numbers import source_of
from anmin.draws.recomputing import Published
from anmin.draws.recomputing import script as recompute
from anmin.kernel.errors import NotFound
from anmin.kernel.incoming import day_of
from anmin.portal.guard import count_miss, take_list
from anmin.surveys import queries as surveys


@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """The latest draws: the hash published before, and the seed revealed after."""
    before = day_of(request.GET.get("before", ""), settings.RULES)
    found, earlier = published(before)
    waves = () if before else surveys.published()
    every: list[Any] = [*found, *waves]
    for one in every:
        if one.number is not None:
            one.source = source_of(one.number)
            one.where = one.source.where(one.number.round)
    for row in found:
        row.iso = row.day.isoformat()  # type: ignore[attr-defined]
    shown = {
        "draws": found,
        "earlier": earlier,
        "later": before is not None,
        "waves": waves,
        "script": recompute(),
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


@require_safe
def script(_request: HttpRequest) -> HttpResponse:
    """The program that recomputes who was drawn, as the page shows it."""
    return _file(recompute(), "text/x-python; charset=utf-8", "recompute.py")


@require_safe
def wave(request: HttpRequest, code: str) -> HttpResponse:
    """A survey's draw as the program reads it."""
    return _told(request, code, lambda: surveys.public_draw(code))


@require_safe
def draw(request: HttpRequest, purpose: str, day: str) -> HttpResponse:
    """A draw of one day as the program reads it; its lines tell nobody whose they are."""
    name = f"{purpose}-{day}"
    return _told(request, name, lambda: told(purpose, _day(day)))


def _day(text: str) -> date:
    found = day_of(text, settings.RULES)
    if found is None:
        raise NotFound(_("There is no such draw, or who can be drawn is not settled yet."))
    return found


def _told(request: HttpRequest, name: str, find: Callable[[], Published]) -> HttpResponse:
    take_list(request, name)
    try:
        found = find()
    except NotFound:
        count_miss(request)
        raise
    return _file(found.text(), "application/json; charset=utf-8", f"{name}.json")


def _file(text: str, kind: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=kind, headers=headers)
