"""The demo city's scenes: every kind in every state, late ones and ones taken up again among them."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from anmin.config.demo import brought, publications
from anmin.config.demo.clock import pretended_time
from anmin.config.demo.map import ESTATE, add_estate
from anmin.config.demo.people import hire
from anmin.config.demo.scenes import Scenes
from anmin.matters import lapsing
from anmin.matters.checks import Found, points_of
from anmin.matters.models import ApprovalRequest, Entry, Matter
from anmin.matters.registry import all_kinds
from anmin.places.actions import load_shipped
from anmin.places.queries import steady
from anmin.publishing import public
from anmin.publishing.models import Publication

DAYS = timedelta(days=119, hours=3)
QUIET, AFTER_HOLIDAYS = (
    datetime(2026, month, day, 4, tzinfo=UTC) for month, day in ((11, 30), (10, 9))
)


def play(now: datetime) -> None:
    load_shipped()
    add_estate()
    hire()
    first = now - DAYS
    with pretended_time(first) as clock, steady():
        scenes = Scenes(first, now, clock, brought.SCENES)
        while clock.moment < now:
            moment = min(clock.moment + timedelta(hours=6), now)
            before = (now - clock.moment).days
            scenes.until(moment)
            clock.move_to(moment)
            lapsing.lapse()
            for ago in range(before - 1, (now - moment).days - 1, -1):
                publications.on_day(ago)
    assert scenes.refused == []


@pytest.mark.timeout(120)
@pytest.mark.django_db
@pytest.mark.parametrize("now", [QUIET, AFTER_HOLIDAYS], ids=["quiet", "after_holidays"])
def test_every_kind_is_there_in_every_state(now: datetime) -> None:
    play(now)
    found = set(Matter.objects.values_list("kind", "state"))
    missing = {(kind.code, state) for kind in all_kinds() for state in kind.flow.states} - found
    assert missing == set()
    live = Matter.objects.filter(closed_at=None, due_at__lt=now)
    assert len(set(live.values_list("kind", flat=True))) >= 5  # late ones show
    again = Matter.objects.filter(reopened__gt=0)
    assert len(set(again.values_list("kind", flat=True))) >= 5
    (asked,) = ApprovalRequest.objects.filter(decided_at=None)
    assert (asked.matter.kind, asked.step) == ("listing", "delist")
    _is_the_neighbourhood_of_the_page(now)
    said = list(ApprovalRequest.objects.values_list("reason", "decision"))
    assert len({why for why, _answer in said}) == len(said)  # each for its own reason
    assert max(Counter(answer for _why, answer in said).values()) <= 4
    _is_published_as_two_people_decided()
    long_ago = Entry.objects.filter(at__lt=now - timedelta(days=1)).exclude(actor_label="clock")
    hours = {timezone.localtime(one).hour for one in long_ago.values_list("at", flat=True)}
    assert {9, 14} <= hours <= set(range(8, 18))  # when people are at work


def _is_the_neighbourhood_of_the_page(now: datetime) -> None:
    place = Matter.objects.get(kind="listing", area__code=ESTATE["code"])
    known = place.details
    assert (place.state, known["counted"], known["usual"]) == ("listed", 12, 9)
    days = timezone.localdate(now) - timezone.localdate(datetime.fromisoformat(known["listed_at"]))
    assert days.days == 58  # its two months are nearly over
    assert {"owners_committee", "property_manager"} <= set(known["lacks"])
    looked = [one for one in known if one.endswith("_checked") and known[one]]
    assert len(looked) == 6
    assert {*points_of(known["owners_checked"], Found.LACKING)} == {"elected", "filed"}
    bodies = place.children.values_list("details__body", "state")
    assert sorted(bodies) == [
        ("community", "accepted"),
        ("owners", "under_way"),
        ("town", "accepted"),
    ]


def _is_published_as_two_people_decided() -> None:
    """The page's neighbourhood on the board, one lifted, one taken back, one refused, one that waits."""
    rows = {Matter.objects.get(number=one.key).summary: one for one in Publication.objects.all()}
    found = {name: (row.standing, row.work, row.shown) for name, row in rows.items()}
    assert found == {
        publications.ESTATE_TITLE: ("live", "none", 2),
        publications.MARKET: ("live", "none", 2),
        publications.BEND: ("withdrawn", "none", 1),
        publications.ROOMS: ("none", "draft", None),
        publications.SHEDS: ("none", "submitted", None),
    }
    on, lifted, over = public.board()
    assert [one.number[-4:] for one in (*on, *lifted, *over)] == ["0002", "0001", "0003"]
    shown = public.read(on[0].number).card.content.zh
    assert shown is not None
    assert shown.facts[1].note == "差异可能出于偶然（p=0.66）。"
    assert "叶老三" not in str([public.read(one.number) for one in (*on, *lifted)])
    refused = rows[publications.ROOMS].steps.get(did="refuse")
    assert refused.reason.startswith("写到了具体的人")
