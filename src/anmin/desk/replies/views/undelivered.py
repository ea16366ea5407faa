"""Messages that could not be delivered: what each was about, why, and what is done instead."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _

from anmin.callbacks import undelivered
from anmin.channels.queries import outbox_counts
from anmin.desk.replies.forms import SettleForm
from anmin.desk.shell.csv_files import every_row, file_links, list_file
from anmin.desk.shell.page import DeskRequest, Pages, done, revealed, show
from anmin.kernel.incoming import key_of
from anmin.people.policy import Capability

pages = Pages(Capability.WORK_CALLBACKS)


@pages.at("undelivered/", "undelivered")
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


@pages.post("undelivered/<int:message_id>/phone/", "undelivered_phone")
def phone(request: DeskRequest, message_id: int) -> HttpResponse:
    """Let somebody phone about it instead."""
    undelivered.phone_instead(message_id=message_id, by=request.user)
    return done(request, _("Moved to the phone queue."), "desk:undelivered")


@pages.post("undelivered/<int:message_id>/settle/", "undelivered_settle")
def settle(request: DeskRequest, message_id: int) -> HttpResponse:
    """Say how it was settled otherwise."""
    form = SettleForm(request.POST, auto_id=f"m{message_id}-%s")
    if form.does(
        lambda given: undelivered.settle(
            message_id=message_id, by=request.user, reason=given["reason"]
        )
    ):
        return done(request, _("Settled."), "desk:undelivered")
    return _lost(request, form=form, failed=message_id, status=form.status)


@pages.post("undelivered/<int:message_id>/number/", "undelivered_number", Capability.REVEAL_CONTACT)
def number(request: DeskRequest, message_id: int) -> HttpResponse:
    """The number a message was meant for; it is logged."""
    found = undelivered.reveal_number(message_id=message_id, reader=request.user)
    return revealed(request, found)


@pages.read("undelivered/list.<slug:ending>", "undelivered_file", Capability.EXPORT_RECORDS)
def undelivered_file(request: DeskRequest, ending: str) -> FileResponse:
    """The messages that did not arrive; numbers stay masked."""
    found = every_row(
        lambda mark: undelivered.lines(request.user, before=mark),
        undelivered.PAGE,
        "message.pk",
    )
    columns = [
        (_("Queued"), "message.created_at"),
        (_("About"), "words.title"),
        (_("Number"), "words.number"),
        (_("To"), "number"),
        (_("Why it did not arrive"), "cause"),
    ]
    return list_file(_("Undelivered messages"), columns, found, ending)


urlpatterns = pages.addresses
