"""Opening a matter by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from anmin.desk.matters.forms import OpeningForm, opening_form
from anmin.desk.shell.page import DeskRequest, go, page, show
from anmin.faces.forms import openable_kinds
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters import policy
from anmin.matters.actions import open_matter
from anmin.matters.actor import Actor
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.matters.models import Matter


@page(Capability.VIEW_MATTERS)
def matter_new(request: DeskRequest) -> HttpResponse:
    """The form of one kind; with several kinds, ``?kind=`` chooses."""
    kinds = openable_kinds(request.user)
    if not kinds:
        raise NotAllowed(_("Your role opens no matters by hand."))
    wanted = request.GET.get("kind") or kinds[0].code
    kind = next((one for one in kinds if one.code == wanted), None)
    if kind is None:
        raise NotAllowed(_("Your role opens no matters of this kind by hand."))
    form_class = opening_form(kind.code)
    form = form_class(request.POST or None, auto_id="new-%s")
    if request.method == "POST" and form.is_valid():
        try:
            opened = _open(request, kind.code, form)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _opened(request, opened)
    context = {"form": form, "kind": kind, "kinds": kinds}
    return show(request, "matters/new.html", context, status=form.status)


def _opened(request: DeskRequest, matter: Matter) -> HttpResponse:
    """On to the matter; whoever opened it for a unit that they do not see is told for which."""
    if policy.in_scope(request.user, matter):
        messages.success(request, _("%(number)s is open.") % {"number": matter.number})
        return go(request, reverse("desk:matter", args=[matter.number]))
    told = {
        "number": matter.number,
        "topic": matter.topic.label if matter.topic else matter.type.label,
        "unit": matter.unit.label if matter.unit else "",
    }
    messages.success(
        request,
        _("%(number)s (%(topic)s) is open for %(unit)s, which has it from now on.") % told,
    )
    return go(request, reverse("desk:matters"))


def _open(request: DeskRequest, kind: str, form: OpeningForm) -> Matter:
    given = form.cleaned_data
    return open_matter(
        kind=kind,
        actor=Actor.of(request.user),
        category=given["category"],
        summary=given["summary"],
        place=given["place"],
        area=given["area"],
        unit=given["unit"],
        details=form.details(),
        contact=form.contact(),
        opened_at=given["opened_at"],
        key=given["key"],
    )


urlpatterns: list[URLPattern] = [path("matters/new/", matter_new, name="matter_new")]
