"""The inbox of replies: what citizens wrote that a person has to look at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anmin.callbacks import inbox, undelivered
from anmin.desk.replies.forms import ReplyForm
from anmin.desk.shell.csv_files import every_row, file_links, list_file, wall_clock
from anmin.desk.shell.page import DeskRequest, go, page, revealed, show
from anmin.exchange.sheets import Cell
from anmin.faces.templatetags.anmin_time import spoken
from anmin.kernel.incoming import key_of
from anmin.people.policy import Capability


@page(Capability.WORK_CALLBACKS)
def replies(request: DeskRequest) -> HttpResponse:
    """What waits, the oldest first; or what was decided, the newest first."""
    decided = request.GET.get("view") == "decided"
    mark = key_of(request.GET.get("after", "")) or 0
    found = inbox.list_items(request.user, decided=decided, after=mark)
    shown = found[: inbox.PAGE]
    older = ""
    if len(found) > inbox.PAGE:
        older = f"?{'view=decided&' if decided else ''}after={shown[-1].pk}"
    return show(
        request,
        "replies/list.html",
        {
            "decided": decided,
            "exports": file_links(request, "replies_file"),
            "items": shown,
            "older": older,
            "waiting": inbox.waiting_count(),
            "undelivered": undelivered.count(request.user),
        },
    )


@page(Capability.WORK_CALLBACKS)
@require_POST
def next_reply(request: DeskRequest) -> HttpResponse:
    """Take the reply that has waited longest and open it."""
    return _go_on(request)


def _go_on(request: DeskRequest) -> HttpResponse:
    found = inbox.next_item(request.user)
    if found is None:
        messages.info(request, _("No reply waits for you."))
        return go(request, reverse("desk:replies"))
    return go(request, reverse("desk:reply", args=[found.pk]))


@page(Capability.WORK_CALLBACKS)
def reply(request: DeskRequest, item_id: int) -> HttpResponse:
    """One reply with the questions it may be meant for; sending decides."""
    view = inbox.item_view(item_id=item_id, reader=request.user)
    questions = [(one.message.pk, _named(one)) for one in view.candidates]
    form = ReplyForm(
        request.POST if request.method == "POST" else None,
        questions=questions,
        initial=_proposed(view),
    )
    if form.does(
        lambda given: inbox.decide(
            item_id=item_id,
            operator=request.user,
            decision=given["decision"],
            about=given["about"],
            choice=given["choice"],
            reason=given["reason"],
        )
    ):
        messages.success(request, _("The reply is settled."))
        return _go_on(request)
    return show(
        request,
        "replies/item.html",
        {"view": view, "item": view.item, "form": form},
        status=form.status if form.is_bound else 200,
    )


def _named(one: inbox.Candidate) -> str:
    parts = [one.words.title, one.words.place, one.words.number]
    if one.words.when:
        parts.insert(1, spoken(one.words.when))
    return " · ".join(part for part in parts if part)


def _proposed(view: inbox.ItemView) -> dict[str, Any]:
    """What is filled in before anybody has looked: the only question, the answer it begins with.

    Never the decision itself.
    """
    only = view.candidates[0].message.pk if len(view.candidates) == 1 else None
    return {"about": only, "choice": view.suggestion}


@page(Capability.WORK_CALLBACKS)
@require_POST
def release(request: DeskRequest, item_id: int) -> HttpResponse:
    """Give the reply back to the inbox."""
    inbox.release(item_id=item_id, operator=request.user)
    messages.info(request, _("The reply is back in the inbox."))
    return go(request, reverse("desk:replies"))


@page(Capability.WORK_CALLBACKS, Capability.REVEAL_CONTACT)
@require_POST
def number(request: DeskRequest, item_id: int) -> HttpResponse:
    """The number a reply came from; it is logged, and is in no address and in no cache."""
    return revealed(request, inbox.reveal_number(item_id=item_id, reader=request.user))


@page(Capability.WORK_CALLBACKS, Capability.EXPORT_RECORDS)
@require_safe
def replies_file(request: DeskRequest, ending: str) -> FileResponse:
    """The replies that wait, or that were decided; never what was written."""
    decided = request.GET.get("view") == "decided"
    found = every_row(
        lambda mark: inbox.list_items(request.user, decided=decided, after=mark),
        inbox.PAGE,
        lambda one: one.pk,
    )
    rows: Iterable[list[Cell]] = (
        [
            *(wall_clock(one.at), one.get_why_display(), str(one.operator or "")),
            *(one.get_decision_display(), str(one.decided_by or ""), wall_clock(one.decided_at)),
        ]
        for one in found
    )
    head = [_("When it came"), _("Why a person looks at it"), _("Taken by"), _("Decided")]
    head += [_("By"), _("Decided on")]
    return list_file(str(_("Replies")), head, rows, ending)


urlpatterns: list[URLPattern] = [
    path("replies/", replies, name="replies"),
    path("replies/next/", next_reply, name="reply_next"),
    path("replies/<int:item_id>/", reply, name="reply"),
    path("replies/<int:item_id>/release/", release, name="reply_release"),
    path("replies/<int:item_id>/number/", number, name="reply_number"),
    path("replies/list.<slug:ending>", replies_file, name="replies_file"),
]
