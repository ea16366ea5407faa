"""Exclusions that only the rated unit's own word leads to: confirmed, or the citizen is called."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _

from anmin.callbacks import claims
from anmin.callbacks.exclusions import exclusions
from anmin.callbacks.own import own_units
from anmin.desk.calls.call_forms import ClaimForm
from anmin.desk.shell.csv_files import Column, every_row, file_links, list_file
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.kernel.incoming import key_of
from anmin.people.policy import Capability

pages = Pages(Capability.CHECK_CALLBACKS)


@pages.at("callbacks/exclusions/", "claims")
def waiting(request: DeskRequest) -> HttpResponse:
    """What waits to be confirmed, the first claimed first."""
    return _waiting(request)


def _waiting(
    request: DeskRequest, *, form: ClaimForm | None = None, failed: int = 0, status: int = 200
) -> HttpResponse:
    found = claims.page(request.user, after=key_of(request.GET.get("after", "")) or 0)
    shown, own = found[: claims.PAGE], own_units(request.user)
    return show(
        request,
        "calls/claims.html",
        {
            "lines": [
                {
                    "callback": one,
                    "claimed": exclusions()[one.claimed].label,
                    "own": one.unit_id in own,
                    "form": form
                    if form is not None and one.pk == failed
                    else ClaimForm(auto_id=f"e{one.pk}-%s"),
                }
                for one in shown
            ],
            "exports": file_links(request, "claims_file"),
            "older": f"?after={shown[-1].pk}" if len(found) > claims.PAGE else "",
        },
        status=status,
    )


@pages.post("callbacks/exclusions/<int:callback_id>/", "claim")
def decide(request: DeskRequest, callback_id: int) -> HttpResponse:
    """Confirm the exclusion, or have the citizen called."""
    form = ClaimForm(request.POST, auto_id=f"e{callback_id}-%s")
    if form.does(
        lambda given: claims.decide(
            callback_id=callback_id,
            by=request.user,
            holds=given["holds"] == "yes",
            reason=given["reason"],
        )
    ):
        return done(request, _("Decided."), "desk:claims")
    return _waiting(request, form=form, failed=callback_id, status=form.status)


@pages.read("callbacks/exclusions.<slug:ending>", "claims_file", Capability.EXPORT_RECORDS)
def claims_file(request: DeskRequest, ending: str) -> FileResponse:
    """The exclusions that wait to be confirmed."""
    found = every_row(lambda mark: claims.page(request.user, after=mark), claims.PAGE)
    columns: list[tuple[str, Column]] = [
        (_("Number"), "matter.number"),
        (_("The unit's reason"), lambda one: exclusions()[one.claimed].label),
        (_("Unit"), "unit"),
        (_("Call by"), "due_at"),
    ]
    return list_file(_("Exclusions to be confirmed"), columns, found, ending)


urlpatterns = pages.addresses
