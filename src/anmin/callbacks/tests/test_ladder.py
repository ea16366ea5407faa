"""Quiet hours, the ladder and the draw: what holds for every moment and every sample."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from anmin.callbacks.ladder import (
    Pace,
    Step,
    call_after_message,
    first_step,
    next_call,
    permitted,
)
from anmin.kernel import fair_draw

CHINA = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
PACE = Pace(
    zone=CHINA,
    quiet_from=time(20),
    quiet_until=time(8),
    message_after=6 * HOUR,
    message_within=72 * HOUR,
    call_after=12 * HOUR,
    retry_after=2 * HOUR,
    attempts=3,
    attempts_per_day=2,
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
times = st.times().map(lambda t: t.replace(microsecond=0, tzinfo=None))


def china(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=CHINA)


def paces() -> st.SearchStrategy[Pace]:
    return st.builds(
        lambda a, b, n, d: Pace(CHINA, a, b, 6 * HOUR, 72 * HOUR, 12 * HOUR, 2 * HOUR, n, d),
        times,
        times,
        st.integers(1, 6),
        st.integers(1, 3),
    )


@given(moments, paces())
def test_a_permitted_moment_is_never_quiet_and_never_earlier(moment: datetime, pace: Pace) -> None:
    found = permitted(moment, pace)
    clock = found.astimezone(CHINA).time()
    assert found >= moment
    assert found - moment < timedelta(days=1)
    assert permitted(found, pace) == found
    if pace.quiet_from < pace.quiet_until:
        assert not pace.quiet_from <= clock < pace.quiet_until
    elif pace.quiet_from > pace.quiet_until:
        assert pace.quiet_until <= clock < pace.quiet_from
    if found != moment:
        assert clock == pace.quiet_until


def test_the_edges_of_the_night() -> None:
    assert permitted(china(3, 19, 59), PACE) == china(3, 19, 59)
    assert permitted(china(3, 20), PACE) == china(4, 8)
    assert permitted(china(3, 7, 59), PACE) == china(3, 8)
    assert permitted(china(3, 8), PACE) == china(3, 8)


def test_a_message_follows_six_hours_later_but_not_at_night() -> None:
    at = china(3, 9)
    assert first_step(at, now=at, by_hand=False, pace=PACE) == (Step.MESSAGE, china(3, 15))
    late = china(3, 16)
    assert first_step(late, now=late, by_hand=False, pace=PACE) == (Step.MESSAGE, china(4, 8))


def test_victims_of_theft_are_called_by_a_person_at_once() -> None:
    at = china(3, 9)
    assert first_step(at, now=at, by_hand=True, pace=PACE) == (Step.CALL, at)
    night = china(3, 23)
    assert first_step(night, now=night, by_hand=True, pace=PACE) == (Step.CALL, china(4, 8))


def test_nobody_gets_a_message_about_something_long_past() -> None:
    at = china(3, 9)
    step, _when = first_step(at, now=at + 73 * HOUR, by_hand=False, pace=PACE)
    assert step is Step.CALL


def test_a_person_calls_in_time_for_the_deadline() -> None:
    # closed at 9:00 with 24 hours: message at 15:00, call not at night but at 8:00, before 9:00
    assert call_after_message(china(3, 15), due_at=china(4, 9), pace=PACE) == china(4, 8)
    # message only next morning: 12 hours later would be past the deadline
    assert call_after_message(china(4, 8), due_at=china(4, 14), pace=PACE) == china(4, 11)


@given(moments, st.integers(0, 72))
def test_the_call_after_a_message_is_permitted_and_after_it(sent: datetime, hours: int) -> None:
    call = call_after_message(sent, due_at=sent + hours * HOUR, pace=PACE)
    assert call >= sent
    assert permitted(call, PACE) == call


@given(moments, paces())
def test_the_ladder_ends_and_is_spread(start: datetime, pace: Pace) -> None:
    calls = [permitted(start, pace)]
    while (again := next_call(calls, used=len(calls), pace=pace)) is not None:
        assert again - calls[-1] >= pace.retry_after
        assert permitted(again, pace) == again
        calls.append(again)
    assert len(calls) == pace.attempts
    days = [call.astimezone(CHINA).date() for call in calls]
    assert max(days.count(day) for day in days) <= pace.attempts_per_day


def test_two_calls_a_day_then_the_next_morning() -> None:
    calls = [china(3, 9)]
    pace = Pace(CHINA, time(20), time(8), HOUR, HOUR, HOUR, 2 * HOUR, 4, 2)
    for expected in (china(3, 11), china(4, 8), china(4, 10)):
        again = next_call(calls, used=len(calls), pace=pace)
        assert again == expected
        calls.append(expected)
    assert next_call(calls, used=4, pace=pace) is None


references = st.sets(st.text(min_size=1, max_size=20), max_size=60)
shares = st.decimals(0, 1, places=4)


@given(references, shares)
def test_a_draw_can_be_repeated_by_anybody(frame: set[str], share: Decimal) -> None:
    seed = fair_draw.new_seed()
    drawn = fair_draw.draw(frame, seed=seed, share=share)
    assert drawn <= frame
    assert len(drawn) == fair_draw.size(len(frame), share)
    assert len(frame) * share <= len(drawn) < len(frame) * share + 1
    assert fair_draw.draw(sorted(frame, reverse=True), seed=seed, share=share) == drawn


def test_a_known_draw() -> None:
    """Computed with coreutils: printf '<seed>:<reference>' | sha256sum | sort."""
    seed = "00" * 32
    frame = [f"JQ-2026-000000{n}/1" for n in range(1, 6)]
    assert fair_draw.seed_hash(seed) == (
        "60e05bd1b195af2f94112fa7197a5c88289058840ce7c6df9693756bc6250f55"
    )
    assert fair_draw.draw(frame, seed=seed, share=Decimal("0.4")) == {
        "JQ-2026-0000003/1",
        "JQ-2026-0000001/1",
    }


@given(references)
def test_adding_or_leaving_out_somebody_changes_the_frame(frame: set[str]) -> None:
    digest = fair_draw.frame_digest(frame)
    assert fair_draw.frame_digest(list(frame)) == digest
    for one in frame:
        assert fair_draw.frame_digest(frame - {one}) != digest


def test_every_place_has_the_same_chance() -> None:
    frame = [str(n) for n in range(20)]
    hits = dict.fromkeys(frame, 0)
    for n in range(2000):
        for one in fair_draw.draw(frame, seed=f"{n:064x}", share=Decimal("0.25")):
            hits[one] += 1
    # 500 expected each; 5 standard deviations of Binomial(2000, 0.25) are 97
    assert all(abs(count - 500) < 97 for count in hits.values())
