"""Somebody who was drawn answers a survey by the link of the invitation: one question a page.

What has been answered so far travels in hidden fields: nothing is stored before the end, going
back in the browser works, and no script is needed.
"""

from dataclasses import dataclass

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anmin.kernel.errors import NotFound, Refusal
from anmin.portal.forms import OUT, survey_form
from anmin.portal.guard import count_miss
from anmin.surveys.citizen import (
    SurveyView,
    UsedSurveyLink,
    answer_survey,
    decline_survey,
    receipt_of,
    survey_view,
)
from anmin.surveys.questionnaires import Question

BEGIN, DECLINE, SEEN = "begin", "decline", "seen-"


@dataclass(frozen=True)
class Answers:
    """What a form sent so far, by the name of its field."""

    view: SurveyView
    data: dict[str, list[str]]

    def given(self, question: Question) -> list[str]:
        """What was said to one question, the way out of a number included."""
        return [*self.data.get(question.code, []), *self.data.get(OUT + question.code, [])]

    def next_open(self) -> tuple[int, Form] | None:
        """The first question not yet answered well, with its form; nothing when all are."""
        for place, question in enumerate(self.view.sheet.question):
            if SEEN + question.code not in self.data:
                return place, survey_form(question)
            form = survey_form(question, self.data)
            if not form.is_valid():
                return place, form
        return None

    def carried(self, before: int) -> list[tuple[str, str]]:
        """Hidden fields for everything answered before that place."""
        fields = [(BEGIN, "1")]
        for question in self.view.sheet.question[:before]:
            fields.append((SEEN + question.code, "1"))
            fields += [(question.code, value) for value in self.given(question) if value]
        return fields


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Say what it is, ask the next question, or take the answers once all are given."""
    try:
        return _ask_or_take(request, token)
    except UsedSurveyLink:
        used = {"receipt": receipt_of(token)}
        return render(request, "portal/survey_used.html", used, status=410)
    except NotFound:
        count_miss(request)
        return render(request, "portal/link_gone.html", status=404)


def _ask_or_take(request: HttpRequest, token: str) -> HttpResponse:
    view = survey_view(token)
    data = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    if DECLINE in data:
        decline_survey(token=token)
        return render(request, "portal/survey_declined.html", {"view": view})
    if BEGIN not in data:
        return render(request, "portal/survey_start.html", {"view": view})
    answers = Answers(view, data)
    waiting = answers.next_open()
    if waiting is None:
        given = {one.code: answers.given(one) for one in view.sheet.question}
        try:
            receipt = answer_survey(token=token, given=given)
        except NotFound:
            raise
        except Refusal as refusal:
            waiting = 0, survey_form(view.sheet.question[0], data)
            waiting[1].add_error(None, str(refusal))
        else:
            done = {"view": view, "receipt": receipt}
            return render(request, "portal/survey_done.html", done)
    place, form = waiting
    asked = view.sheet.question[place]
    context = {
        "view": view,
        "form": form,
        "fields": list(form),
        "code": asked.code,
        "carried": answers.carried(place),
        "place": place + 1,
        "of": len(view.sheet.question),
        "last": place + 1 == len(view.sheet.question),
    }
    return render(request, "portal/survey.html", context, status=422 if form.errors else 200)
