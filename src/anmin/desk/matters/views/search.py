"""Finding matters by a number, (for those who may) a phone number, or words of their texts."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from anmin.desk.shell.page import DeskRequest, Pages, show
from anmin.faces.rows import lines
from anmin.kernel.errors import Refusal
from anmin.kernel.masking import mask_phone
from anmin.matters import policy
from anmin.matters.contacts import phone_indexes
from anmin.matters.search import Found
from anmin.matters.search import search as search_matters
from anmin.matters.words import usual
from anmin.people.actions import log_access
from anmin.people.policy import Capability, can

FOUND = 50
"""Matters of one page."""


pages = Pages()


@pages.at("search/", "search")
def search(request: DeskRequest) -> HttpResponse:
    """What was found; one matter of exactly that number opens at once."""
    text = request.GET.get("q", "").strip()
    account = request.user
    may_see = can(account, Capability.VIEW_MATTERS)
    by_phone = may_see and bool(phone_indexes(text)) and policy.may_search_phone(account)
    problem = ""
    found = Found()
    try:
        if text and may_see:
            cursor = request.GET.get("cursor", "")
            found = search_matters(account, text, cursor=cursor, limit=FOUND)
    except Refusal as refusal:
        problem = str(refusal)
    rows = found.rows
    if len(rows) == 1 and rows[0].number.casefold() == usual(text).casefold():
        return redirect(reverse("desk:matter", args=[rows[0].number]))
    if by_phone:
        log_access(
            account=account,
            action="search_phone",
            subject=f"phone:{mask_phone(text)}",
            request=request,
        )
    older = urlencode({"q": text, "cursor": found.older}) if found.older else ""
    context = {
        "q": text,
        "lines": lines(rows, request.user, page="desk:matter"),
        "problem": problem,
        "may_see": may_see,
        "may_call": can(account, Capability.VIEW_CALLBACKS),
        "may_phone": policy.may_search_phone(account),
        "found": found,
        "older": f"{reverse('desk:search')}?{older}" if older else "",
        "limit": found.by != "words" and len(rows) == FOUND,
    }
    return show(request, "matters/search.html", context)


urlpatterns = pages.addresses
