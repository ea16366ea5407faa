"""Lists as files for a meeting: what their page shows this person, whole, as CSV or XLSX.

Nothing more than the page: what is masked there is masked here. That it was taken away is on record
as every download is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from django.http import FileResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anmin.callbacks import claims, inbox, lists, undelivered
from anmin.callbacks.dayboard import day_board
from anmin.callbacks.exclusions import exclusions
from anmin.desk.csv_files import ENDINGS, csv_file
from anmin.desk.views.callbacks import VIEW_LABELS, end_of
from anmin.desk.views.day import asked_day, lists_for, rows_of
from anmin.desk.views.page import DeskRequest, page
from anmin.kernel.errors import NotFound
from anmin.people.policy import Capability, can
from anmin.watch import queries as watch

if TYPE_CHECKING:
    from datetime import datetime

    from anmin.exchange.sheets import Cell

WHOLE = 100_000
"""Rows that a file takes of a list that its page cuts: more than there are."""


def _file(
    name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], ending: str
) -> FileResponse:
    if ending not in ENDINGS:
        raise NotFound(_("A list is given out as CSV or XLSX."))
    return csv_file(f"{name}-{timezone.localdate()}", head, rows, ending)


def _local(moment: datetime | None) -> Cell:
    """As the clock on the wall shows it: a sheet knows no zones."""
    return timezone.localtime(moment).replace(tzinfo=None) if moment else None


def _all[Row](
    page_after: Callable[[int], Sequence[Row]], size: int, key: Callable[[Row], int]
) -> Iterator[Row]:
    """Every row of a list that is read page by page, each with one more than its size."""
    mark = 0
    while True:
        found = page_after(mark)
        yield from found[:size]
        if len(found) <= size:
            return
        mark = key(found[size - 1])


@page(Capability.VIEW_CALLBACKS, Capability.EXPORT_RECORDS)
@require_safe
def callbacks(request: DeskRequest, ending: str) -> FileResponse:
    """The callbacks of one view of the queue."""
    account = request.user
    offered = [
        one for one in VIEW_LABELS if one != lists.NOW or can(account, Capability.WORK_CALLBACKS)
    ]
    view = request.GET.get("view", "")
    view = view if view in offered else offered[0]

    def rows() -> Iterator[list[Cell]]:
        cursor = ""
        while True:
            found = lists.list_page(account, view, cursor=cursor)
            for one in found.lines:
                yield [
                    *(one.number, one.category, one.round, one.attempts),
                    *(str(VIEW_LABELS.get(one.status, one.status)), _local(one.not_before)),
                    *(_local(one.due_at), end_of(one)),
                ]
            cursor = found.older
            if not cursor:
                return

    lists.list_page(account, view, limit=1)  # refuses before a file is begun
    head = [_("Number"), _("Category"), _("Round"), _("Tries"), _("State"), _("Not before")]
    head += [_("Call by"), _("How the callback ended")]
    return _file(str(_("Callbacks")), head, rows(), ending)


@page(Capability.CHECK_CALLBACKS, Capability.EXPORT_RECORDS)
@require_safe
def excluded(request: DeskRequest, ending: str) -> FileResponse:
    """The exclusions that wait to be confirmed."""
    found = _all(
        lambda mark: claims.page(request.user, after=mark), claims.PAGE, lambda one: one.pk
    )
    rows = (
        [
            *(one.matter.number, exclusions()[one.claimed].label),
            *(str(one.unit or ""), _local(one.due_at)),
        ]
        for one in found
    )
    head = [_("Number"), _("What the unit says"), _("Unit"), _("Call by")]
    return _file(str(_("Exclusions to be confirmed")), head, rows, ending)


@page(Capability.VIEW_DAY, Capability.EXPORT_RECORDS)
@require_safe
def day(request: DeskRequest, ending: str) -> FileResponse:
    """The rows of a day board."""
    unit, on = asked_day(request)
    board = day_board(viewer=request.user, unit=unit, day=on, shown=WHOLE)
    whole = can(request.user, Capability.VIEW_MATTERS)
    head = [_("Number"), _("What"), _("Why it is here"), _("State"), _("Opened"), _("Deadline")]
    head += [_("Unit"), _("Handled by")] if whole else []
    rows: Iterable[list[Cell]] = (
        [
            *(one.item.number, one.item.label, " · ".join([*one.why, *one.item.remarks])),
            *(one.item.state, _local(one.item.opened_at), _local(one.item.due_at)),
            *((one.item.unit, one.item.owner) if whole else ()),
        ]
        for one in rows_of(board, lists_for(request.user))
    )
    return _file(f"{_('Day board')}-{board.unit.code}-{board.date}", head, rows, ending)


@page(Capability.WORK_CALLBACKS, Capability.EXPORT_RECORDS)
@require_safe
def replies(request: DeskRequest, ending: str) -> FileResponse:
    """The replies that wait, or that were decided; never what was written."""
    decided = request.GET.get("view") == "decided"
    found = _all(
        lambda mark: inbox.list_items(request.user, decided=decided, after=mark),
        inbox.PAGE,
        lambda one: one.pk,
    )
    rows: Iterable[list[Cell]] = (
        [
            *(_local(one.at), one.get_why_display(), str(one.operator or "")),
            *(one.get_decision_display(), str(one.decided_by or ""), _local(one.decided_at)),
        ]
        for one in found
    )
    head = [_("When it came"), _("Why a person looks at it"), _("Taken by"), _("Decided")]
    head += [_("By"), _("Decided on")]
    return _file(str(_("Replies")), head, rows, ending)


@page(Capability.WORK_CALLBACKS, Capability.EXPORT_RECORDS)
@require_safe
def lost(request: DeskRequest, ending: str) -> FileResponse:
    """The messages that did not arrive; numbers stay masked."""
    found = _all(
        lambda mark: undelivered.lines(request.user, before=mark),
        undelivered.PAGE,
        lambda one: one.message.pk,
    )
    rows: Iterable[list[Cell]] = (
        [
            _local(one.message.created_at),
            *((one.words.title, one.words.number) if one.words else ("", "")),
            *(one.number, one.cause),
        ]
        for one in found
    )
    head = [_("Queued"), _("About"), _("Number"), _("To"), _("Why it did not arrive")]
    return _file(str(_("Undelivered messages")), head, rows, ending)


@page(Capability.VIEW_WATCH, Capability.EXPORT_RECORDS)
@require_safe
def candidates(request: DeskRequest, ending: str) -> FileResponse:
    """The listing candidates that wait, or those decided."""
    found = watch.candidates(
        request.user, waiting=request.GET.get("view") != "decided", limit=WHOLE
    )
    rows: Iterable[list[Cell]] = (
        [
            *(one.area.label, one.get_ground_display(), one.get_state_display()),
            *(str(one.proposed_by or ""), _local(one.made_at)),
        ]
        for one in found
    )
    head = [_("Place"), _("Ground"), _("State"), _("Proposed by"), _("Proposed")]
    return _file(str(_("Listing candidates")), head, rows, ending)


urlpatterns: list[URLPattern] = [
    path("callbacks/list.<slug:ending>", callbacks, name="callbacks_file"),
    path("callbacks/exclusions.<slug:ending>", excluded, name="claims_file"),
    path("day/list.<slug:ending>", day, name="day_file"),
    path("replies/list.<slug:ending>", replies, name="replies_file"),
    path("undelivered/list.<slug:ending>", lost, name="undelivered_file"),
    path("candidates/list.<slug:ending>", candidates, name="candidates_file"),
]
