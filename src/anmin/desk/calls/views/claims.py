"""Exclusions that only the rated unit's own word leads to: confirmed, or the citizen is called."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anmin.callbacks import claims
from anmin.callbacks.exclusions import exclusions
from anmin.callbacks.own import own_units
from anmin.desk.calls.call_forms import ClaimForm
from anmin.desk.shell.csv_files import every_row, file_links, list_file, wall_clock
from anmin.desk.shell.page import DeskRequest, go, page, show
from anmin.kernel.incoming import key_of
from anmin.people.policy import Capability


@page(Capability.CHECK_CALLBACKS)
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


@page(Capability.CHECK_CALLBACKS)
@require_POST
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
        messages.success(request, _("Decided."))
        return go(request, reverse("desk:claims"))
    return _waiting(request, form=form, failed=callback_id, status=form.status)


@page(Capability.CHECK_CALLBACKS, Capability.EXPORT_RECORDS)
@require_safe
def claims_file(request: DeskRequest, ending: str) -> FileResponse:
    """The exclusions that wait to be confirmed."""
    found = every_row(
        lambda mark: claims.page(request.user, after=mark), claims.PAGE, lambda one: one.pk
    )
    rows = (
        [
            *(one.matter.number, exclusions()[one.claimed].label),
            *(str(one.unit or ""), wall_clock(one.due_at)),
        ]
        for one in found
    )
    head = [_("Number"), _("What the unit says"), _("Unit"), _("Call by")]
    return list_file(str(_("Exclusions to be confirmed")), head, rows, ending)


urlpatterns: list[URLPattern] = [
    path("callbacks/exclusions/", waiting, name="claims"),
    path("callbacks/exclusions/<int:callback_id>/", decide, name="claim"),
    path("callbacks/exclusions.<slug:ending>", claims_file, name="claims_file"),
]
