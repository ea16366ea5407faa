"""The inbox of replies: what citizens wrote that a person has to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _

from anmin.callbacks import inbox, undelivered
from anmin.desk.replies.forms import ReplyForm
from anmin.desk.shell.csv_files import every_row, file_links, list_file
from anmin.desk.shell.page import DeskRequest, Pages, go, revealed, show
from anmin.faces.templatetags.anmin_time import spoken
from anmin.kernel.incoming import key_of
from anmin.people.policy import Capability

pages = Pages(Capability.WORK_CALLBACKS)


@pages.at("replies/", "replies")
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
            "waiting": inbox.waiting_count(request.user),
            "undelivered": undelivered.count(request.user),
        },
    )


@pages.post("replies/next/", "reply_next")
def next_reply(request: DeskRequest) -> HttpResponse:
    """Take the reply that has waited longest and open it."""
    return _go_on(request)


def _go_on(request: DeskRequest) -> HttpResponse:
    found = inbox.next_item(request.user)
    if found is None:
        messages.info(request, _("No replies waiting for you."))
        return go(request, "desk:replies")
    return go(request, "desk:reply", found.pk)


@pages.at("replies/<int:item_id>/", "reply")
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
        status=form.status,
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


@pages.post("replies/<int:item_id>/release/", "reply_release")
def release(request: DeskRequest, item_id: int) -> HttpResponse:
    """Give the reply back to the inbox."""
    inbox.release(item_id=item_id, operator=request.user)
    messages.info(request, _("The reply is back in the inbox."))
    return go(request, "desk:replies")


@pages.post("replies/<int:item_id>/number/", "reply_number", Capability.REVEAL_CONTACT)
def number(request: DeskRequest, item_id: int) -> HttpResponse:
    """The number a reply came from; it is logged, and is in no address and in no cache."""
    return revealed(request, inbox.reveal_number(item_id=item_id, reader=request.user))


@pages.read("replies/list.<slug:ending>", "replies_file", Capability.EXPORT_RECORDS)
def replies_file(request: DeskRequest, ending: str) -> FileResponse:
    """The replies that wait, or that were decided; never what was written."""
    decided = request.GET.get("view") == "decided"
    found = every_row(
        lambda mark: inbox.list_items(request.user, decided=decided, after=mark),
        inbox.PAGE,
    )
    columns = [
        (_("When it came"), "at"),
        (_("Why it needs a person"), "get_why_display"),
        (_("Taken by"), "operator"),
        (_("Decided"), "get_decision_display"),
        (_("By"), "decided_by"),
        (_("Decided on"), "decided_at"),
    ]
    return list_file(_("Replies"), columns, found, ending)


urlpatterns = pages.addresses
