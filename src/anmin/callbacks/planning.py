"""One callback, or one exclusion by rule, for every closing that is followed up.

Follows the news of the matters (``matters.news``): the plan is written in the transaction that
moves the cursor, so a crash between batches neither loses nor doubles one.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from anmin.callbacks import closings, ladder
from anmin.callbacks.claims import claimable, claims_of, judge_again, judged
from anmin.callbacks.closings import Wanted
from anmin.callbacks.dispositions import WITHDRAWN
from anmin.callbacks.draws import open_draw
from anmin.callbacks.exclusions import Facts
from anmin.callbacks.models import Callback, Draw, Status
from anmin.callbacks.promises import due_rule
from anmin.callbacks.renaming import ask_anew
from anmin.callbacks.reopening import withdraw_after
from anmin.callbacks.scripts import script
from anmin.channels.models import OptOut
from anmin.matters import bulk
from anmin.matters.categories import categories
from anmin.matters.kind import FollowUp
from anmin.matters.ledger import take_turn
from anmin.matters.models import Contact, Entry, FurtherPhone, Matter
from anmin.matters.news import subscribe
from anmin.matters.reckoning import reckoner

NEWS = "callbacks"
MATTER = "matter:"
OPTED_OUT = b"opted out by another number"
BATCH = 4000
"""Entries of one transaction: more save little, and others wait for as long to write."""
COLUMNS = (
    "matter_id",
    "round",
    "closing",
    "script",
    "script_version",
    "status",
    "exclusion",
    "claimed",
    "draw_id",
    "unit_id",
    "planned_at",
    "not_before",
    "due_at",
    "operator_id",
    "lease_until",
    "steps",
    "attempts",
    "disposition",
    "closed_at",
    "withdrawn_at",
)


class Way(NamedTuple):
    """What a category and a round decide: the script, the rule of the deadline, and by hand or not."""

    version: int
    sensitive: bool
    by_hand: bool
    due: str


class Terms:
    """What holds for a whole batch: the rules of today and, when sampling, the open draw."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.reckon = reckoner()
        self.pace = ladder.pace()
        self.share: Decimal = ladder.rule("share").value
        self.max_age: timedelta = ladder.rule("max_age").duration
        self.kept = bulk.moment_writer()
        self.kept_now = self.kept(self.now)
        self._ways: dict[tuple[str, FollowUp], Way] = {}
        self._frame: Draw | None = None

    def way(self, category: str, follow_up: FollowUp) -> Way:
        """How a matter of that category is followed up."""
        found = self._ways.get((category, follow_up))
        if found is None:
            topic, again = categories().get(category), follow_up.round > 1
            same_day = topic is not None and topic.same_day and not again
            found = self._ways[category, follow_up] = Way(
                version=script(follow_up.script).version,
                sensitive=topic is not None and topic.sensitive,
                by_hand=same_day or again,
                due=due_rule(category, follow_up.round),
            )
        return found

    def frame(self) -> Draw:
        """The draw whose frame is open today."""
        if self._frame is None:
            self._frame = open_draw(Draw.Purpose.CALLBACK, timezone.localdate(self.now))
        return self._frame


@subscribe(NEWS, batch=BATCH)
def plan(entries: QuerySet[Entry]) -> None:
    """Plan for every entry that takes a matter to its follow-up, and withdraw what was taken back.

    At most twelve statements, a few more for each matter that was opened again or put right, and
    where a unit opened a matter itself that it would have excluded (``claims``).
    """
    bulk.begin_batch()
    judge_again(entries)
    told = closings.read(entries, chunk=BATCH)
    withdraw_after(told.reopened)
    told.wanted.extend(ask_anew(entries))
    wanted = {(one.matter_id, one.follow_up.round, one.closing): one for one in told.wanted}
    if not wanted:
        return
    void = told.taken_back()
    ids = sorted({one.matter_id for one in told.wanted})
    about = bulk.of_matters(ids)
    known = set(Callback.objects.filter(about).values_list("matter_id", "round", "closing"))
    contacts = Contact.objects.filter(about, phone_index__isnull=False)
    phones = {
        matter_id: bytes(index or b"")
        for matter_id, index in contacts.values_list("matter_id", "phone_index")
    }
    refusing = OptOut.objects.filter(recipient_index__in=contacts.values("phone_index"))
    refused = {(bytes(i), about) for i, about in refusing.values_list("recipient_index", "about")}
    stopped = {OPTED_OUT, *(index for index, about in refused if not about)}
    numbers = [about.removeprefix(MATTER) for _index, about in refused if about]
    for pk, number in _numbered(ids, numbers):  # wants no messages about this matter
        if (phones.get(pk, b""), f"{MATTER}{number}") in refused:
            phones[pk] = OPTED_OUT
    # Who asked by any of several numbers not to be contacted is not called at another.
    by_another = FurtherPhone.objects.filter(
        about, phone_index__in=OptOut.objects.filter(about="").values("recipient_index")
    )
    for matter_id in by_another.values_list("matter_id", flat=True):
        phones[matter_id] = OPTED_OUT
    terms = Terms()
    fresh = [
        (one, _facts(one, phones.get(one.matter_id), stopped, terms))
        for key, one in wanted.items()
        if key not in known
    ]
    doubtful = [one.matter_id for one, facts in fresh if judged(facts, None)[0] in claimable()]
    told_by = claims_of(doubtful) if doubtful else {}
    take_turn()
    bulk.insert(
        Callback,
        COLUMNS,
        [_row(one, judged(facts, told_by.get(one.matter_id)), terms, void) for one, facts in fresh],
    )


def _numbered(ids: Sequence[int], numbers: Sequence[str]) -> list[tuple[int, str]]:
    """Those of these matters that have one of these numbers. No query without a number."""
    if not numbers:
        return []
    rows = Matter.objects.filter(pk__in=ids, number__in=numbers)
    return list(rows.values_list("pk", "number"))


@contextmanager
def planned_since() -> Iterator[dict[str, Any]]:
    """Fills in, at the end, how many were ``planned`` inside, and ``excluded`` by which rule."""
    last = Callback.objects.aggregate(last=Max("pk"))["last"] or 0
    told: dict[str, Any] = {}
    yield told
    fresh = Callback.objects.filter(pk__gt=last).order_by().values_list("exclusion")
    counts = dict(fresh.annotate(number=Count("pk")))
    told["planned"] = counts.pop("", 0)
    told["excluded"] = counts


def _facts(one: Wanted, phone: bytes | None, stopped: set[bytes], terms: Terms) -> Facts:
    """What the table of exclusions decides on."""
    return Facts(
        sensitive=terms.way(one.category, one.follow_up).sensitive,
        minor_involved=one.flags[0],
        in_progress=one.flags[1],
        no_contact=phone is None,
        opted_out=phone in stopped,
        too_old=terms.now - one.closed_at > terms.max_age,
    )


def _row(
    one: Wanted, decided: tuple[str, str], terms: Terms, void: Mapping[int, int]
) -> tuple[Any, ...]:
    """The row of one callback, in the order of ``COLUMNS``.

    ``decided`` is the exclusion that applies, and the one that is only claimed; ``void`` tells, by
    matter, the entry that took back the closings before it.
    """
    way, follow_up = terms.way(one.category, one.follow_up), one.follow_up
    exclusion, claimed = decided
    step, not_before = ladder.first_step(
        one.closed_at, now=terms.now, by_hand=way.by_hand, pace=terms.pace
    )
    draw_id = None
    if exclusion:
        status = Status.EXCLUDED
    elif claimed:
        status = Status.CLAIMED
    elif way.by_hand or terms.share >= 1:
        status = Status.CALLING if step is ladder.Step.CALL else Status.PLANNED
    else:
        status, draw_id = Status.PENDING, terms.frame().pk
    now = terms.kept_now
    withdrawn = not exclusion and one.void(void)
    if withdrawn:
        status, draw_id = Status.CLOSED, None
    return (
        one.matter_id,
        follow_up.round,
        one.closing,
        follow_up.script,
        way.version,
        status.value,
        exclusion,
        claimed,
        draw_id,
        one.unit_id,
        now,
        terms.kept(not_before),
        terms.kept(terms.reckon(way.due, one.closed_at).at),
        None,
        None,
        0,
        0,
        WITHDRAWN if withdrawn else "",
        now if exclusion or withdrawn else None,
        now if withdrawn else None,
    )
