"""The callbacks as a whole: what waits, what ended how, what was answered, and how well it is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.callbacks import actions, lists, quality
from anmin.callbacks.counts import disposition_counts, exclusion_counts
from anmin.callbacks.dispositions import dispositions
from anmin.callbacks.exclusions import exclusions
from anmin.callbacks.queries import (
    answers_about,
    queue_counts,
    quiet_until,
)
from anmin.callbacks.recordings import SUFFIXES
from anmin.callbacks.scripts import checklist
from anmin.desk.calls.call_forms import CheckForm, WordsForm
from anmin.desk.calls.views.callback import PURPOSES, RECALL, just_saved
from anmin.desk.shell.csv_files import Column, file_links, list_file
from anmin.desk.shell.page import DeskRequest, Pages, choices, done, go, show
from anmin.faces.forms import ActForm
from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.kernel.incoming import key_of
from anmin.matters import queries as matters
from anmin.people.policy import Capability, can, unit_scope

if TYPE_CHECKING:
    from anmin.people.models import Account

CHECK = "check"
VIEW_LABELS = {
    lists.NOW: gettext_lazy("To call now"),
    "planned": gettext_lazy("Planned"),
    "messaged": gettext_lazy("Message sent"),
    "calling": gettext_lazy("By phone"),
    "pending": gettext_lazy("Awaiting the draw"),
    "claimed": gettext_lazy("To be confirmed"),
    "done": gettext_lazy("Answered"),
    "closed": gettext_lazy("Ended without an answer"),
    "excluded": gettext_lazy("Excluded by rule"),
}
ENDED = ("done", "closed", "excluded")
LOOK_BACK = timedelta(days=30)


# --- the queue and the lists --------------------------------------------------------------------


pages = Pages(Capability.VIEW_CALLBACKS)
answering = pages.of(Capability.VIEW_ANSWERS)
checking = pages.of(Capability.CHECK_CALLBACKS)


@pages.at("callbacks/", "callbacks")
def callbacks(request: DeskRequest) -> HttpResponse:
    """What waits and the next call; for those who watch, every list; for a unit, its numbers."""
    account = request.user
    counts = lists.open_counts(account)
    if not unit_scope(account).everything:
        return show(request, "calls/unit.html", {"counts": counts})
    works = can(account, Capability.WORK_CALLBACKS)
    view = _view(request)
    context = _waits(request, counts) if works else {}
    if works:
        counts |= {lists.NOW: context["waiting"]["now"]}
    found = lists.list_page(
        account, view, cursor=request.GET.get("cursor", ""), back="back" in request.GET
    )
    return show(
        request,
        "calls/queue.html",
        {
            **context,
            "works": works,
            "may_check": can(account, Capability.CHECK_CALLBACKS),
            "claims": counts["claimed"],
            "exports": file_links(request, "callbacks_file"),
            "view": view,
            "ended": view in ENDED,
            "lines": [
                {"line": line, "late": line.due_at < timezone.now(), "end": end_of(line)}
                for line in found.lines
            ],
            "newer": f"?view={view}&cursor={found.newer}&back=1" if found.newer else "",
            "older": f"?view={view}&cursor={found.older}" if found.older else "",
            "views": choices(_views(account), view, "?view={}".format, counts),
            "how": _ended_how(view),
            "since": timezone.localdate() - LOOK_BACK,
            "may_read": can(account, Capability.VIEW_ANSWERS)
            and can(account, Capability.VIEW_MATTERS),
        },
    )


def _views(account: Account) -> dict[str, Any]:
    """The lists that somebody is offered: what is to be called now only to those who call."""
    works = can(account, Capability.WORK_CALLBACKS)
    return {one: label for one, label in VIEW_LABELS.items() if works or one != lists.NOW}


def _view(request: DeskRequest) -> str:
    """The list that is asked for, or the first."""
    offered, view = _views(request.user), request.GET.get("view", "")
    return view if view in offered else next(iter(offered))


def _waits(request: DeskRequest, counts: Mapping[str, int]) -> dict[str, Any]:
    """What waits for whoever calls, and what they have done today."""
    account = request.user
    return {
        "quiet_until": quiet_until(),
        "waiting": {**queue_counts(account), "today": lists.due_today(account)},
        "overdue": counts["late"],
        "in_hand": lists.in_hand(account),
        "recorded": lists.recorded_today(account),
        "saved": just_saved(request),
        "undo_form": ActForm(),
        "recalls": lists.checks_waiting(account, PURPOSES[RECALL]),
    }


def end_of(line: Any) -> str:
    """How a callback ended, in words; empty while it is open."""
    if line.exclusion:
        return exclusions()[line.exclusion].label
    return dispositions()[line.disposition].label if line.disposition else ""


def _ended_how(view: str) -> list[tuple[str, int]]:
    """How many of the last days ended how; only for the list of what ended so."""
    if view not in ENDED:
        return []
    until = timezone.localdate()
    since = until - LOOK_BACK
    if view == "excluded":
        return [(exclusions()[c].label, n) for c, n in exclusion_counts(since, until).items()]
    usable = view == "done"
    return [
        (dispositions()[code].label, n)
        for code, n in disposition_counts(since, until).items()
        if n and dispositions()[code].kind.usable == usable
    ]


# --- what was answered about one matter ---------------------------------------------------------


@answering.at("matters/<str:number>/answers/", "matter_answers")
def answers(request: DeskRequest, number: str) -> HttpResponse:
    """Every answer about a matter that this reader may know of, the first one first."""
    return _answers(request, number)


def _answers(
    request: DeskRequest, number: str, *, extra: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    found = matters.find_matter(request.user, number)
    return show(
        request,
        "calls/answers.html",
        {
            "matter": found,
            "answers": answers_about(request.user, found),
            "may_read": can(request.user, Capability.CHECK_CALLBACKS),
            "may_correct": can(request.user, Capability.CHECK_CALLBACKS)
            and can(request.user, Capability.WORK_CALLBACKS),
            "words_form": WordsForm(auto_id="words-%s"),
            **(extra or {}),
        },
        status=status,
    )


@answering.post("matters/<str:number>/answers/<int:answer_id>/words/", "answer_words")
def words(request: DeskRequest, number: str, answer_id: int) -> HttpResponse:
    """A citizen's own words, to whoever follows them up and says why; it is logged."""
    found = matters.find_matter(request.user, number)
    form = WordsForm(request.POST, auto_id=f"words-{answer_id}-%s")
    shown: dict[str, Any] = {"answer_id": answer_id, "matter": found, "words_form": form}
    status = 422
    if form.is_valid():
        try:
            shown["words"] = actions.read_words(
                answer_id=answer_id,
                matter_id=found.pk,
                reader=request.user,
                reason=form.cleaned_data["reason"],
            )
            status = 200
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
    if request.htmx:
        return render(request, "desk/calls/words.html", shown, status=status)
    extra = {"revealed": shown.get("words"), "revealed_id": answer_id}
    return _answers(
        request,
        number,
        extra={**extra, "words_form": form} if status == 422 else extra,
        status=status,
    )


# --- checking the calls themselves --------------------------------------------------------------


@checking.at("callbacks/checks/", "callback_checks")
def checks(request: DeskRequest) -> HttpResponse:
    """How many calls wait to be checked, and what the last checks found."""
    return show(
        request,
        "calls/checks.html",
        {
            "waiting": lists.checks_waiting(request.user, PURPOSES[CHECK]),
            "checked": lists.checked(request.user),
            "agreement": lists.recent_agreement(request.user),
            "unchecked": lists.not_to_be_checked(request.user),
        },
    )


@checking.at("callbacks/checks/next/", "callback_check")
def check(request: DeskRequest) -> HttpResponse:
    """The next call that chance picked, beside the list it is judged by."""
    sheet = checklist()
    form = CheckForm(request.POST if request.method == "POST" else None, items=sheet.item)
    if form.does(
        lambda given: quality.record_check(
            check_id=key_of(request.POST.get("check", "")) or 0,
            checker=request.user,
            items=form.items(),
            unchecked=given["unchecked"],
        )
    ):
        score = "—" if form.made.score is None else f"{form.made.score:.0%}"
        told = _("The check is recorded: %(score)s.") % {"score": score}
        return done(request, told, "desk:callback_checks")
    taken = quality.take_check(account=request.user, purpose=PURPOSES[CHECK])
    if taken is None:
        messages.info(request, _("No calls waiting to be checked."))
        return go(request, "desk:callback_checks")
    return show(
        request,
        "calls/check.html",
        {
            "check": taken,
            "view": quality.recall_view(check=taken, operator=request.user),
            "answers": answers_about(request.user, taken.callback.matter),
            "form": form,
            "recording": quality.recording(check=taken, checker=request.user),
        },
        status=form.status,
    )


@checking.read("callbacks/checks/next/recording", "callback_recording")
def recording(request: DeskRequest) -> FileResponse:
    """The recording of the call that is being checked; it is logged."""
    file = quality.hear(checker=request.user)
    return FileResponse(file.open("rb"), content_type=SUFFIXES[file.suffix.lower()])


@pages.read("callbacks/list.<slug:ending>", "callbacks_file", Capability.EXPORT_RECORDS)
def callbacks_file(request: DeskRequest, ending: str) -> FileResponse:
    """The callbacks of one view of the queue."""
    account = request.user
    view = _view(request)

    def found() -> Iterator[Any]:
        cursor = None
        while cursor != "":
            part = lists.list_page(account, view, cursor=cursor or "")
            yield from part.lines
            cursor = part.older

    lists.list_page(account, view, limit=1)  # refuses before a file is begun
    columns: list[tuple[str, Column]] = [
        (_("Number"), "number"),
        (_("Category"), "category"),
        (_("Round"), "round"),
        (_("Tries"), "attempts"),
        (_("State"), lambda one: VIEW_LABELS.get(one.status, one.status)),
        (_("Not before"), "not_before"),
        (_("Call by"), "due_at"),
        (_("How the callback ended"), end_of),
    ]
    return list_file(_("Callbacks"), columns, found(), ending)


urlpatterns = pages.addresses
