"""A citizen follows a matter by its number and code, without an account, and may ask to go on."""

from __future__ import annotations

import uuid
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anmin.callbacks.draws import lines_of
from anmin.evidence.receipts import code_of
from anmin.faces.receiving import dropped, receives_file
from anmin.files.actions import keep
from anmin.files.queries import largest
from anmin.files.turns import AGAIN, Busy
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters import (
    actions,
    citizen,
    complaining,
    follow,
    handing_out,
    proving,
    public,
    reactions,
)
from anmin.matters.actions import LONGEST_WORD
from anmin.matters.attachments import LABEL
from anmin.matters.policy import takes_words
from anmin.people.limits import Taken, address_range, give_back
from anmin.portal import effort
from anmin.portal.forms import CostlyCode, FollowCode, Reason, Word
from anmin.portal.views.demands import findings, take_appeal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from anmin.matters.flow import Move
    from anmin.matters.models import Matter

COOKIE, SALT = "anmin_follow", "follow a matter"
REPORTED = "anmin_report"
"""The cookie that opens the page with number and code once more (``report``)."""
PASSES = 3
"""Matters that a device can have open at a time: what was reported, and a complaint of it."""
AGE = 1800
"""Seconds for which the code need not be given again on this device."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, number: str = "") -> HttpResponse:
    """Ask for the number and the code, and go on to the matter they open."""
    here = address_range(request)
    costs = follow.crowded(here)
    if request.method != "POST":
        return _ask(request, {"number": number}, costs=costs)
    form = FollowCode(request.POST)
    paid = costs and _paid(request, here)
    if costs and not paid:
        return _ask(request, request.POST, costs=True, status=422)
    if not form.is_valid():
        return _ask(request, request.POST, costs=costs, form=form, status=422)
    told = form.cleaned_data
    try:
        matter = follow.followed(
            told["number"],
            told["code"],
            passphrase=told["passphrase"],
            asked_from=here,
            near=address_range(request, wide=True),
            paid=paid,
        )
    except Refusal as refusal:
        form.add_error("code", str(refusal))
        status = 404 if isinstance(refusal, NotFound) else 429
        return _ask(request, request.POST, costs=costs, form=form, status=status)
    response = redirect("portal:followed", number=matter.number)
    return let_follow(request, response, follow.pass_for(matter))


def let_follow(request: HttpRequest, response: HttpResponse, given: str) -> HttpResponse:
    """Let this device open the matter for a while without asking for the code; ``given`` proves it.

    What it could open before stays open, up to ``PASSES``.
    """
    if not given:
        return response
    passes = [given, *(one for one in _passes(request) if one != given)]
    response.set_signed_cookie(
        COOKIE,
        " ".join(passes[:PASSES]),
        salt=SALT,
        max_age=AGE,
        path=reverse("portal:follow"),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def _passes(request: HttpRequest) -> list[str]:
    return (request.get_signed_cookie(COOKIE, "", salt=SALT, max_age=AGE) or "").split()


def let_in(request: HttpRequest, number: str) -> Matter | None:
    """The matter of that number, where this device has given its code lately."""
    told = next((one for one in _passes(request) if one.startswith(f"{number}:")), "")
    return follow.by_pass(told) if told else None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@partial(receives_file, most=largest)
def followed(request: HttpRequest, number: str) -> HttpResponse:
    """How a matter stands; what the citizen asks of it; or the question for the code."""
    matter = let_in(request, number)
    if matter is None:
        return enter(request, number)
    if "leave" in request.POST:
        response = redirect("portal:follow")
        response.delete_cookie(COOKIE, path=reverse("portal:follow"), samesite="Lax")
        response.delete_cookie(REPORTED, path=reverse("portal:report"), samesite="Lax")
        return response
    for name, does in (("say", _say), ("appeal", _appeal)):
        if name in request.POST:
            return does(request, matter)
    return _step(request, matter) if request.method == "POST" else _page(request, matter)


def _step(request: HttpRequest, matter: Matter) -> HttpResponse:
    """Take a step that is the citizen's own."""
    form, code = Reason(request.POST), request.POST.get("step", "")
    edge = next((one for one in citizen.steps_of_citizen(matter) if one.code == code), None)
    if edge is not None and edge.unexplained:
        form.fields["reason"].required = False
    if edge is None:
        form.add_error(None, _("This is not possible now."))
    if form.is_valid():
        try:
            citizen.take_step(
                matter_id=matter.pk,
                code=code,
                reason=form.cleaned_data["reason"],
                key=f"citizen:{form.cleaned_data['key']}",
            )
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
        else:
            return redirect("portal:followed", number=matter.number)
    return _page(request, matter, reason=form, status=422)


def _appeal(request: HttpRequest, matter: Matter) -> HttpResponse:
    """Appeal against what was found about a demand."""
    wrong = take_appeal(request, matter)
    if wrong:
        return _page(request, matter, appealed=wrong, status=422)
    return redirect("portal:followed", number=matter.number)


def _say(request: HttpRequest, matter: Matter) -> HttpResponse:
    """Add a word to it, or a file."""
    form = Word(request.POST, request.FILES)
    if dropped(request):
        form.add_error("file", _("This file is too large to be sent."))
    if form.is_valid():
        told = form.cleaned_data
        file, text = told["file"], told["text"]
        counted: Sequence[Taken] = ()
        try:
            if file is not None:
                counted = actions.take_turn_for_file(matter)
                keep(
                    label=LABEL,
                    key=matter.number,
                    name=file.name or "",
                    chunks=file.chunks(),
                    by=None,
                    request=told["key"],
                )
            key = f"word:{told['key']}"
            answered = reactions.answer_on_page(
                matter_id=matter.pk, text=text[:LONGEST_WORD], key=key
            )
            if answered is None or file is not None:
                said, key = (text, key) if answered is None else ("", f"{key}:file")
                sent = file is not None
                actions.say_more(matter_id=matter.pk, text=said, key=key, with_file=sent)
        except Refusal as refusal:
            form.add_error("file" if refusal.field == "file" else "text", str(refusal))
            if isinstance(refusal, Busy):  # it was not read, and does not count
                give_back(*counted)
                response = _page(request, matter, word=form, status=503)
                response["Retry-After"] = str(AGAIN)
                return response
        else:
            messages.success(request, _said(code_of(answered) if answered else ""))
            return redirect("portal:followed", number=matter.number)
    return _page(request, matter, word=form, status=422)


def _said(receipt: str) -> str:
    if not receipt:
        return _("Added. The people who handle it can see it now.")
    return _("Your answer has arrived. Its receipt is %(receipt)s.") % {"receipt": receipt}


def _page(
    request: HttpRequest,
    matter: Matter,
    *,
    reason: Reason | None = None,
    word: Word | None = None,
    appealed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    steps = citizen.steps_of_citizen(matter)
    context = {
        "face": public.face(matter),
        "complaints": complaining.takes_complaints(),
        "findings": findings(matter, **(appealed or {})),
        "identity": proving.asks_for_proof(matter),
        "file": bool(matter.type.data_rights and handing_out.waits(matter)),
        "lots": lines_of(matter.pk),
        "asks": list(_asks(matter, steps)),
        "form": reason or Reason(),
        "word": (word or Word()) if takes_words(matter) else None,
        "failed": status >= HTTPStatus.BAD_REQUEST,
        "key": request.POST.get("key") or request.POST.get("more-key") or uuid.uuid4().hex,
    }
    return render(request, "portal/followed.html", context, status=status)


def _asks(matter: Matter, steps: Sequence[Move]) -> Iterator[dict[str, Any]]:
    """The steps by what they ask: those that need no reason, and those with the reason above them."""
    for reasoned in (False, True):
        some = [one for one in steps if one.unexplained is not reasoned]
        lines = dict.fromkeys(line for one in some for line in citizen.explained(matter, one))
        if some:
            yield {"steps": some, "lines": list(lines), "reasoned": reasoned}


def _paid(request: HttpRequest, here: str) -> bool:
    """Whether this try was paid for, with what was not used for another one."""
    token = request.POST.get("token", "")
    how = effort.paid(
        token,
        proof=request.POST.get("proof", ""),
        answer=request.POST.get("sum", ""),
        asked_from=here,
        hard=True,
    )
    if how is None or not effort.once(token):
        return False
    if how is effort.How.SUM:
        effort.count_sum(here)
    return True


def _ask(
    request: HttpRequest,
    given: Mapping[str, str],
    *,
    costs: bool,
    form: FollowCode | None = None,
    status: int = 200,
) -> HttpResponse:
    """The question for number and code; where each try ``costs`` something, with a new token."""
    context: dict[str, Any] = {"title": _("Follow what you reported")}
    if costs:
        asked = effort.ask(hard=True)
        kept = {name: given.get(name, "") for name in FollowCode.base_fields}
        errors = form.errors if form else {}
        form = CostlyCode(
            asked, {**kept, "token": asked.token} if request.method == "POST" else None
        )
        form.initial = {**kept, "token": asked.token}
        for name, told in errors.items():
            form.errors.setdefault(name, told)
        if request.method == "POST" and not errors:
            form.add_error(
                "sum", _("Many wrong codes come from where you are: please answer this.")
            )
        context["effort"] = asked
    context["form"] = form or FollowCode(initial=dict(given))
    return render(request, "portal/follow.html", context, status=status)
