"""Random draws that anybody can check."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anmin.callbacks.draws import published


@require_safe
def draws(request: HttpRequest) -> HttpResponse:
    """The latest draws: the hash published before, and the seed revealed after."""
    return render(request, "portal/draws.html", {"draws": published()})
