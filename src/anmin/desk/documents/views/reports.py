"""Reports: which there are, one of a period as it would be written, and its files."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from anmin.desk.documents.handing import handed_out
from anmin.desk.documents.sheet import shown
from anmin.desk.shell.lookup import LookupField
from anmin.desk.shell.page import DeskRequest, Pages, address, show
from anmin.desk.shell.sending import Out
from anmin.documents import registry
from anmin.documents.cells import day_words
from anmin.documents.registry import Asked, Report, Span
from anmin.documents.writing import forms_of
from anmin.faces.details import DayInput
from anmin.faces.fields import DayField
from anmin.kernel.errors import NotFound, Refusal, Unavailable
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.documents.description import Document

pages = Pages(Capability.EXPORT_RECORDS)


class PeriodForm(forms.Form):
    """Of which period, by one of its days, and of which unit."""

    use_required_attribute = False
    date = DayField(label=_("Day"), required=False, widget=DayInput())
    unit = LookupField("unit", label=_("Unit"), required=False)


@pages.at("documents/", "documents")
def documents(request: DeskRequest) -> HttpResponse:
    """The reports that this person may ask for."""
    today = timezone.localdate()
    rows = [
        {
            "report": one,
            "period": period_words(one.span, registry.last_over(one.span, today)[0]),
            "url": address("document", one.code),
        }
        for one in registry.all_reports()
        if one.span.period and registry.may(request.user, one)
    ]
    return show(request, "documents/list.html", {"rows": rows})


@pages.at("documents/<slug:code>/", "document")
def document(request: DeskRequest, code: str) -> HttpResponse:
    """A report of a period as it would be written: of the last that is over unless told."""
    one = _report(code)
    form = PeriodForm(request.GET)
    form.fields["date"].label = DAYS[one.span]
    if not one.by_unit:
        del form.fields["unit"]
    context: dict[str, Any] = {"report": one, "form": form}
    status = 200
    try:
        if not form.is_valid():
            status = 422
        else:
            context |= _described(request, one, form)
    except Unavailable as reason:
        context["unavailable"] = str(reason)
    except Refusal as reason:
        context["problem"], status = str(reason), getattr(reason, "status", 422)
    return show(request, "documents/one.html", context, status=status)


@pages.read("documents/<slug:code>/file.<slug:ending>", "document_file")
def document_file(request: DeskRequest, code: str, ending: str) -> Out:
    """The report as a file; that it was taken away is on record."""
    one = _report(code)
    form = PeriodForm(request.GET)
    if not form.is_valid():
        raise Refusal(_("Say of which period."), field="date")
    return handed_out(request, _build(request, one, form), ending)


DAYS = {
    Span.DAY: _("Day"),
    Span.WEEK: _("A day of the week"),
    Span.MONTH: _("A day of the month"),
}


def period_words(span: Span, day: Any) -> str:
    """What a period is called that begins on this day."""
    if span is Span.MONTH:
        return date_format(day, "YEAR_MONTH_FORMAT")
    if span is Span.WEEK:
        return f"{date_format(day)} – {date_format(day + timedelta(days=6))}"
    return date_format(day)


def _report(code: str) -> Report:
    """A report of a period. Raises ``NotFound`` for any other."""
    one = registry.report_of(code)
    if not one.span.period:
        raise NotFound(_("This document is written at what it is about."))
    return one


def _build(request: DeskRequest, one: Report, form: PeriodForm) -> Document:
    given, today = form.cleaned_data, timezone.localdate()
    if given.get("date"):
        start, end = registry.period_of(one.span, given["date"])
        registry.not_to_come(start, today)
    else:
        start, end = registry.last_over(one.span, today)
    asked = Asked(start, end, viewer=request.user, unit=given.get("unit"))
    return registry.described(one, asked)


def _described(request: DeskRequest, one: Report, form: PeriodForm) -> dict[str, Any]:
    found = _build(request, one, form)
    unit = form.cleaned_data.get("unit")
    query = {
        "date": found.basis.start.isoformat(),
        "unit": unit.code if unit else None,
    }
    earlier = found.basis.start - timedelta(days=1)
    later = found.basis.end + timedelta(days=1)
    return {
        "document": found,
        "blocks": shown(found),
        "day": day_words(found.dated, found.language),
        "period": period_words(one.span, found.basis.start),
        "open": found.basis.end >= timezone.localdate(),
        "earlier": address("document", one.code, **(query | {"date": earlier.isoformat()})),
        "later": address("document", one.code, **(query | {"date": later.isoformat()}))
        if later <= timezone.localdate()
        else "",
        "files": [
            (ending.upper(), address("document_file", one.code, ending, **query))
            for ending in forms_of(found)
        ],
    }


urlpatterns = pages.addresses
