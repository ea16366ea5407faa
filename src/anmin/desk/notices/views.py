"""The inbox of notices, and which of them somebody wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from anmin.channels.queries import body_of, inbox
from anmin.desk.notices import actions, queries
from anmin.desk.notices.kinds import NOTICE_KINDS
from anmin.desk.shell.page import DeskRequest, Pages, done, go, show
from anmin.kernel.incoming import key_of, read_key
from anmin.matters.queries import find_matter
from anmin.people.policy import Capability, can

if TYPE_CHECKING:
    from datetime import datetime


pages = Pages()


@pages.at("notices/", "notices")
def notices(request: DeskRequest) -> HttpResponse:
    """The newest first; ``before`` opens the older ones."""
    before = request.GET.get("before", "")
    found = queries.notices_for(request.user, before=read_key(before) if before else None)
    shown = found[: queries.PAGE]
    context = {
        "letters": [] if before else _letters(request.user.username),
        "notices": shown,
        "unread": any(one.notice.read_at is None for one in shown),
        "older": f"?before={shown[-1].notice.pk}" if len(found) > queries.PAGE else "",
    }
    return show(request, "notices/list.html", context)


def _letters(owner: str) -> list[tuple[str, datetime | None, str]]:
    """What the house wrote to somebody: the words, when, and the page it is about."""
    return [(body_of(one), one.sent_at, _about(one.subject_ref)) for one in inbox(owner, limit=10)]


def _about(subject: str) -> str:
    what, _colon, rest = subject.partition(":")
    if what != "day":
        return ""
    unit, _colon, day = rest.rpartition(":")
    return f"{reverse('desk:day')}?{urlencode({'unit': unit, 'date': day})}"


@pages.post("notices/read/", "notices_read")
def notices_read(request: DeskRequest) -> HttpResponse:
    """Mark those named as read, or all; ``open`` then goes to that matter."""
    named = [key for text in request.POST.getlist("notice") if (key := key_of(text))]
    actions.mark_read(account=request.user, notice_ids=named or None)
    if number := request.POST.get("open", ""):
        found = find_matter(request.user, number)
        page = "owed_order" if can(request.user, Capability.WORK_ORDERS) else "matter"
        return go(request, f"desk:{page}", found.number)
    return go(request, "desk:notices")


@pages.at("notices/preferences/", "notice_preferences")
def notice_preferences(request: DeskRequest) -> HttpResponse:
    """One box for each kind of notice."""
    if request.method == "POST":
        chosen = set(request.POST.getlist("kind"))
        actions.set_preferences(
            account=request.user, wanted={code: code in chosen for code in NOTICE_KINDS}
        )
        return done(request, _("Saved."), "desk:notice_preferences")
    wanted = queries.preferences(request.user)
    kinds = [(kind, wanted[code]) for code, kind in NOTICE_KINDS.items() if code in wanted]
    context = {"kinds": kinds}
    return show(request, "notices/preferences.html", context)


urlpatterns = pages.addresses
