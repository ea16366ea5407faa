"""The front door: five ways in, and where to have a say."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anmin.matters import reported
from anmin.portal.doors import doors, further


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this place is, and where to go."""
    return render(request, "portal/home.html", {"doors": doors(), "further": further()})


@require_safe
def take_part(request: HttpRequest) -> HttpResponse:
    """The ways to have a say: an idea, an answer, a check of what was drawn."""
    kinds = [
        one for one in reported.citizens_kinds() if one.by_citizen and one.by_citizen.takes_part
    ]
    return render(request, "portal/take_part.html", {"kinds": kinds})
