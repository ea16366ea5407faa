"""Reading notices, and which of them somebody wants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from anmin.desk.notices.kinds import FOR_BODIES, NOTICE_KINDS, NoticeKind
from anmin.desk.notices.models import Notice, NoticePreference
from anmin.evidence.prepared import Prepared
from anmin.matters.owed import asked_of_bodies
from anmin.matters.queries import matters_for
from anmin.people.roles import Role

if TYPE_CHECKING:
    from anmin.matters.models import Matter
    from anmin.people.models import Account

MANY = 100
"""Unread notices are counted up to here: beyond it nobody reads the number."""
PAGE = 50


_unread = Prepared(
    lambda pk: Notice.objects.filter(account_id=pk, read_at__isnull=True).order_by()[:MANY]
)


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as its reader sees it; without ``matter`` its facts are no longer theirs to see."""

    notice: Notice
    kind: NoticeKind
    matter: Matter | None


def unread_count(account: Account) -> int:
    """How many notices somebody has not read, up to ``MANY``."""
    return len(_unread(account.pk))


def notices_for(account: Account, *, before: int | None = None) -> list[NoticeView]:
    """A person's newest notices, at most ``PAGE`` and one more; ``before`` a notice's id."""
    rows = Notice.objects.filter(account=account, kind__in=NOTICE_KINDS)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    wanted = {notice.matter_id for notice in found}
    matters = {
        **asked_of_bodies(account).filter(pk__in=wanted).select_related("unit").in_bulk(),
        **matters_for(account).filter(pk__in=wanted).select_related("unit").in_bulk(),
    }
    return [
        NoticeView(notice, NOTICE_KINDS[notice.kind], matters.get(notice.matter_id))
        for notice in found
    ]


def preferences(account: Account) -> dict[str, bool]:
    """Which kinds of notice somebody gets: what they chose, else what their role gets."""
    chosen = dict(NoticePreference.objects.filter(account=account).values_list("kind", "wanted"))
    return {
        code: chosen.get(code, account.role in kind.by_default)
        for code, kind in NOTICE_KINDS.items()
        if account.role != Role.PARTNER or code in FOR_BODIES
    }
