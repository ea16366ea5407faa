"""Who asks about personal data shows that the number is theirs, and fetches the file of what is held."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anmin.kernel.errors import Refusal
from anmin.matters import handing_out, proving
from anmin.portal.forms import FileCode, ProofCode
from anmin.portal.views.follow import enter, let_in

if TYPE_CHECKING:
    from django.http import HttpRequest

    from anmin.matters.models import Matter


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest, number: str) -> HttpResponse:
    """A code is texted to the number that was given; whoever enters it is who asks."""
    matter = let_in(request, number)
    if matter is None:
        return enter(request, number)
    if matter.type.data_rights is None:
        raise Http404
    if not proving.asks_for_proof(matter):
        return redirect("portal:followed", number=matter.number)
    if request.method == "POST" and request.POST.get("do") == "text":
        _text(request, matter)
        return redirect(f"{request.path}?code")
    form, status = ProofCode(initial={"key": uuid.uuid4().hex}), 200
    if request.method == "POST":
        form, status = ProofCode(request.POST), 422
        if _proves(form, matter):
            messages.success(request, _("Thank you: your request is being looked into now."))
            return redirect("portal:followed", number=matter.number)
    context = {"matter": matter, "form": form, "asks": "code" in request.GET or form.is_bound}
    return render(request, "portal/identity.html", context, status=status)


def _text(request: HttpRequest, matter: Matter) -> None:
    try:
        proving.text_digits(matter)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    else:
        told = _("A code is sent to your number, at night in the morning: enter it below.")
        messages.success(request, told)


def _proves(form: ProofCode, matter: Matter) -> bool:
    if not form.is_valid():
        return False
    try:
        proving.prove(matter, code=form.cleaned_data["code"], key=form.cleaned_data["key"])
    except Refusal as refusal:
        form.add_error("code", str(refusal))
        return False
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def data(request: HttpRequest, number: str) -> HttpResponse:
    """The file of what is held, once, to whoever has the code that was texted."""
    matter = let_in(request, number)
    if matter is None:
        return enter(request, number)
    if matter.type.data_rights is None:
        raise Http404
    form, status = FileCode(), 200
    if request.method == "POST":
        form, status = FileCode(request.POST), 422
        if form.is_valid():
            try:
                told = handing_out.fetch(matter, code=form.cleaned_data["code"])
            except Refusal as refusal:
                form.add_error("code", str(refusal))
            else:
                return _file(request, told, as_file=form.cleaned_data["form"] == "file")
    context = {"matter": matter, "form": form, "waits": handing_out.waits(matter)}
    return render(request, "portal/fetch_data.html", context, status=status)


def _file(request: HttpRequest, told: dict[str, Any], *, as_file: bool) -> HttpResponse:
    if as_file:
        response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
        response["Content-Disposition"] = f'attachment; filename="{told["number"]}.json"'
        return response
    told["made_at"] = datetime.fromisoformat(told["made_at"])
    for one in (one for section in told["sections"] for one in section["held"]):
        one["at"] = datetime.fromisoformat(one["at"]) if one["at"] else None
        for line in one["story"]:
            line["at"] = datetime.fromisoformat(line["at"])
    return render(request, "portal/own_data.html", {"told": told})
