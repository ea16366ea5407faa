"""A citizen brings something new: no account, a few questions, a number and a code to follow it by."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from anmin.faces.receiving import dropped, receives_file
from anmin.files.actions import look_at
from anmin.files.queries import largest
from anmin.files.turns import AGAIN
from anmin.kernel.errors import NotFound, Refusal, Unavailable
from anmin.matters import reported
from anmin.matters.actions import take_turns_for_photos
from anmin.matters.categories import categories
from anmin.matters.kind import Kind
from anmin.matters.likely import Report, known_alike
from anmin.matters.public import face
from anmin.people.limits import Limit, address_range, give_back, take
from anmin.portal import effort
from anmin.portal.report_form import PHOTOS, ReportForm, photos_taken, report_form
from anmin.portal.views.follow import REPORTED, let_follow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anmin.files.actions import Looked
    from anmin.matters.models import Matter
    from anmin.people.limits import Taken

SALT = "a report"
LOOKS = Limit(6, effort.HOURS * 3600)
"""How often photos are looked at for one token: each time costs seconds of work here."""
PERMITS = "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"
"""This page alone may ask the browser where it is, when its owner presses a button for that."""
AGE = 3600
"""Seconds for which the page with number and code can be opened again on this device."""


_UNSENT = {
    "abroad": gettext_lazy("No text messages go to numbers outside the mainland: keep this page."),
    "often": gettext_lazy(
        "Your number was texted several times today, so no message goes there about this: keep this"
        " page."
    ),
}
"""What the page says of a number that was given and got no message."""


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """What one can bring; what is urgent goes to 110 first."""
    return render(request, "portal/report_choose.html", {"kinds": reported.citizens_kinds()})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@partial(receives_file, most=largest, files=PHOTOS)
def report(request: HttpRequest, kind: str) -> HttpResponse:
    """The questions of one kind; what is sent, or what others have said already."""
    try:
        declared = reported.citizens_kind(kind)
    except NotFound:
        raise Http404 from None
    made = report_form(declared)
    if request.method != "POST":
        asked = effort.ask()
        return _show(request, declared, made(asked, initial={"token": asked.token}), asked)
    asked = effort.again(request.POST.get("token", "")) or effort.ask()
    form = made(asked, request.POST, request.FILES)
    if dropped(request):
        form.add_error("photos", photos_taken())
    valid = form.is_valid()
    how = effort.paid(
        form.data.get("token", ""),
        proof=form.data.get("proof", ""),
        answer=form.data.get("sum", ""),
        asked_from=address_range(request),
    )
    if how is None:
        form.add_error("sum", _unpaid(request, form, asked))
        return _show(request, declared, form, asked, status=422)
    if not valid:
        return _show(request, declared, form, asked, status=422)
    if not form.cleaned_data["alike"] and (alike := _alike(declared, form)):
        effort.count(how, address_range(request))
        return _show(request, declared, form, asked, alike=alike)
    key = effort.key_of(form.cleaned_data["token"])
    counted: Sequence[Taken] = ()
    try:
        photos, counted = _looked_at(form, key)
        matter = reported.report(kind=kind, key=key, photos=photos, **form.said())
    except Refusal as refusal:
        give_back(*counted)
        form.add_error("photos", str(refusal)) if refusal.field == "file" else form.refuse(refusal)
        if isinstance(refusal, Unavailable):
            response = _show(request, declared, form, asked, status=503)
            response["Retry-After"] = str(AGAIN)
            return response
        return _show(request, declared, form, asked, status=422)
    effort.count(how, address_range(request))
    return show_code(request, matter, key)


def show_code(request: HttpRequest, matter: Matter, key: str) -> HttpResponse:
    """On to the page with the number and the code of what was opened with that key."""
    response = redirect("portal:reported")
    response.set_signed_cookie(
        REPORTED,
        key,
        salt=SALT,
        max_age=AGE,
        path=reverse("portal:report"),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return let_follow(request, response, reported.pass_with(matter, key))


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The number and the code, for an hour on the device that sent it."""
    key = request.get_signed_cookie(REPORTED, "", salt=SALT, max_age=AGE) or ""
    matter = reported.sent_with(key) if key else None
    if matter is None:
        return redirect("portal:report")
    if not reported.pass_with(matter, key):  # a new code was given since: this one opens nothing
        return redirect("portal:followed", number=matter.number)
    context = {
        "number": matter.number,
        "code": reported.code_for(key),
        "kind": matter.type.label,
        "promise": face(matter).promise,
        "unsent": _UNSENT.get(reported.unsent(matter), ""),
    }
    return render(request, "portal/report_sent.html", context)


def _looked_at(form: ReportForm, key: str) -> tuple[Sequence[Looked], Sequence[Taken]]:
    """The photos that came with it, whole and safe: looked at before there is anything to keep them
    with; and what was counted for them, to be given back where nothing is kept. Raises ``Refusal``.

    What is refused uses up nothing that others need: how often one token may try is ``LOOKS``.
    """
    given = form.cleaned_data.get("photos") or []
    if not given or reported.sent_with(key) is not None:
        return (), ()
    if take("photos with a report", key, limit=LOOKS).over:
        raise Refusal(
            _("Photos were refused several times: send it without, and add them from its page."),
            field="photos",
        )
    counted = take_turns_for_photos(len(given))
    try:
        return look_at((one.name or "", one.chunks()) for one in given), counted
    except Refusal:
        give_back(*counted)
        raise


def _alike(kind: Kind, form: ReportForm) -> list[str]:
    """What others have said: of the topic and in the place that the sender named, and how long ago."""
    said = form.said()
    if form.named or effort.told_enough(form.cleaned_data["token"]):
        return []
    area, topic = said["area"], categories().get(said["category"])
    found = known_alike(
        Report(
            kind.code,
            said["category"],
            area.pk if area else None,
            place=said["place"],
            point=said["point"],
            summary=said["summary"],
        )
    )
    named = [str(one.label) for one in (topic, area) if one is not None]
    return [" · ".join([*named, ago]) for ago in found]


def _unpaid(request: HttpRequest, form: ReportForm, asked: effort.Effort) -> str:
    """Why it was not taken: the page is old, too many sums, or a wrong one."""
    if asked.token != form.data.get("token"):
        return _("This page was open for too long. Please answer this new question.")
    if effort.sums_taken(address_range(request)):
        return _(
            "Many reports are coming in at the moment. Please turn on JavaScript in your "
            "browser and try again, or call your police station."
        )
    return _("Please answer this question: it stops machines from sending reports in bulk.")


def _show(
    request: HttpRequest,
    kind: Kind,
    form: ReportForm,
    asked: effort.Effort,
    *,
    alike: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    if form.is_bound and (alike or form.data.get("token") != asked.token):
        proof = form.data.get("proof", "") if alike else ""
        form.data = form.retyped(token=asked.token, alike="1" if alike else "", proof=proof)
    context = {"kind": kind, "form": form, "effort": asked, "alike": alike}
    context["again"] = bool(request.FILES) or (request.method == "POST" and dropped(request))
    response = render(request, "portal/report.html", context, status=status)
    response["Permissions-Policy"] = PERMITS
    return response
