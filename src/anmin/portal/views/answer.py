"""A citizen answers a callback by a one-time link: one question a page, no account, no script.

What has been answered so far travels in hidden fields, so nothing is stored before the end, and
going back in the browser just works.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anmin.callbacks.citizen import (
    LinkView,
    UsedLink,
    answer_by_link,
    link_view,
    open_link,
    receipt_of,
)
from anmin.callbacks.recording import Said
from anmin.callbacks.scripts import Question
from anmin.callbacks.unhappy import is_unhappy
from anmin.kernel.errors import NotFound, Refusal
from anmin.portal.forms import question_form
from anmin.portal.guard import count_miss


@dataclass(frozen=True)
class Progress:
    """How far a citizen has come."""

    asked: Sequence[Question]
    data: dict[str, list[str]]

    @classmethod
    def of(cls, view: LinkView, data: dict[str, list[str]]) -> "Progress":
        """The questions that apply, given what was said so far."""
        unhappy = is_unhappy(_one(data, "satisfaction"), _one(data, "solved"))
        asked = [one for one in view.questions if unhappy or not one.when_unhappy]
        return cls(asked, data)

    def next_open(self) -> tuple[int, Form] | None:
        """The first question not yet answered well, with its form; nothing when all are."""
        for place, question in enumerate(self.asked):
            given = question.code in self.data or f"seen-{question.code}" in self.data
            form = question_form(question, self.data if given else None)
            if not given or not form.is_valid():
                return place, form
        return None

    def carried(self, before: int) -> list[tuple[str, str]]:
        """Hidden fields for what was answered before that place."""
        fields = []
        for question in self.asked[:before]:
            fields.append((f"seen-{question.code}", "1"))
            fields += [(question.code, value) for value in self.data.get(question.code, [])]
        return fields

    def said(self) -> Said:
        """The whole answer."""
        consent = _one(self.data, "consent_contact")
        return Said(
            satisfaction=_one(self.data, "satisfaction"),
            solved=_one(self.data, "solved"),
            concerns=tuple(self.data.get("concerns", [])),
            text=_one(self.data, "text").strip(),
            consent_contact={"yes": True, "no": False}.get(consent),
        )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the next question, or take the answer once all are answered."""
    try:
        return _ask_or_take(request, token)
    except UsedLink:
        used = {"receipt": receipt_of(token)}
        return render(request, "portal/answer_used.html", used, status=410)
    except NotFound:
        count_miss(request)
        return render(request, "portal/link_gone.html", status=404)


def _ask_or_take(request: HttpRequest, token: str) -> HttpResponse:
    link = open_link(token)
    view = link_view(link)
    data = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    progress = Progress.of(view, data)
    waiting = progress.next_open()
    if waiting is None:
        try:
            receipt = answer_by_link(link, progress.said())
        except (NotFound, UsedLink):
            raise
        except Refusal as refusal:
            waiting = 0, question_form(progress.asked[0], progress.data)
            waiting[1].add_error(None, str(refusal))
        else:
            done = {"closing": view.closing, "receipt": receipt}
            return render(request, "portal/answer_done.html", done)
    place, form = waiting
    context = {
        "form": form,
        "field": form[progress.asked[place].code],
        "code": progress.asked[place].code,
        "carried": progress.carried(place),
        "opening": view.opening if place == 0 else (),
        "place": place + 1,
        "of": max(len(progress.asked), 3),
        "last": place + 1 == len(progress.asked) and place > 1,
    }
    return render(request, "portal/answer.html", context, status=422 if form.errors else 200)


def _one(data: dict[str, list[str]], name: str) -> str:
    return (data.get(name) or [""])[0]
