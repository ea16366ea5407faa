"""What belongs together: linked, made one, parted again; and a new code for the citizen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from anmin.desk.shell.page import DeskRequest, go, page, show
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters import actions, merging, queries
from anmin.matters.actor import Actor
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.matters.models import Matter


@page(Capability.VIEW_MATTERS)
@require_POST
def link(request: DeskRequest, number: str) -> HttpResponse:
    """Say that this matter belongs to another."""
    found, other = queries.find_matter(request.user, number), _other(request)
    relation = request.POST.get("relation", "")
    actor = Actor.of(request.user)
    merging.link(matter_id=found.pk, relation=relation, other_id=other.pk, actor=actor)
    messages.success(request, _("Linked with %(number)s.") % {"number": other.number})
    return go(request, reverse("desk:matter", args=[number]))


@page(Capability.VIEW_MATTERS)
@require_POST
def merge(request: DeskRequest, number: str) -> HttpResponse:
    """Make this matter part of another."""
    found, other = queries.find_matter(request.user, number), _other(request)
    reason = request.POST.get("reason", "")
    actor = Actor.of(request.user)
    merging.merge(matter_id=found.pk, into_id=other.pk, actor=actor, reason=reason)
    told = _("%(number)s goes on as part of this one.") % {"number": found.number}
    messages.success(request, told)
    return go(request, reverse("desk:matter", args=[other.number]))


@page(Capability.VIEW_MATTERS)
@require_POST
def part(request: DeskRequest, number: str) -> HttpResponse:
    """Let a matter go on by itself that was made part of another."""
    found = queries.find_matter(request.user, number)
    reason = request.POST.get("reason", "")
    merging.part(matter_id=found.pk, actor=Actor.of(request.user), reason=reason)
    messages.success(request, _("It goes on by itself, with its own deadlines."))
    return go(request, reverse("desk:matter", args=[number]))


@page(Capability.VIEW_MATTERS)
@require_POST
def code(request: DeskRequest, number: str) -> HttpResponse:
    """A new code for the citizen: sent to his own phone, else shown here once."""
    found = queries.find_matter(request.user, number)
    given = actions.give_follow_code(matter_id=found.pk, actor=Actor.of(request.user))
    if given:
        return show(request, "matters/code.html", {"matter": found, "code": given})
    messages.success(request, _("The code is on its way to the citizen's own phone."))
    return go(request, reverse("desk:matter", args=[number]))


def _other(request: DeskRequest) -> Matter:
    """The matter whose number was given; one that may not be seen is not there."""
    typed = request.POST.get("other", "").strip()
    if not typed:
        raise Refusal(_("Give the number of the other matter."), field="other")
    try:
        return queries.find_matter(request.user, typed)
    except NotFound:
        told = _("There is no matter %(number)s.") % {"number": typed[:40]}
        raise Refusal(told, field="other") from None


urlpatterns: list[URLPattern] = [
    path("matters/<str:number>/link/", link, name="matter_link"),
    path("matters/<str:number>/merge/", merge, name="matter_merge"),
    path("matters/<str:number>/part/", part, name="matter_part"),
    path("matters/<str:number>/code/", code, name="matter_code"),
]
