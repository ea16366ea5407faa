"""What a lookup box offers while somebody types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.http import Http404, HttpResponse
from django.urls import Resolver404, resolve
from django.utils.html import format_html_join

from anmin.desk.shell.lookup import FINDERS, Choice
from anmin.desk.shell.page import DeskRequest, Pages
from anmin.kernel.errors import NotFound
from anmin.matters import conflict
from anmin.matters.owning import may_own
from anmin.matters.queries import find_matter
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.matters.models import Matter

pages = Pages(Capability.VIEW_MATTERS)


@pages.at("lookup/<slug:what>/", "lookup")
def lookup(request: DeskRequest, what: str) -> HttpResponse:
    """The options for a datalist; the box sends itself, whatever it is called."""
    if what not in FINDERS:
        raise Http404
    text = next((str(value).strip() for value in request.GET.values()), "")
    found = _free(request, what, FINDERS[what](text, request.user)) if text else []
    return HttpResponse(
        format_html_join(
            "", '<option value="{}">{}</option>', ((str(one), one.hint) for one in found)
        )
    )


def _free(request: DeskRequest, what: str, found: Iterable[Choice]) -> list[Choice]:
    """On the page of a matter: without those whom it is about, who could not be given it.

    Only for who learns whom it is about: to anybody else what is missing here would tell.
    """
    about_units = what in ("unit", "body", "office", "taker")
    matter = _matter(request) if about_units else None
    if what == "taker":  # bodies are offered what may be theirs, and nothing else is offered them
        found = [one for one in found if _may_own(matter, one.row)]
    gives = matter is not None and conflict.may_know(request.user.role)
    about = conflict.about(matter) if gives else conflict.NOBODY
    if not about:
        return list(found)
    return [
        one
        for one in found
        if not (about.person(one.row) if hasattr(one.row, "username") else about.unit(one.row.pk))
    ]


def _matter(request: DeskRequest) -> Matter | None:
    """The matter on whose page somebody types."""
    try:
        number = resolve(urlsplit(request.headers.get("HX-Current-URL", "")).path).kwargs["number"]
        return find_matter(request.user, number)
    except (Resolver404, KeyError, NotFound, ValueError):
        return None


def _may_own(matter: Matter | None, row: Any) -> bool:
    """Whether a unit may be given the matter of the page, or any matter where there is no page of one."""
    if hasattr(row, "username"):
        return True
    return may_own(matter.type, row.pk) if matter is not None else not row.outside


urlpatterns = pages.addresses
