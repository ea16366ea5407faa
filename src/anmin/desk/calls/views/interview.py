"""One interview by keyboard, and paper forms: what interviewers do in the survey studio."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from anmin.desk.calls.asking import offered_at
from anmin.desk.calls.interview_forms import InterviewForm, PaperForm
from anmin.desk.shell.page import DeskRequest, Pages, go, show
from anmin.faces.templatetags.anmin_time import spoken
from anmin.kernel.errors import Conflict, NotFound
from anmin.people.listing import listed
from anmin.people.policy import Capability
from anmin.surveys import fieldwork, queries
from anmin.surveys.dispositions import dispositions, outcomes
from anmin.surveys.recording import pace, sheet_of

if TYPE_CHECKING:
    from anmin.surveys.queries import CaseView

AGAIN_IN = timedelta(hours=4)


pages = Pages(Capability.WORK_SURVEYS)


@pages.post("surveys/waves/<slug:code>/next/", "survey_next")
def next_case(request: DeskRequest, code: str) -> HttpResponse:
    """Take the next case of a wave and open it; where none waits, back to the wave."""
    wave = queries.wave_of(request.user, code)
    return _go_on(request, code, wave.pk)


def _go_on(request: DeskRequest, code: str, wave_id: int) -> HttpResponse:
    found = fieldwork.next_case(request.user, wave_id)
    if found is None:
        messages.info(request, _("There are no interviews waiting at the moment."))
        return go(request, "desk:survey", code)
    return go(request, "desk:interview", found.pk)


@pages.at("surveys/cases/<int:case_id>/", "interview")
def interview(request: DeskRequest, case_id: int) -> HttpResponse:
    """The case that this interviewer holds; sending the form writes down how it went."""
    try:
        view = queries.case_view(case_id=case_id, operator=request.user)
    except (Conflict, NotFound) as refusal:
        messages.warning(request, str(refusal))
        return go(request, "desk:surveys")
    if request.method != "POST":
        form = InterviewForm(
            sheet=view.sheet, initial={"next_try_at": offered_at(AGAIN_IN, pace())}
        )
        return _page(request, view, form)
    form = InterviewForm(request.POST, sheet=view.sheet)
    if form.does(lambda _given: _record(request, view, form)):
        if request.POST.get("then") == "pause":
            return go(request, "desk:survey", view.wave.code)
        return _go_on(request, view.wave.code, view.wave.pk)
    return _page(request, view, form)


def _record(request: DeskRequest, view: CaseView, form: InterviewForm) -> None:
    given = form.cleaned_data
    how = {"key": given["key"], "via": given["via"], "note": given["note"]}
    if form.reached:
        fieldwork.record_answers(
            case_id=view.case_id, operator=request.user, given=form.given(), **how
        )
        messages.success(request, _("No. %(number)s is recorded.") % {"number": view.number})
        return
    after = fieldwork.record_attempt(
        case_id=view.case_id,
        operator=request.user,
        outcome=given["outcome"],
        next_try_at=given["next_try_at"],
        **how,
    )
    words = {"number": view.number, "outcome": outcomes()[given["outcome"]].label}
    if after.closed_at:
        words["end"] = dispositions()[after.disposition].label
        messages.success(request, _("No. %(number)s: %(outcome)s. Ended: %(end)s.") % words)
    else:
        words["when"] = spoken(after.not_before)
        messages.success(request, _("No. %(number)s: %(outcome)s. Again %(when)s.") % words)


def _page(
    request: DeskRequest, view: CaseView, form: InterviewForm, *, contact: Any = None
) -> HttpResponse:
    frequent, rest = form.outcomes()
    context = {
        "view": view,
        "form": form,
        "asks": form.asks(),
        "outcomes": frequent,
        "more_outcomes": rest,
        "more_open": any(one.checked for one in rest),
        "contact": contact,
    }
    return show(
        request,
        "calls/interview.html",
        context,
        status=form.status,
    )


@pages.post("surveys/cases/<int:case_id>/contact/", "interview_contact")
def reveal(request: DeskRequest, case_id: int) -> HttpResponse:
    """Name, number and address; it is logged, and is in no address and in no cache."""
    contact = fieldwork.reveal(case_id=case_id, operator=request.user)
    if request.htmx:
        return render(request, "desk/calls/interview_contact.html", {"contact": contact})
    view = queries.case_view(case_id=case_id, operator=request.user)
    form = InterviewForm(request.POST, sheet=view.sheet)
    form.errors.clear()
    return _page(request, view, form, contact=contact)


@pages.post("surveys/cases/<int:case_id>/release/", "interview_release")
def release(request: DeskRequest, case_id: int) -> HttpResponse:
    """Give the case back."""
    fieldwork.release(case_id=case_id, operator=request.user)
    messages.info(request, _("Returned to the list."))
    return go(request, "desk:surveys")


@pages.at("surveys/waves/<slug:code>/paper/", "survey_paper")
def paper(request: DeskRequest, code: str) -> HttpResponse:
    """Enter a paper form by its number."""
    wave = queries.wave_of(request.user, code)
    sheet = sheet_of(wave)
    form = PaperForm(request.POST if request.method == "POST" else None, sheet=sheet)
    if form.does(
        lambda given: fieldwork.enter_paper(
            wave_id=wave.pk,
            number=given["number"],
            operator=request.user,
            given=form.given(),
            key=given["key"],
        )
    ):
        entry = form.made
        _tell(request, form.cleaned_data["number"], entry, sheet)
        return go(request, "desk:survey_paper", code)
    context = {"wave": wave, "form": form, "asks": form.asks()}
    return show(request, "calls/paper.html", context, status=form.status)


def _tell(request: DeskRequest, number: int, entry: fieldwork.PaperEntry, sheet: Any) -> None:
    if entry.settled:
        messages.success(request, _("No. %(number)s counts.") % {"number": number})
    elif entry.differing:
        labels = listed(sheet.asks(code).label for code in entry.differing)
        messages.warning(
            request,
            _("No. %(number)s differs from the first entry: %(questions)s. A third person decides.")
            % {"number": number, "questions": labels},
        )
    else:
        messages.success(
            request,
            _("No. %(number)s is entered once. Somebody else must enter it again.")
            % {"number": number},
        )


urlpatterns = pages.addresses
