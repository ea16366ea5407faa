"""The list of matters: six views of it, filters, and pages by keyset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.forms import FilterForm, openable_kinds
from anmin.desk.queries import saved_filters
from anmin.desk.rows import lines
from anmin.desk.templatetags.anmin_time import spoken_day
from anmin.desk.views.page import DeskRequest, page, show
from anmin.matters import queries
from anmin.matters.categories import category_choices
from anmin.matters.registry import kind_choices
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from django.http import QueryDict

VIEW_LABELS = {
    "live": gettext_lazy("All live"),
    "mine": gettext_lazy("Mine"),
    "late": gettext_lazy("Late"),
    "at_risk": gettext_lazy("Soon due"),
    "unowned": gettext_lazy("Without a person"),
    "all": gettext_lazy("All, newest first"),
}
EMPTY = {
    "live": gettext_lazy("Nothing is waiting."),
    "mine": gettext_lazy("Nothing is waiting for you."),
    "late": gettext_lazy("Nothing is late."),
    "at_risk": gettext_lazy("Nothing is due soon."),
    "unowned": gettext_lazy("Every live matter has a person."),
    "all": gettext_lazy("There are no matters yet."),
}
PAGE = "matters"


@page(Capability.VIEW_MATTERS)
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
        "matters.html",
        {
            "form": form,
            "filters": filters,
            "lines": lines(found.rows, by_deadline=filters.by_deadline, to_choose=True),
            "newer": _with(request.GET, cursor=found.newer, back="1") if found.newer else "",
            "older": _with(request.GET, cursor=found.older) if found.older else "",
            "views": [
                {
                    "label": label,
                    "url": _with(request.GET, view=view),
                    "current": view == filters.view,
                }
                for view, label in VIEW_LABELS.items()
            ],
            "kinds": kind_choices(),
            "categories": category_choices(),
            "active": [_chip(request.GET, form, name) for name in narrowing],
            "saved": _saved(request),
            "clear_url": _with(request.GET, **dict.fromkeys(form.NARROWING, "")),
            "save_url": f"{reverse('desk:filters')}?{_query(request.GET)}",
            "empty": _("Nothing fits this filter.") if narrowing else EMPTY[filters.view],
            "may_open": bool(openable_kinds(request.user)),
        },
    )


def _query(given: QueryDict, **changes: str) -> str:
    """The address part of the list with some parts changed; empty ones fall away."""
    kept = {name: given.get(name, "") for name in ("view", *FilterForm.NARROWING)} | changes
    return urlencode({name: value for name, value in kept.items() if value})


def _with(given: QueryDict, **changes: str) -> str:
    return f"?{_query(given, **changes)}"


def _chip(given: QueryDict, form: FilterForm, name: str) -> dict[str, Any]:
    value = str(given[name])
    label: Any = value
    if name in ("kind", "category"):
        choices = kind_choices() if name == "kind" else category_choices()
        label = dict[str, Any](choices).get(value, value)
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


urlpatterns: list[URLPattern] = [path("matters/", matters, name="matters")]
