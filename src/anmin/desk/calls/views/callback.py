"""One call: the script is the form, and everything can be done without the mouse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.callbacks import actions, amending, lists, quality
from anmin.callbacks.dispositions import dispositions, outcomes
from anmin.callbacks.ladder import pace
from anmin.callbacks.queries import callback_line, callback_view, questions_of, reopened_in_hand
from anmin.desk.calls.asking import offered_at
from anmin.desk.calls.call_forms import (
    CallForm,
    advice_ask,
    asks,
    outcome_options,
    people_ask,
    typed_in_words,
)
from anmin.desk.shell.page import DeskRequest, Pages, done, go, show
from anmin.faces.forms import ActForm
from anmin.faces.templatetags.anmin_time import spoken
from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.kernel.incoming import key_of
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anmin.callbacks.models import QualityCheck
    from anmin.callbacks.queries import CallbackView
    from anmin.desk.calls.asking import Ask
    from anmin.matters.contacts import Callee, ContactFacts

RECALL = "recall"
PURPOSES = {str(purpose.value): purpose for purpose in quality.NEEDED}
SAVED = "saved_call"
"""The cookie that tells, for as long as it can be put right, which call was saved last."""
AGAIN_IN = timedelta(hours=2)
"""The moment that an appointment is first offered at; the operator changes it."""


@dataclass(frozen=True, slots=True)
class Call:
    """What the page calls about, and where its form goes."""

    view: CallbackView
    save_url: str
    phone_url: str
    check_id: int = 0
    """Set when it is asked a second time, by somebody who does not know the first answer."""


# --- taking -------------------------------------------------------------------------------------


pages = Pages(Capability.WORK_CALLBACKS)


@pages.post("callbacks/next/", "callback_next")
def next_call(request: DeskRequest) -> HttpResponse:
    """Take the next call and open it; where none is due, back to the queue."""
    return go_on(request)


def go_on(request: DeskRequest, saved: int = 0) -> HttpResponse:
    """To the next call, which also offers to put right the one that was ``saved`` just now."""
    found = actions.next_callback(request.user)
    if found is None:
        messages.info(request, _("There are no calls waiting at the moment."))
        return _with_saved(go(request, "desk:callbacks"), saved)
    return _with_saved(go(request, "desk:callback", found.pk), saved)


def _with_saved(response: HttpResponse, saved: int) -> HttpResponse:
    """Let the pages of the next minutes offer to put right what was saved just now."""
    if saved:
        response.set_cookie(
            SAVED,
            str(saved),
            max_age=amending.period(),
            path=reverse("desk:callbacks"),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def just_saved(request: DeskRequest) -> amending.Saved | None:
    """The call that was saved a moment ago, while its operator can put it right."""
    callback_id = key_of(request.COOKIES.get(SAVED, ""))
    return amending.saved(callback_id, request.user) if callback_id else None


@pages.post("callbacks/<int:callback_id>/take/", "callback_take")
def take(request: DeskRequest, callback_id: int) -> HttpResponse:
    """Take one particular call; what had been typed before it was lost comes along."""
    typed = CallForm(request.POST) if "key" in request.POST else None
    try:
        actions.take(callback_id=callback_id, operator=request.user)
    except Conflict as refusal:
        return _lost(request, callback_id, refusal, typed)
    if typed is None:
        return go(request, "desk:callback", callback_id)
    return _page(request, _call(request, callback_id), typed)


@pages.post("callbacks/<int:callback_id>/release/", "callback_release")
def release(request: DeskRequest, callback_id: int) -> HttpResponse:
    """Give the call back to the queue."""
    actions.release(callback_id=callback_id, operator=request.user)
    messages.info(request, _("The call is back in the queue."))
    return go(request, "desk:callbacks")


# --- the call -----------------------------------------------------------------------------------


@pages.at("callbacks/<int:callback_id>/", "callback")
def callback(request: DeskRequest, callback_id: int) -> HttpResponse:
    """The page of a call that this operator has taken; sending it writes down how it went."""
    form = CallForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            _record(request, callback_id, form)
        except Conflict as refusal:
            return _lost(request, callback_id, refusal, form)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            if request.POST.get("then") == "pause":
                return _with_saved(go(request, "desk:callbacks"), callback_id)
            return go_on(request, saved=callback_id)
    try:
        call = _call(request, callback_id)
    except Conflict as refusal:
        return _lost(request, callback_id, refusal, form)
    if form is None:
        return _page(request, call, CallForm(initial=_initial(callback_id)))
    contact: ContactFacts | None = None
    later: Sequence[Callee] = ()
    if _was_shown(request):  # what was open before a refused save does not fold; logged again
        contact = actions.reveal_phone(callback_id=callback_id, operator=request.user)
        later = actions.later_to_call(callback_id=callback_id, operator=request.user)
    return _page(request, call, form, contact=contact, later=later)


def _was_shown(request: DeskRequest) -> bool:
    """Whether the page that was sent showed name and number."""
    return request.POST.get("revealed") == "yes"


def _initial(callback_id: int) -> dict[str, Any]:
    """The empty form; after a slip was taken back, with what was written down."""
    slip = amending.slip(callback_id)
    return {"next_try_at": offered_at(AGAIN_IN, pace()), **(slip._asdict() if slip else {})}


def _call(request: DeskRequest, callback_id: int) -> Call:
    return Call(
        callback_view(callback_id=callback_id, operator=request.user),
        reverse("desk:callback", args=[callback_id]),
        reverse("desk:callback_phone", args=[callback_id]),
    )


def _record(request: DeskRequest, callback_id: int, form: CallForm) -> None:
    given = form.cleaned_data
    number = callback_line(callback_id, request.user).number
    if form.reached:
        answer = actions.record_answer(
            callback_id=callback_id,
            operator=request.user,
            said=form.said(),
            key=given["key"],
            note=given["note"],
            answered_by=given["answered_by"],
        )
        tell_answer(request, number, form.said(), lists.ordered_after(answer))
        return
    after = actions.record_attempt(
        callback_id=callback_id,
        operator=request.user,
        outcome=given["outcome"],
        key=given["key"],
        note=given["note"],
        next_try_at=given["next_try_at"],
        spoken_to=given["spoken_to"],
    )
    words = {"number": number, "outcome": outcomes()[given["outcome"]].label}
    if after.closed_at:
        words["end"] = dispositions()[after.disposition].label
        messages.success(request, _("%(number)s: %(outcome)s. Ended: %(end)s.") % words)
    else:
        words["when"] = spoken(after.not_before)
        messages.success(request, _("%(number)s: %(outcome)s. Again %(when)s.") % words)


def tell_answer(
    request: DeskRequest, number: str, said: actions.Said, order: lists.Ordered | None
) -> None:
    rating = lists.in_words(said.satisfaction, said.solved)
    messages.success(
        request, _("%(number)s is recorded: %(rating)s.") % {"number": number, "rating": rating}
    )
    if order is None:
        return
    if order.unit:
        text = _("A rectification order has been sent to %(unit)s, which may contact the citizen.")
        messages.warning(request, text % {"unit": order.unit})
        return
    messages.warning(
        request,
        _(
            "A rectification order has been sent without naming the citizen: we do not tell the "
            "unit who complained, and the inspectorate makes the first contact."
        ),
    )


def _page(
    request: DeskRequest,
    call: Call,
    form: CallForm,
    *,
    contact: ContactFacts | None = None,
    later: Sequence[Callee] = (),
) -> HttpResponse:
    offered = [outcomes()["no_answer"]] if call.check_id else call.view.outcomes
    frequent, rest = outcome_options(form, offered)
    return show(
        request,
        "calls/call.html",
        {
            "call": call,
            "view": call.view,
            "form": form,
            "asks": asks(form, call.view.questions),
            "advice": advice_ask(form, call.view.advice),
            "stopping": () if call.check_id else _which(form, call, "spoken_to"),
            "answering": () if call.check_id else _which(form, call, "answered_by"),
            "outcomes": frequent,
            "more_outcomes": rest,
            "more_open": any(option.checked for option in rest),
            "contact": contact,
            "later": _later(call, later),
            "opening": call.view.opening_to(contact.name if contact else ""),
            "saved": just_saved(request),
            "undo_form": ActForm(),
        },
        status=form.status,
    )


def _which(form: CallForm, call: Call, code: str) -> list[Ask]:
    """Where several people are called: which of them answered, or wants to be left in peace."""
    labels = {
        "spoken_to": _("Who asked not to be contacted again?"),
        "answered_by": _("Who answered?"),
    }
    return people_ask(form, call.view.people, code, labels[code])


def _later(call: Call, later: Sequence[Callee]) -> list[tuple[ContactFacts, Sequence[str]]]:
    """Whom to call after the first, each with what is said to that person."""
    return [
        (one.contact, call.view.opening_to(one.contact.name, place))
        for place, one in enumerate(later, start=1)
    ]


def _lost(
    request: DeskRequest, callback_id: int, refusal: Refusal, form: CallForm | None
) -> HttpResponse:
    """The call is not in this operator's hands: why, the way on, and what was typed."""
    line = callback_line(callback_id, request.user)
    return show(
        request,
        "calls/lost.html",
        {
            "line": line,
            "refusal": refusal,
            "ended": line.status not in actions.WORKABLE,
            "refused": request.method == "POST",
            "form": form,
            "typed": typed_in_words(form, questions_of(callback_id)) if form else [],
        },
        status=409,
    )


@pages.post("callbacks/<int:callback_id>/phone/", "callback_phone")
def phone(request: DeskRequest, callback_id: int) -> HttpResponse:
    """Name and number of the citizen; it is logged, and is in no address and in no cache."""
    typed = CallForm(request.POST)
    try:
        contact = actions.reveal_phone(callback_id=callback_id, operator=request.user)
        later = actions.later_to_call(callback_id=callback_id, operator=request.user)
    except Conflict as refusal:
        if request.htmx:
            raise
        return _lost(request, callback_id, refusal, typed)
    call = _call(request, callback_id)
    if request.htmx:
        return _contact(request, call, contact, later)
    kept = CallForm(initial={name: typed[name].value() for name in typed.fields})
    return _page(request, call, kept, contact=contact, later=later)


def _contact(
    request: DeskRequest, call: Call, contact: ContactFacts, later: Sequence[Callee] = ()
) -> HttpResponse:
    """Name and number in their place, and the opening with the name as it is said."""
    opening = call.view.opening_to(contact.name)
    shown = {"contact": contact, "later": _later(call, later), "opening": opening}
    return render(request, "desk/calls/contact.html", shown)


@pages.at("callbacks/<int:callback_id>/standing/", "callback_standing")
def standing(request: DeskRequest, callback_id: int) -> HttpResponse:
    """Whether the matter was opened again while somebody calls about it; the page asks by itself."""
    reopened = reopened_in_hand(callback_id=callback_id, operator=request.user)
    shown = {"reopened": reopened, "callback_id": callback_id}
    return render(request, "desk/calls/standing.html", shown)


# --- asking again, blind ------------------------------------------------------------------------


@pages.at("callbacks/again/", "callback_recall")
def recall(request: DeskRequest) -> HttpResponse:
    """The next citizen whom chance picked to be asked again; sending the form writes it down."""
    form = CallForm(request.POST) if request.method == "POST" else CallForm()
    if form.does(
        lambda given: quality.record_recall(
            check_id=key_of(request.POST.get("check", "")) or 0,
            operator=request.user,
            said=form.said() if form.reached else None,
            key=given["key"],
        )
    ):
        return done(
            request, _("The second answer is recorded beside the first."), "desk:callback_recall"
        )
    check = quality.take_check(account=request.user, purpose=PURPOSES[RECALL])
    if check is None:
        messages.info(request, _("There are no re-calls waiting at the moment."))
        return go(request, "desk:callbacks")
    contact = None
    if _was_shown(request):
        contact = quality.reveal_recall_phone(check=check, operator=request.user)
    return _page(request, _recall(request, check), form, contact=contact)


def _recall(request: DeskRequest, check: QualityCheck) -> Call:
    return Call(
        quality.recall_view(check=check, operator=request.user),
        reverse("desk:callback_recall"),
        reverse("desk:callback_recall_phone"),
        check.pk,
    )


@pages.post("callbacks/again/phone/", "callback_recall_phone")
def recall_phone(request: DeskRequest) -> HttpResponse:
    """Name and number for asking again; it is logged."""
    check = quality.take_check(account=request.user, purpose=PURPOSES[RECALL])
    if check is None:
        raise NotFound(_("There are no re-calls waiting at the moment."))
    contact = quality.reveal_recall_phone(check=check, operator=request.user)
    return _contact(request, _recall(request, check), contact)


urlpatterns = pages.addresses
