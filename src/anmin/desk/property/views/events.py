"""Return events: the list, one opened, and what went back at one by class."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.property import forms
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.kernel.errors import Refusal
from anmin.people.policy import Capability, can, require
from anmin.property import events
from anmin.property.words import yuan

pages = Pages(Capability.VIEW_PROPERTY)


@pages.at("property/events/", "property_events")
def listed(request: DeskRequest) -> HttpResponse:
    """All events, and the form for one more."""
    may_open = can(request.user, Capability.ENTER_PROPERTY)
    form = forms.EventForm()
    if request.method == "POST":
        require(request.user, Capability.ENTER_PROPERTY)
        form = forms.EventForm(request.POST)
        if form.does(lambda given: _open(request, given), lets_pass=True):
            told = _("Opened. Things can be handed over there.")
            return done(request, told, "desk:property_event", form.made.code)
    found = []
    for one in events.events(request.user):
        number, value = events.overall(events.totals(one))
        found.append((one, number, yuan(value)))
    context = {"events": found, "form": form if may_open else None}
    return show(request, "property/events.html", context, status=form.status)


def _open(request: DeskRequest, given: dict[str, object]) -> object:
    if request.user.unit is None:
        raise Refusal(_("Whoever enters property works in a unit."))
    said = {name: given[name] for name in ("code", "title_zh", "title_en", "day", "place")}
    return events.open_event(**said, unit=request.user.unit, by=request.user)  # type: ignore[arg-type]


@pages.read("property/events/<slug:code>/", "property_event")
def event(request: DeskRequest, code: str) -> HttpResponse:
    """One event: what went back, by class."""
    found = events.event_of(request.user, code)
    totals = events.totals(found)
    number, value = events.overall(totals)
    context = {
        "event": found,
        "totals": totals,
        "number": number,
        "value": yuan(value),
        "handovers": [(one, yuan(one.value)) for one in events.handovers_of(found)],
    }
    return show(request, "property/event.html", context)


urlpatterns = pages.addresses
