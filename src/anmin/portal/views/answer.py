"""A citizen answers a callback by a one-time link: one question a page, no account, no script.

What has been answered so far travels in hidden fields, so nothing is stored before the end, and
going back in the browser just works.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

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
    ordered_by,
    taken,
    taken_by,
)
from anmin.callbacks.recording import Said
from anmin.callbacks.scripts import Question
from anmin.callbacks.unhappy import is_unhappy
from anmin.kernel.errors import NotFound, Refusal
from anmin.portal.forms import questions_form
from anmin.portal.guard import count_miss


@dataclass(frozen=True)
class Progress:
    """How far a citizen has come."""

    pages: Sequence[Sequence[Question]]
    """Which questions stand on which page."""
    data: dict[str, list[str]]
    unhappy: bool

    @classmethod
    def of(cls, view: LinkView, data: dict[str, list[str]]) -> "Progress":
        """The questions that apply, given what was said so far.

        Each rating has its page; all that may be added stands on one last page, so that who is
        unhappy takes as many steps as who is not, and the number of steps never grows.
        """
        unhappy = is_unhappy(_one(data, "satisfaction"), _one(data, "solved"))
        ratings = [[one] for one in view.questions if one.kind == "choice"]
        rest = [one for one in view.questions if one.kind != "choice"]
        last = [one for one in rest if unhappy or not one.when_unhappy]
        return cls([*ratings, last] if last else ratings, data, unhappy)

    def next_open(self) -> tuple[int, Form] | None:
        """The first page not yet answered well, with its form; nothing when all are."""
        for place, page in enumerate(self.pages):
            given = all(one.code in self.data or _seen(one) in self.data for one in page)
            form = questions_form(page, self.data if given else None)
            if not given or not form.is_valid():
                return place, form
        return None

    def carried(self, before: int) -> list[tuple[str, str]]:
        """Hidden fields for what was answered before that page."""
        fields = []
        for question in chain.from_iterable(self.pages[:before]):
            fields.append((_seen(question), "1"))
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
        used = {"taken": taken_by(token)}
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
            waiting = 0, questions_form(progress.pages[0], progress.data)
            waiting[1].add_error(None, str(refusal))
        else:
            done = {
                "closing": view.closing,
                "taken": taken(link, receipt),
                "ordered": progress.unhappy and ordered_by(link),
            }
            return render(request, "portal/answer_done.html", done)
    place, form = waiting
    context = {
        "form": form,
        "title": progress.pages[place][0].label,
        "alone": len(progress.pages[place]) == 1,
        "seen": [_seen(one) for one in progress.pages[place]],
        "carried": progress.carried(place),
        "opening": view.opening if place == 0 else (),
        "place": place + 1,
        "of": len(progress.pages),
        "left": len(progress.pages) - place - 1,
    }
    return render(request, "portal/answer.html", context, status=422 if form.errors else 200)


def _seen(question: Question) -> str:
    return f"seen-{question.code}"


def _one(data: dict[str, list[str]], name: str) -> str:
    return (data.get(name) or [""])[0]
