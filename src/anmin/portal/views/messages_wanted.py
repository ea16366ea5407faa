"""A citizen stops messages, about one matter or to a number, and starts them again."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anmin.callbacks import wanted
from anmin.callbacks.citizen import matter_of_link
from anmin.kernel.errors import NotFound, Refusal
from anmin.portal.forms import StopCode
from anmin.portal.guard import count_miss
from anmin.portal.views.follow import enter, let_in

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from anmin.matters.models import Matter


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_followed(request: HttpRequest, number: str) -> HttpResponse:
    """The messages about a matter that is followed by its code."""
    matter = let_in(request, number)
    if matter is None:
        return enter(request, number)
    return _page(request, matter, proven=False)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def of_link(request: HttpRequest, token: str) -> HttpResponse:
    """The messages to the telephone that a link was sent to."""
    try:
        matter, about = matter_of_link(token)
    except NotFound:
        count_miss(request)
        return render(request, "portal/link_gone.html", status=404)
    if not wanted.sent_there(matter, about):
        return render(request, "portal/link_gone.html", status=404)
    return _page(request, matter, proven=True)


def _page(request: HttpRequest, matter: Matter, *, proven: bool) -> HttpResponse:
    """What is wanted now, and what else may be; ``proven``: it is known who has the telephone."""
    form, status = StopCode(initial={"key": uuid.uuid4().hex}), 200
    if request.method == "POST":
        form, status = StopCode(request.POST, asks=request.POST.get("do") == "confirm"), 422
        if form.is_valid():
            try:
                told = _do(matter, request.POST.get("do", ""), form.cleaned_data, proven=proven)
            except Refusal as refusal:
                form.add_error("code" if refusal.field == "code" else None, str(refusal))
            else:
                messages.success(request, told)
                asks = "?code" if request.POST.get("do") == "text" else ""
                return redirect(f"{request.path}{asks}")
    context = {
        "matter": matter,
        "wanted": wanted.wanted(matter),
        "form": form,
        "key": form.initial.get("key") or uuid.uuid4().hex,
        "proven": proven,
        "asks": "code" in request.GET or request.POST.get("do") == "confirm",
    }
    return render(request, "portal/messages.html", context, status=status)


def _do(matter: Matter, what: str, told: dict[str, str], *, proven: bool) -> str:
    """Do what a button says; what to tell of it. Raises ``Refusal``."""
    if what == "stop":
        wanted.stop_about(matter, key=told["key"])
        return _("Stopped: no more messages or calls about this matter.")
    if what == "start":
        wanted.start_about(matter)
        return _("You get messages about this matter again.")
    if what == "text":
        wanted.text_code(matter)
        return _(
            "A code is sent to the number that was left, at night in the morning: enter it below. It "
            "holds today and tomorrow."
        )
    if what == "confirm" or (what == "stop_all" and proven):
        wanted.stop_everything(matter, key=told["key"], code=None if proven else told["code"])
        return _("Stopped: no more messages to this number.")
    if what == "start_all":
        wanted.start_everything(matter)
        return _("You get messages to this number again.")
    raise Refusal(_("This is not possible now."))
