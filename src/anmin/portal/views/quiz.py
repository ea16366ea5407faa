"""A small quiz from what was published as questions and answers: no identity, no cookie, nothing kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from anmin.portal.doors import is_there
from anmin.publishing import public

if TYPE_CHECKING:
    from collections.abc import Sequence

SERIES, ASKED, CHOSEN = "questions", 5, "language"
RIGHT = "✓"
"""What stands beside the right answer of a published question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the quiz; once it is answered, what was chosen and whether that is right."""

    card: public.Card
    choices: Sequence[tuple[str, str, bool]]
    """The letter, the words, and whether it is right."""
    chosen: str = ""

    @property
    def is_right(self) -> bool:
        """Whether what was chosen is right."""
        return any(right for letter, _words, right in self.choices if letter == self.chosen)

    @property
    def right(self) -> str:
        """The words of the right answer."""
        return next((words for _letter, words, right in self.choices if right), "")


@require_safe
def quiz(request: HttpRequest) -> HttpResponse:
    """Five questions of the day; the answers stand in the address alone, and only this page reads them."""
    if request.GET.get(CHOSEN) in dict(settings.LANGUAGES):
        return _in_language(request.GET[CHOSEN])
    given = bool(request.GET.get("done"))
    response = _page(request, given=given)
    if given:
        response["Cache-Control"] = "no-store"
    else:
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        patch_cache_control(response, public=True, max_age=public.cache_seconds())
    return response


def _in_language(code: str) -> HttpResponse:
    """The quiz in another language, by a link: a form would need a token, and with it a cookie."""
    response = redirect("portal:quiz")
    secure = bool(settings.SESSION_COOKIE_SECURE)
    name, age = settings.LANGUAGE_COOKIE_NAME, 365 * 86_400
    response.set_cookie(name, code, max_age=age, samesite="Lax", secure=secure)
    response["Cache-Control"] = "no-store"
    return response


def _page(request: HttpRequest, *, given: bool) -> HttpResponse:
    cards, _more = public.search("", SERIES)
    first = timezone.localdate().toordinal() % max(len(cards), 1)
    named = [one for one in cards if one.number in request.GET] if given else []
    asked = [
        Asked(card, _choices(card), request.GET.get(card.number, "")[:1] if given else "")
        for card in (named or [*cards[first:], *cards[:first]][:ASKED])
    ]
    asked = [one for one in asked if one.choices]
    right = sum(one.is_right for one in asked)
    context = {"asked": asked, "given": given, "right": right, "read": is_there("/read/")}
    return render(request, "portal/quiz.html", context)


def _choices(card: public.Card) -> list[tuple[str, str, bool]]:
    facts = card.said.facts
    return [("ABCDEF"[n], one.value, one.note == RIGHT) for n, one in enumerate(facts[:6])]
