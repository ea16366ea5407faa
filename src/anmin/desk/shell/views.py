"""What a lookup box offers while somebody types."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join

from anmin.desk.shell.lookup import FINDERS
from anmin.desk.shell.page import DeskRequest, page
from anmin.people.policy import Capability


@page(Capability.VIEW_MATTERS)
def lookup(request: DeskRequest, what: str) -> HttpResponse:
    """The options for a datalist; the box sends itself, whatever it is called."""
    if what not in FINDERS:
        raise Http404
    text = next((str(value).strip() for value in request.GET.values()), "")
    found = FINDERS[what](text, request.user) if text else []
    return HttpResponse(
        format_html_join(
            "", '<option value="{}">{}</option>', ((str(one), one.hint) for one in found)
        )
    )


urlpatterns: list[URLPattern] = [path("lookup/<slug:what>/", lookup, name="lookup")]
