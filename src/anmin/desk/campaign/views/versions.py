"""The files of a programme: loaded, compared with what was in force, decided by a second person."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.campaign import actions, queries
from anmin.campaign.actions import LARGEST
from anmin.campaign.policy import may_load
from anmin.campaign.sheets import Faulty
from anmin.desk.campaign.forms import DecideForm
from anmin.desk.campaign.words import STATES, changes_in_words
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.faces.receiving import received
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.people.policy import Capability

pages = Pages(Capability.VIEW_PROGRAMME)


def largest() -> int:
    """The bytes of a programme that may be sent."""
    return LARGEST


@pages.at("programme/load/", "programme_load", Capability.EDIT_PROGRAMME, receives=largest)
def load(request: DeskRequest) -> HttpResponse:
    """Load a file; everything that is wrong with it is told at once."""
    faults: list[Any] = []
    problem, status = "", 200
    if request.method == "POST":
        try:
            given = received(request, _("The file is larger than 4 MB."))
            version = actions.load(name=given.name or "", content=given.read(), by=request.user)
        except NotAllowed:
            raise
        except Faulty as refusal:
            faults, status = list(refusal.faults), 422
        except Refusal as refusal:
            problem, status = str(refusal), 422
        else:
            told = _("Loaded as version %(number)s.") % {"number": version.number}
            return done(request, told, "desk:programme_versions", version.programme.code)
    context = {"faults": faults, "problem": problem, "limit": LARGEST}
    return show(request, "campaign/load.html", context, status=status)


@pages.read("programme/versions/<slug:code>/", "programme_versions")
def versions(request: DeskRequest, code: str) -> HttpResponse:
    """Every version, the newest first, with what it changed."""
    return page_of(request, code)


def page_of(
    request: DeskRequest, code: str, *, bound: DecideForm | None = None, number: int = 0
) -> HttpResponse:
    """The page of the versions, with one form as it was sent."""
    found = [
        {
            "version": one.version,
            "said": one.version.said,
            "state": STATES[one.version.state],
            "changes": changes_in_words(one.changes),
            "form": (bound if bound is not None and number == one.version.number else DecideForm())
            if one.may_decide
            else None,
        }
        for one in queries.versions(request.user, code)
    ]
    context = {
        "code": code,
        "programme": found[0]["said"],
        "versions": found,
        "may_load": may_load(request.user),
        "failed": bound if bound is not None and bound.errors else None,
    }
    status = bound.status if bound is not None else 200
    return show(request, "campaign/versions.html", context, status=status)


@pages.post(
    "programme/versions/<slug:code>/<int:number>/",
    "programme_decide",
    Capability.APPROVE_PROGRAMME,
)
def decide(request: DeskRequest, code: str, number: int) -> HttpResponse:
    """Approve a version, or turn it down."""
    form = DecideForm(request.POST)
    keep = request.POST.get("do") == "keep"
    if form.does(
        lambda given: actions.decide(
            programme=code, number=number, keep=keep, reason=given["reason"], by=request.user
        ),
        lets_pass=True,
    ):
        told = _("In force from now on.") if keep else _("Turned down.")
        return done(request, told, "desk:programme_versions", code)
    return page_of(request, code, bound=form, number=number)


urlpatterns = pages.addresses
