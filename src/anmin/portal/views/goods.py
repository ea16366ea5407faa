"""Things that wait for their owners: looked for by what is public, claimed by what is not."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from anmin.kernel.errors import NotFound, Refusal
from anmin.matters import reported
from anmin.people.limits import address_range
from anmin.portal import effort
from anmin.portal.cached import everybodys
from anmin.portal.goods_form import ClaimForm, LookForm
from anmin.portal.views.report import show_code
from anmin.property.claims import claim as claim_it
from anmin.publishing import public

SERIES = "goods"


@require_safe
@everybodys("sort", "colour", "month", "q", "before")
def goods(request: HttpRequest) -> HttpResponse:
    """What may be read of such things, by class, colour, month and brand."""
    form = LookForm(request.GET)
    valid = form.is_valid()
    cards, older = public.search(
        form.words() if valid else "", SERIES, request.GET.get("before", "")
    )
    query = request.GET.copy()
    query["before"] = older
    context = {
        "form": form,
        "cards": cards,
        "older": f"?{query.urlencode()}" if older else "",
        "looked": valid and bool(form.words()),
    }
    return render(request, "portal/goods.html", context, status=200 if valid else 422)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """The claim to one of them; a number and a code come back, and never whether it fits."""
    try:
        card = public.read(number).card
    except NotFound:
        raise Http404 from None
    if not card.live or card.series.code != SERIES:
        raise Http404
    if request.method != "POST":
        asked = effort.ask(hard=True)
        form = ClaimForm(asked, initial={"token": asked.token})
        return _show(request, number, form, asked)
    asked = effort.again(request.POST.get("token", "")) or effort.ask(hard=True)
    form = ClaimForm(asked, request.POST)
    valid = form.is_valid()
    how = effort.paid(
        form.data.get("token", ""),
        proof=form.data.get("proof", ""),
        answer=form.data.get("sum", ""),
        asked_from=address_range(request),
        hard=True,
    )
    if how is None:
        form.add_error("sum", _("Please answer this question: it stops machines from guessing."))
    if how is None or not valid:
        return _show(request, number, form, asked, status=422)
    key = effort.key_of(form.cleaned_data["token"])
    try:
        matter = claim_it(number=number, key=key, details=form.details(), contact=form.contact())
    except NotFound:
        raise Http404 from None
    except Refusal as refusal:
        form.refuse(refusal)
        return _show(request, number, form, asked, status=422)
    effort.count(how, address_range(request))
    return show_code(request, matter, key)


def _show(
    request: HttpRequest, number: str, form: ClaimForm, asked: effort.Effort, *, status: int = 200
) -> HttpResponse:
    if form.is_bound and form.data.get("token") != asked.token:
        form.data = form.retyped(token=asked.token, proof="")
    card = public.read(number).card
    kind = reported.citizens_kind("property_claim")
    context = {"card": card, "form": form, "effort": asked, "kind": kind}
    return render(request, "portal/goods_claim.html", context, status=status)
