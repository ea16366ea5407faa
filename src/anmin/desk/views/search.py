"""Finding a matter by its number, an outside number, or (for those who may) a phone number."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

from anmin.desk.rows import lines
from anmin.desk.views.page import DeskRequest, page, show
from anmin.kernel.errors import Refusal
from anmin.kernel.masking import mask_phone
from anmin.matters import policy, queries
from anmin.matters.contacts import phone_indexes
from anmin.people.actions import log_access
from anmin.people.policy import Capability, can

FOUND = 50
"""More than this is not a search but a list: the filters are the way."""


@page()
def search(request: DeskRequest) -> HttpResponse:
    """What was found; one matter of exactly that number opens at once."""
    text = request.GET.get("q", "").strip()
    account = request.user
    may_see = can(account, Capability.VIEW_MATTERS)
    is_phone = bool(phone_indexes(text))
    by_phone = may_see and is_phone and policy.may_search_phone(account)
    problem = ""
    found = []
    try:
        found = queries.find(account, text, limit=FOUND) if text else []
    except Refusal as refusal:
        problem = str(refusal)
    if len(found) == 1 and found[0].number.casefold() == text.casefold():
        return redirect(reverse("desk:matter", args=[found[0].number]))
    if by_phone and not problem:
        log_access(
            account=account,
            action="search_phone",
            subject=f"phone:{mask_phone(text)}",
            request=request,
        )
    context = {
        "q": text,
        "lines": lines(found),
        "problem": problem,
        "by_phone": by_phone,
        "looks_like_phone": is_phone,
        "may_see": may_see,
        "may_phone": policy.may_search_phone(account),
        "limit": len(found) == FOUND,
    }
    return show(request, "search.html", context)


urlpatterns: list[URLPattern] = [path("search/", search, name="search")]
