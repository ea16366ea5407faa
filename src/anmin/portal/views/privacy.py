"""How the data of citizens is used, for anybody to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anmin.callbacks.recordings import recorded
from anmin.portal.privacy import asked_with, office, times_kept


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Who uses the data, for what, how long, and how to ask about it."""
    told = {
        "office": office(),
        "times": times_kept(),
        "asks": asked_with(),
        "recorded": recorded(),
    }
    return render(request, "portal/privacy.html", told)
