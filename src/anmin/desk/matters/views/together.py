"""What belongs together: linked, made one, parted again; and a new code for the citizen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters import actions, merging, queries
from anmin.matters.actor import Actor
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.matters.models import Matter


pages = Pages(Capability.VIEW_MATTERS)


@pages.post("matters/<str:number>/link/", "matter_link")
def link(request: DeskRequest, number: str) -> HttpResponse:
    """Say that this matter belongs to another."""
    found, other = queries.find_matter(request.user, number), _other(request)
    relation = request.POST.get("relation", "")
    actor = Actor.of(request.user)
    merging.link(matter_id=found.pk, relation=relation, other_id=other.pk, actor=actor)
    return done(
        request, _("Linked with %(number)s.") % {"number": other.number}, "desk:matter", number
    )


@pages.post("matters/<str:number>/merge/", "matter_merge")
def merge(request: DeskRequest, number: str) -> HttpResponse:
    """Make this matter part of another."""
    found, other = queries.find_matter(request.user, number), _other(request)
    reason = request.POST.get("reason", "")
    actor = Actor.of(request.user)
    merging.merge(matter_id=found.pk, into_id=other.pk, actor=actor, reason=reason)
    told = _("%(number)s is now part of this matter.") % {"number": found.number}
    return done(request, told, "desk:matter", other.number)


@pages.post("matters/<str:number>/part/", "matter_part")
def part(request: DeskRequest, number: str) -> HttpResponse:
    """Let a matter go on by itself that was made part of another."""
    found = queries.find_matter(request.user, number)
    reason = request.POST.get("reason", "")
    merging.part(matter_id=found.pk, actor=Actor.of(request.user), reason=reason)
    return done(request, _("It is separate again, with its own deadlines."), "desk:matter", number)


@pages.post("matters/<str:number>/code/", "matter_code")
def code(request: DeskRequest, number: str) -> HttpResponse:
    """A new code for the citizen: sent to his own phone, else shown here once."""
    found = queries.find_matter(request.user, number)
    given = actions.give_follow_code(matter_id=found.pk, actor=Actor.of(request.user))
    if given:
        return show(request, "matters/code.html", {"matter": found, "code": given})
    return done(
        request, _("The code is being sent to the citizen's own phone."), "desk:matter", number
    )


def _other(request: DeskRequest) -> Matter:
    """The matter whose number was given; one that may not be seen is not there."""
    typed = request.POST.get("other", "").strip()
    if not typed:
        raise Refusal(_("Enter the number of the other matter."), field="other")
    try:
        return queries.find_matter(request.user, typed)
    except NotFound:
        told = _("There is no matter %(number)s.") % {"number": typed[:40]}
        raise Refusal(told, field="other") from None


urlpatterns = pages.addresses
