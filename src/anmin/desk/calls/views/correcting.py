"""Putting right what was written down about a call: in the minutes after saving, and later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.callbacks import actions, amending, lists
from anmin.desk.calls.call_forms import UNSAID, AnswerForm, advice_ask, asks
from anmin.desk.calls.views.callback import go_on, tell_answer
from anmin.desk.shell.page import DeskRequest, Pages, done, go, show
from anmin.faces.forms import ActForm
from anmin.kernel.errors import Refusal
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.callbacks.lists import Recorded
    from anmin.callbacks.models import Answer


pages = Pages(Capability.WORK_CALLBACKS)


@pages.at("callbacks/answers/<int:answer_id>/correct/", "callback_correct")
def correct(request: DeskRequest, answer_id: int) -> HttpResponse:
    """Correct what was written down: a new row, the first one stays.

    In the minutes after saving it counts in place of the first; a form that was opened in time
    and sent too late says so, and is then kept beside it.
    """
    row = lists.recorded(answer_id, request.user)
    form = AnswerForm(request.POST) if request.method == "POST" else AnswerForm(initial=_said(row))
    instead = row.instead
    if form.is_bound and form.is_valid():
        instead = request.POST.get("instead") == "yes"
        write = amending.amend if instead else actions.correct_answer
        try:
            answer = write(
                answer_id=answer_id,
                operator=request.user,
                said=form.said(),
                key=form.cleaned_data["key"],
            )
        except Refusal as refusal:
            form.refuse(refusal)
            instead = instead and refusal.code != amending.OVER
        else:
            return _corrected(request, row, form, answer if instead else None)
    return show(
        request,
        "calls/correct.html",
        {
            "row": row,
            "instead": instead,
            "form": form,
            "asks": asks(form, row.questions),
            "advice": advice_ask(form, row.advice),
        },
        status=form.status,
    )


def _corrected(
    request: DeskRequest, row: Recorded, form: AnswerForm, counts: Answer | None
) -> HttpResponse:
    """Say what the correction does, and go on with the call that is in hand."""
    if counts is None:
        return done(
            request,
            _("The correction stands beside the first answer, which stays."),
            "desk:callbacks",
        )
    tell_answer(request, row.number, form.said(), lists.ordered_after(counts))
    return go_on(request, saved=row.callback_id)


@pages.post("callbacks/<int:callback_id>/undo/", "callback_undo")
def undo(request: DeskRequest, callback_id: int) -> HttpResponse:
    """Take back a call without an answer that was saved a moment ago: its page opens again."""
    form = ActForm(request.POST)
    if form.is_valid():
        amending.take_back(
            callback_id=callback_id, operator=request.user, key=form.cleaned_data["key"]
        )
    return go(request, "desk:callback", callback_id)


def _said(row: Recorded) -> dict[str, Any]:
    return {
        "solved": row.solved,
        "satisfaction": row.satisfaction,
        "concerns": row.concerns,
        "text": row.text,
        "consent_contact": {True: "yes", False: "no", None: UNSAID}[row.consent_contact],
        "advice_given": row.advice_given,
    }


urlpatterns = pages.addresses
