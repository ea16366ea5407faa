"""Opening a matter by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from anmin.desk.matters.forms import OpeningForm, opening_form
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.faces.catalogue import catalogue_of, service_seen
from anmin.faces.forms import openable_kinds
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters import conflict, policy, queries
from anmin.matters.actions import open_matter
from anmin.matters.actor import Actor
from anmin.matters.categories import categories
from anmin.matters.likely import Likely, Report, likely
from anmin.matters.services import service_of
from anmin.matters.usual import usual_first
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.matters.models import Matter


pages = Pages(Capability.VIEW_MATTERS)


@pages.at("matters/new/", "matter_new")
def matter_new(request: DeskRequest) -> HttpResponse:
    """The form of one kind; with several kinds, ``?kind=`` chooses. Its boxes may be filled by the address."""
    parent = _parent(request)
    kinds = usual_first(openable_kinds(request.user, given=parent is not None))
    if not kinds:
        raise NotAllowed(_("Your role cannot create matters."))
    wanted = request.GET.get("kind") or kinds[0].code
    kind = next((one for one in kinds if one.code == wanted), None)
    if kind is None:
        raise NotAllowed(_("Your role opens no matters of this kind by hand."))
    form_class = opening_form(kind.code)
    chosen = request.POST.get("category") or request.GET.get("category", "")
    told: dict[str, Any] = {"summary": _called(kind.code, chosen)}
    if parent is not None:  # an order is about the place of the matter that it is given from
        told |= {"place": parent.place, "area": parent.area_id}
    told |= {name: request.GET[name] for name in form_class.base_fields if name in request.GET}
    form = form_class(request.POST or None, auto_id="new-%s", initial={**told, "category": chosen})
    alike: list[Likely] = []
    if request.method == "POST" and form.is_valid():
        alike = [] if "anyway" in request.POST else _alike(request, kind.code, form)
        try:
            opened = None if alike else _open(request, kind.code, form, parent)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            if opened is not None:
                return _opened(request, opened)
    context = {
        "form": form,
        "kind": kind,
        "kinds": [] if parent else kinds,
        "parent": parent,
        "alike": alike,
        "service": service_seen(kind.code, chosen),
        "catalogue": [] if chosen else catalogue_of(kind.code),
    }
    return show(request, "matters/new.html", context, status=409 if alike else form.status)


def _called(kind: str, category: str) -> str:
    """What a matter of a service is called in lists, in the house's own language: by its service."""
    if service_of(kind, category) is None:
        return ""
    with translation.override(settings.LANGUAGE_CODE):
        return str(categories()[category].label)


def _parent(request: DeskRequest) -> Matter | None:
    """The matter that an order is given from, if this is one."""
    number = request.GET.get("parent", "")
    return queries.find_matter(request.user, number) if number else None


def _alike(request: DeskRequest, kind: str, form: OpeningForm) -> list[Likely]:
    """What is here already and may be the same: shown once, before it is opened."""
    given = form.cleaned_data
    found = likely(
        request.user,
        Report(
            kind,
            given.get("category", ""),
            given["area"].pk if given["area"] else None,
            given["opened_at"],
            given.get("place", ""),
            given.get("summary", ""),
        ),
    )
    sent_twice = any(one.matter.external_id == given["key"] for one in found)
    return [] if sent_twice else found


def _opened(request: DeskRequest, matter: Matter) -> HttpResponse:
    """On to the matter; whoever opened it for a unit that they do not see is told for which."""
    if policy.in_scope(request.user, matter):
        return done(
            request,
            _("%(number)s has been created.") % {"number": matter.number},
            "desk:matter",
            matter.number,
        )
    if conflict.about(matter).person(request.user):  # where it went is not for whom it is about
        return done(request, _("Created; another unit handles it from now on."), "desk:matters")
    told = {
        "number": matter.number,
        "topic": matter.topic.label if matter.topic else matter.type.label,
        "unit": matter.unit.label if matter.unit else "",
    }
    return done(
        request,
        _("%(number)s (%(topic)s) has been created for %(unit)s, which handles it from now on.")
        % told,
        "desk:matters",
    )


def _open(request: DeskRequest, kind: str, form: OpeningForm, parent: Matter | None) -> Matter:
    given = form.cleaned_data
    return open_matter(
        kind=kind,
        actor=Actor.of(request.user),
        category=given.get("category", ""),
        summary=given.get("summary", ""),
        place=given.get("place", ""),
        area=given["area"],
        unit=given["unit"],
        details=form.details(),
        contact=form.contact(),
        opened_at=given["opened_at"],
        key=given["key"],
        parent=parent,
    )


urlpatterns = pages.addresses
