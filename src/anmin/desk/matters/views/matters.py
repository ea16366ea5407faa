"""The list of matters: six views of it, filters, and pages by keyset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.matters.forms import FilterForm
from anmin.desk.matters.queries import saved_filters
from anmin.desk.shell.csv_files import ENDINGS, csv_file, file_links
from anmin.desk.shell.navigation import waiting
from anmin.desk.shell.page import DeskRequest, Pages, choices, show
from anmin.faces import lists
from anmin.faces.forms import openable_kinds
from anmin.faces.rows import VIEW_LABELS, lines
from anmin.faces.templatetags.anmin_time import spoken_day
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters import queries
from anmin.matters.categories import category_choices
from anmin.matters.registry import kind_choices
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from django.http import QueryDict


EMPTY = {
    "live": gettext_lazy("Nothing to do."),
    "mine": gettext_lazy("Nothing is waiting for you."),
    "late": gettext_lazy("Nothing is late."),
    "at_risk": gettext_lazy("Nothing is due soon."),
    "unowned": gettext_lazy("Every open matter has been assigned to someone."),
    "all": gettext_lazy("There are no matters yet."),
}
PAGE = "matters"


pages = Pages(Capability.VIEW_MATTERS)


@pages.at("matters/", "matters")
def matters(request: DeskRequest) -> HttpResponse:
    """A page of the list, narrowed as the address says."""
    form = FilterForm(request.GET)
    filters = form.filters()
    found = queries.list_matters(
        request.user,
        filters,
        cursor=request.GET.get("cursor", ""),
        back="back" in request.GET,
    )
    narrowing = [name for name in form.NARROWING if form.data.get(name)]
    return show(
        request,
        "matters/list.html",
        {
            "form": form,
            "filters": filters,
            "lines": lines(found.rows, request.user, page="desk:matter", to_choose=True),
            "sorts": {name: _sort(request.GET, filters, name) for name in ("opened", "due")},
            "exports": file_links(request, "matters_file", _asked(request.GET)),
            "newer": _with(request.GET, cursor=found.newer, back="1") if found.newer else "",
            "older": _with(request.GET, cursor=found.older) if found.older else "",
            "views": choices(VIEW_LABELS, filters.view, lambda view: _with(request.GET, view=view)),
            "kinds": kind_choices(),
            "categories": category_choices(),
            "active": [_chip(request.GET, form, name) for name in narrowing],
            "saved": _saved(request),
            "clear_url": _with(request.GET, **dict.fromkeys(form.NARROWING, "")),
            "save_url": f"{reverse('desk:filters')}?{_query(request.GET)}",
            "empty": _("Nothing matches this filter.") if narrowing else EMPTY[filters.view],
            "may_open": bool(openable_kinds(request.user)),
            "asked": waiting(request).get("desk:matters", 0),
        },
    )


def _asked(given: QueryDict, **changes: str) -> dict[str, str]:
    """What the list is narrowed to, with some parts changed; empty ones fall away."""
    names = ("view", *FilterForm.NARROWING, "sort")
    kept = {name: given.get(name, "") for name in names} | changes
    return {name: value for name, value in kept.items() if value}


def _query(given: QueryDict, **changes: str) -> str:
    return urlencode(_asked(given, **changes))


def _with(given: QueryDict, **changes: str) -> str:
    return f"?{_query(given, **changes)}"


def _sort(given: QueryDict, filters: queries.Filters, name: str) -> dict[str, str]:
    """How the head of a column sorts: where it leads, and how the list is sorted by it now."""
    if name == "due" and filters.view == "all":
        return {}  # what is over has no deadline
    by, down = filters.order.removeprefix("-") == name, filters.order.startswith("-")
    turned = name if down or not by else f"-{name}"
    now = ("descending" if down else "ascending") if by else ""
    return {"url": _with(given, sort=turned), "now": now}


@pages.read("matters/list.<slug:ending>", "matters_file", Capability.EXPORT_RECORDS)
def as_file(request: DeskRequest, ending: str) -> FileResponse:
    """All of the list that the address says, in its order; taking it away is on record as every download is."""
    if ending not in ENDINGS:
        raise NotFound(_("Lists can be exported as CSV or XLSX only."))
    form = FilterForm(request.GET)
    filters = form.filters()
    if form.errors:  # never more than was asked for
        raise Refusal(_("Part of the filter was not understood: nothing was exported."))
    name = f"{_('Matters')}-{timezone.localdate()}"
    head, rows = lists.head(request.user, filters), lists.rows(request.user, filters)
    return csv_file(name, head, rows, ending)


def _chip(given: QueryDict, form: FilterForm, name: str) -> dict[str, Any]:
    value = str(given[name])
    label: Any = value
    if name in ("kind", "category"):
        labels = kind_choices() if name == "kind" else category_choices()
        label = dict[str, Any](labels).get(value, value)
    if name in ("since", "until"):
        pattern = _("from %(day)s") if name == "since" else _("until %(day)s")
        day = form.cleaned_data.get(name)
        label = pattern % {"day": spoken_day(day) if day else value}
    return {"label": label, "remove_url": _with(given, **{name: ""})}


def _saved(request: DeskRequest) -> list[dict[str, Any]]:
    here = _query(request.GET)
    return [
        {"label": one.name, "url": f"?{one.query}", "current": one.query == here}
        for one in saved_filters(request.user, PAGE)
    ]


urlpatterns = pages.addresses
