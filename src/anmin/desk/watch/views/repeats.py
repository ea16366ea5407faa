"""Calls that are likely about one event: which they are, and counting one by itself after all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.desk.watch import words as watching
from anmin.kernel.errors import Conflict, Refusal, Unavailable
from anmin.kernel.incoming import MOST, day_of
from anmin.people.policy import Capability, can, require
from anmin.watch.events import REASON, Repeat, repeats_of, tell_apart
from anmin.watch.periods import rule

if TYPE_CHECKING:
    from anmin.measures.queries import Filters

DAYS = 30


class ApartForm(forms.Form):
    """Which call counts by itself or again with the one before it, and why."""

    matter = forms.IntegerField(min_value=1, max_value=MOST, widget=forms.HiddenInput)
    apart = forms.BooleanField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=REASON)


pages = Pages(Capability.VIEW_WATCH)


@pages.at("watch/repeats/", "watch_repeats")
def repeats(request: DeskRequest) -> HttpResponse:
    """The likely repeats of a period; an analyst says that one is an event of its own."""
    problem = ""
    if request.method == "POST":
        require(request.user, Capability.PROPOSE_LISTING)
        form = ApartForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                tell_apart(
                    account=request.user,
                    matter_id=given["matter"],
                    apart=given["apart"],
                    reason=given["reason"],
                )
            except Refusal as refusal:
                if refusal.field is None and not isinstance(refusal, Conflict):
                    raise
                problem = str(refusal)
            else:
                return done(
                    request, _("Written down. New figures count it so."), request.get_full_path()
                )
        else:
            problem = _("Give the reason.")
    start, end, place, category = _asked(request)
    context: dict[str, Any] = {
        "days": f"{start.isoformat()} – {end.isoformat()}",
        "problem": problem,
        "minutes": rule("watch.same_event_minutes").number,
        "back_url": reverse("desk:watch_compare"),
        "judges": can(request.user, Capability.PROPOSE_LISTING),
    }
    filters: Filters = {
        **({"category": category} if category else {}),
        **({"town" if len(place) <= watching.TOWN_CODE else "area": place} if place else {}),
    }
    try:
        found = repeats_of(request.user, start, end, filters)
    except (Unavailable, Refusal) as reason:
        return show(request, "watch/repeats.html", context | {"unavailable": str(reason)})
    context |= {"lines": [_line(one) for one in found]}
    return show(request, "watch/repeats.html", context, status=422 if problem else 200)


def _asked(request: DeskRequest) -> tuple[date, date, str, str]:
    today = timezone.localdate()
    end = day_of(request.GET.get("end", ""), settings.RULES) or today
    start = day_of(request.GET.get("start", ""), settings.RULES) or end - timedelta(days=DAYS - 1)
    return min(start, end), end, request.GET.get("place", ""), request.GET.get("category", "")


def _line(one: Repeat) -> dict[str, Any]:
    return {
        "matter": one.matter,
        "number": one.number,
        "url": reverse("desk:matter", args=[one.number]),
        "place": watching.place_name(one.area),
        "category": watching.topic_name(one.category),
        "at": one.at,
        "apart": one.apart,
        "reason": one.reason,
    }


urlpatterns = pages.addresses
