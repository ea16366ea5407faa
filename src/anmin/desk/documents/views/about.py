"""A document about one matter or one thing, as it would be written, and its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.desk.documents.handing import handed_out
from anmin.desk.documents.sheet import shown
from anmin.desk.shell.page import DeskRequest, Pages, address, show
from anmin.desk.shell.sending import Out
from anmin.documents import registry
from anmin.documents.cells import day_words
from anmin.documents.registry import Asked, Report, Span
from anmin.documents.writing import forms_of
from anmin.kernel.errors import NotFound
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.documents.description import Document

pages = Pages(Capability.VIEW_MATTERS)


@pages.read("documents/about/<slug:code>/<str:number>/", "document_about")
def about(request: DeskRequest, code: str, number: str) -> HttpResponse:
    """The document on screen, with its files."""
    one = _report(code)
    found = _build(request, one, number)
    item = one.span is Span.ITEM
    context = {
        "report": one,
        "document": found,
        "blocks": shown(found),
        "day": day_words(found.dated, found.language),
        "back_url": reverse("desk:property_item" if item else "desk:matter", args=[number]),
        "number": number,
        "files": [
            (ending.upper(), address("document_about_file", code, number, ending))
            for ending in forms_of(found)
            if ending != "csv"
        ],
    }
    return show(request, "documents/about.html", context)


@pages.read("documents/about/<slug:code>/<str:number>/file.<slug:ending>", "document_about_file")
def about_file(request: DeskRequest, code: str, number: str, ending: str) -> Out:
    """The document as a file; that it was taken away is on record."""
    return handed_out(request, _build(request, _report(code), number), ending)


def _report(code: str) -> Report:
    one = registry.report_of(code)
    if one.span not in (Span.MATTER, Span.ITEM):
        raise NotFound(_("This report is about a period."))
    return one


def _build(request: DeskRequest, one: Report, number: str) -> Document:
    today = timezone.localdate()
    return registry.described(one, Asked(today, today, viewer=request.user, key=number))


urlpatterns = pages.addresses
