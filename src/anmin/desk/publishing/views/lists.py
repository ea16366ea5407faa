"""What waits, what is before the public, the calendar, and where a publication begins."""

from __future__ import annotations

import calendar as months
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.desk.publishing.words import TONES, VIEWS, WHAT
from anmin.desk.shell.page import DeskRequest, Pages, address, choices, done, show
from anmin.faces.forms import ActForm
from anmin.kernel.errors import Refusal
from anmin.people.policy import Capability, can
from anmin.publishing import actions, queries

pages = Pages(Capability.VIEW_PUBLICATIONS)
drafting = pages.of(Capability.VIEW_PUBLICATIONS, Capability.DRAFT_PUBLICATIONS)


@pages.read("publishing/", "publications")
def publications(request: DeskRequest) -> HttpResponse:
    """The publications of a view: what waits for this person first."""
    view = request.GET.get("view", "mine")
    view = view if view in queries.VIEWS else "mine"
    context = {
        "lines": [
            {"line": one, "tone": TONES[(one.publication.standing, one.publication.work)]}
            for one in queries.lines(request.user, view)
        ],
        "view": view,
        "views": choices(VIEWS, view, lambda code: address("publications", view=code)),
        "drafts": can(request.user, Capability.DRAFT_PUBLICATIONS),
    }
    return show(request, "publishing/list.html", context)


@drafting.at("publishing/new/", "publication_new")
def new(request: DeskRequest) -> HttpResponse:
    """What may be published about, and the beginning of it."""
    form = ActForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.does(
        lambda given: actions.begin(
            source=request.POST.get("source", ""),
            key=request.POST.get("about", ""),
            by=request.user,
            form_key=given["key"],
        )
    ):
        told = _("The draft is made from the records. Read it, then give it to another person.")
        return done(request, told, "desk:publication_draft", form.made.pk)
    context = {"form": form, "groups": queries.offers(request.user)}
    return show(request, "publishing/new.html", context, status=form.status)


@pages.read("publishing/calendar/", "publications_calendar")
def calendar(request: DeskRequest) -> HttpResponse:
    """A month: what is wanted, was published, is to be reviewed, expires."""
    first = _month(request.GET.get("month", ""))
    weeks = months.Calendar(firstweekday=0).monthdatescalendar(first.year, first.month)
    planned = queries.calendar(request.user, weeks[0][0], weeks[-1][-1])
    today = timezone.localdate()
    context: dict[str, Any] = {
        "first": first,
        "weeks": [
            [
                {
                    "day": day,
                    "outside": day.month != first.month,
                    "today": day == today,
                    "lines": [
                        {"of": one, "what": WHAT[one.what][0], "tone": WHAT[one.what][1]}
                        for one in planned.get(day, ())
                    ],
                }
                for day in week
            ]
            for week in weeks
        ],
        "before": address("publications_calendar", month=f"{first - timedelta(days=1):%Y-%m}"),
        "after": address("publications_calendar", month=f"{first + timedelta(days=32):%Y-%m}"),
    }
    return show(request, "publishing/calendar.html", context)


def _month(text: str) -> date:
    if not text:
        return timezone.localdate().replace(day=1)
    try:
        year, month = (int(part) for part in text.split("-"))
        if not 2000 <= year <= 2100:
            raise ValueError(text)
        return date(year, month, 1)
    except ValueError:
        raise Refusal(_("Name the month as 2026-10."), field="month") from None


urlpatterns = pages.addresses
