"""Messages that could not be delivered: what each was about, why, and what is done instead."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anmin.callbacks import undelivered
from anmin.channels.queries import outbox_counts
from anmin.desk.replies.forms import SettleForm
from anmin.desk.shell.csv_files import every_row, file_links, list_file, wall_clock
from anmin.desk.shell.page import DeskRequest, go, page, revealed, show
from anmin.exchange.sheets import Cell
from anmin.kernel.incoming import key_of
from anmin.people.policy import Capability


@page(Capability.WORK_CALLBACKS)
def lost(request: DeskRequest) -> HttpResponse:
    """What nobody has settled yet, the newest first."""
    return _lost(request)


def _lost(
    request: DeskRequest, *, form: SettleForm | None = None, failed: int = 0, status: int = 200
) -> HttpResponse:
    mark = key_of(request.GET.get("before", "")) or 0
    found = undelivered.lines(request.user, before=mark)
    shown = found[: undelivered.PAGE]
    counts = outbox_counts()
    return show(
        request,
        "replies/undelivered.html",
        {
            "lines": [
                (
                    one,
                    form if form is not None and one.message.pk == failed else _form(one),
                )
                for one in shown
            ],
            "exports": file_links(request, "undelivered_file"),
            "older": f"?before={shown[-1].message.pk}" if len(found) > undelivered.PAGE else "",
            "sent": counts["sent"],
            "waiting": counts["queued"] + counts["failed"] + counts["leased"],
            "dead": counts["dead"],
        },
        status=status,
    )


def _form(one: undelivered.Line) -> SettleForm:
    return SettleForm(auto_id=f"m{one.message.pk}-%s")


@page(Capability.WORK_CALLBACKS)
@require_POST
def phone(request: DeskRequest, message_id: int) -> HttpResponse:
    """Let somebody phone about it instead."""
    undelivered.phone_instead(message_id=message_id, by=request.user)
    messages.success(request, _("It is among the calls now."))
    return go(request, reverse("desk:undelivered"))


@page(Capability.WORK_CALLBACKS)
@require_POST
def settle(request: DeskRequest, message_id: int) -> HttpResponse:
    """Say how it was settled otherwise."""
    form = SettleForm(request.POST, auto_id=f"m{message_id}-%s")
    if form.does(
        lambda given: undelivered.settle(
            message_id=message_id, by=request.user, reason=given["reason"]
        )
    ):
        messages.success(request, _("Settled."))
        return go(request, reverse("desk:undelivered"))
    return _lost(request, form=form, failed=message_id, status=form.status)


@page(Capability.WORK_CALLBACKS, Capability.REVEAL_CONTACT)
@require_POST
def number(request: DeskRequest, message_id: int) -> HttpResponse:
    """The number a message was meant for; it is logged."""
    found = undelivered.reveal_number(message_id=message_id, reader=request.user)
    return revealed(request, found)


@page(Capability.WORK_CALLBACKS, Capability.EXPORT_RECORDS)
@require_safe
def undelivered_file(request: DeskRequest, ending: str) -> FileResponse:
    """The messages that did not arrive; numbers stay masked."""
    found = every_row(
        lambda mark: undelivered.lines(request.user, before=mark),
        undelivered.PAGE,
        lambda one: one.message.pk,
    )
    rows: Iterable[list[Cell]] = (
        [
            wall_clock(one.message.created_at),
            *((one.words.title, one.words.number) if one.words else ("", "")),
            *(one.number, one.cause),
        ]
        for one in found
    )
    head = [_("Queued"), _("About"), _("Number"), _("To"), _("Why it did not arrive")]
    return list_file(str(_("Undelivered messages")), head, rows, ending)


urlpatterns: list[URLPattern] = [
    path("undelivered/", lost, name="undelivered"),
    path("undelivered/<int:message_id>/phone/", phone, name="undelivered_phone"),
    path("undelivered/<int:message_id>/settle/", settle, name="undelivered_settle"),
    path("undelivered/<int:message_id>/number/", number, name="undelivered_number"),
    path("undelivered/list.<slug:ending>", undelivered_file, name="undelivered_file"),
]
