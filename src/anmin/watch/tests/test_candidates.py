"""A place becomes a candidate: 何苗 proposes, 孙平 or 郑局 decides, nobody twice, nothing is edited."""

import threading
from datetime import date

import pytest
from django.db import connection, connections
from tests.personas import City

from anmin.desk.watch.candidate_evidence import in_words
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.watch import actions, queries
from anmin.watch.actions import Case
from anmin.watch.evidence import digest_of, index_of
from anmin.watch.models import Candidate, CandidateStep, Ground
from anmin.watch.nights import score_months, suggest_places
from anmin.watch.tests.scene import asked, by_units, days, figures, reports, world

TODAY = date(2026, 11, 10)
WHY = "连续四个月盗窃多发，物业撤离。"
RED = ("theft", "burglary", "fraud", "traffic_accident", "fire_rescue", "dispute")


@pytest.fixture
def thefts(city: City) -> City:
    """More thefts in 文化社区 than last year, and answers from there."""
    reports(city.wenhua, "theft", days(date(2026, 7, 20), 60))
    asked(reports(city.wenhua, "noise", days(date(2026, 9, 1), 40)), 20, concern="no_feedback")
    reports(city.wenhua, "theft", days(date(2025, 7, 20), 20))
    reports(city.wenhua, "noise", days(date(2025, 9, 1), 40))
    figures()
    return city


def proposed(city: City) -> Candidate:
    case = Case(city.wenhua, Ground.RISE, "theft")
    return actions.propose(account=city.analyst, case=case, reason=WHY)


def test_the_evidence_is_frozen_with_all_that_belongs_to_it(thefts: City) -> None:
    made = proposed(thefts)
    assert made.state == "proposed"
    evidence = made.evidence
    year, before = evidence["comparisons"]
    (theft,) = [row for row in year["rows"] if row["category"] == "theft"]
    assert (theft["this"], theft["last"], theft["verdict"]) == (60, 20, "signal")
    assert year["whole"]
    assert before["base"] == "before"
    counts = {one["month"]: one["count"] for one in evidence["months"]}
    assert counts["2026-08"] == 31
    (concern,) = [one for one in evidence["concerns"] if one["key"] == "concern_no_feedback"]
    assert (concern["numerator"], concern["denominator"]) == (20, 40)
    assert set(evidence["not_shown"]) == {
        "reports_only",
        "no_cause",
        "places_only",
        "no_population",
    }
    reports(thefts.wenhua, "theft", days(date(2026, 11, 1), 9))
    figures()
    story = queries.candidate(thefts.leader, made.pk)
    assert story.candidate.evidence == evidence
    assert story.intact
    assert digest_of(evidence) == made.digest


def test_beside_each_row_stands_what_no_rated_unit_brought(thefts: City) -> None:
    by_units(reports(thefts.wenhua, "theft", days(date(2026, 10, 1), 12)))
    by_units(reports(thefts.wenhua, "fraud", days(date(2026, 10, 1), 7)))
    figures()
    evidence = proposed(thefts).evidence
    year = evidence["comparisons"][0]
    rows = {row["category"]: row for row in year["rows"]}
    assert {name: (row["this"], row["last"]) for name, row in rows.items()} == {
        "theft": (72, 20),
        "fraud": (7, 0),
        "noise": (40, 40),
    }
    bare = rows["theft"]["without"]
    assert (bare["this"], bare["last"], bare["ratio"]) == (60, 20, pytest.approx(3.0))
    assert 0 < bare["low"] < 3.0 < bare["high"]
    assert rows["fraud"]["without"]["this"] == 0
    assert rows["noise"]["without"] is None
    assert "units_own" in evidence["not_shown"]
    told = {row["category"]: row["without"] for row in in_words(evidence)["comparisons"][0]["rows"]}
    assert list(told.values()).count("the same") == 1
    assert any(one.startswith("60 against 20, ratio 3.00, p ") for one in told.values())
    assert "0 against 0, ratio —, p —" in told.values()
    for row in year["rows"]:  # as it was frozen before this was reckoned
        del row["without"]
    assert {row["without"] for row in in_words(evidence)["comparisons"][0]["rows"]} == {"—"}


def test_evidence_that_was_changed_shows(thefts: City) -> None:
    made = proposed(thefts)
    made.evidence["comparisons"][0]["rows"][0]["this"] = 99
    Candidate.objects.filter(pk=made.pk).update(evidence=made.evidence)
    assert not queries.candidate(thefts.leader, made.pk).intact


def test_somebody_else_decides_with_a_reason_and_every_step_stays(thefts: City) -> None:
    made = proposed(thefts)
    actions.decide(
        account=thefts.programme,
        candidate_id=made.pk,
        version=1,
        keep=True,
        reason="联合检查后挂牌。",
    )
    story = queries.candidate(thefts.leader, made.pk)
    assert story.candidate.state == "kept"
    told = [(s.came_from, s.went_to, s.actor, s.reason) for s in story.steps]
    assert told == [
        ("", "proposed", thefts.analyst, WHY),
        ("proposed", "kept", thefts.programme, "联合检查后挂牌。"),
    ]
    with pytest.raises(TypeError):
        CandidateStep.objects.update(reason="x")
    assert queries.candidates(thefts.leader, waiting=True) == []
    assert queries.candidates(thefts.leader, waiting=False) == [made]


def test_who_may_not_changes_nothing(thefts: City) -> None:
    case = Case(thefts.wenhua, Ground.RISE, "theft")
    before = world()
    for account in (thefts.officer, thefts.duty_leader, thefts.inspector, thefts.programme):
        with pytest.raises(NotAllowed):
            actions.propose(account=account, case=case, reason=WHY)
    assert world() == before
    made = proposed(thefts)
    before = world()
    for account in (thefts.analyst, thefts.officer, thefts.inspector, thefts.admin):
        with pytest.raises(NotAllowed):
            actions.decide(account=account, candidate_id=made.pk, version=1, keep=True, reason=WHY)
    assert world() == before
    for account in (thefts.officer, thefts.operator, thefts.admin):
        with pytest.raises(NotAllowed):
            queries.candidate(account, made.pk)


def test_nobody_decides_on_their_own_proposal(
    thefts: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = proposed(thefts)
    # Whoever changes the office between the two steps is still the same person.
    Account.objects.filter(pk=thefts.analyst.pk).update(role=Role.PROGRAMME)
    same = Account.objects.get(pk=thefts.analyst.pk)
    before = world()
    with pytest.raises(NotAllowed, match="Somebody else"):
        actions.decide(account=same, candidate_id=made.pk, version=1, keep=True, reason=WHY)
    assert world() == before


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("  ", "Give the reason"),
        ("长" * 1001, "at most 1000"),
        ("报警人电话13857712345", "names places only"),
    ],
)
def test_a_reason_is_needed_and_holds_no_number_of_a_person(
    thefts: City, reason: str, said: str
) -> None:
    before = world()
    with pytest.raises(Refusal, match=said) as refused:
        actions.propose(
            account=thefts.analyst, case=Case(thefts.wenhua, Ground.RISE, "theft"), reason=reason
        )
    assert refused.value.field == "reason"
    assert world() == before


def test_the_second_of_two_decisions_is_told_that_it_came_late(thefts: City) -> None:
    made = proposed(thefts)
    actions.decide(
        account=thefts.leader, candidate_id=made.pk, version=1, keep=False, reason="已有专项整治。"
    )
    before = world()
    with pytest.raises(Conflict):
        actions.decide(
            account=thefts.programme, candidate_id=made.pk, version=1, keep=True, reason=WHY
        )
    with pytest.raises(Conflict):
        proposed(thefts)  # the same ground again
    assert world() == before


@pytest.mark.django_db(transaction=True)
def test_a_place_waits_once_whatever_two_people_press_at_the_same_moment(thefts: City) -> None:
    gate = threading.Barrier(2)
    refused: list[Exception] = []

    def press(ground: Ground, about: str) -> None:
        try:
            gate.wait()
            case = Case(thefts.wenhua, ground, about)
            actions.propose(account=thefts.analyst, case=case, reason=WHY)
        except Conflict as late:
            refused.append(late)
        finally:
            connections.close_all()

    grounds = ((Ground.RISE, "theft"), (Ground.RED_MONTHS, "2026-10"))
    threads = [threading.Thread(target=press, args=one) for one in grounds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.close()
    assert len(refused) == 1
    assert Candidate.objects.filter(area=thefts.wenhua).count() == 1


def test_three_months_in_the_red_are_suggested_once_and_confirmed_by_a_person(city: City) -> None:
    for category in RED:
        for month, each in ((7, 5), (8, 8), (9, 9), (10, 12)):
            reports(city.wenhua, category, days(date(2026, month, 1), 30), each=each)
    figures()
    score_months(TODAY)
    assert suggest_places(TODAY) == 2  # the community and its town
    assert suggest_places(TODAY) == 0
    found = Candidate.objects.get(area=city.wenhua)
    assert (found.state, found.ground, found.proposed_by) == ("suggested", "red_months", None)
    assert [one["band"] for one in found.evidence["index"]] == ["red"] * 3
    before = world()
    with pytest.raises(NotAllowed):
        actions.confirm(account=city.programme, candidate_id=found.pk, version=1, reason=WHY)
    with pytest.raises(Conflict):  # nothing to decide yet
        actions.decide(account=city.leader, candidate_id=found.pk, version=1, keep=True, reason=WHY)
    assert world() == before
    actions.confirm(account=city.analyst, candidate_id=found.pk, version=1, reason=WHY)
    actions.decide(
        account=city.leader, candidate_id=found.pk, version=2, keep=False, reason="先走访核实。"
    )
    assert suggest_places(TODAY) == 0


def test_two_months_in_the_red_are_not_enough(city: City) -> None:
    for category in RED:
        for month, each in ((7, 5), (8, 5), (9, 8), (10, 12)):
            reports(city.wenhua, category, days(date(2026, month, 1), 30), each=each)
    figures()
    score_months(TODAY)
    bands = [one["band"] for one in index_of(f"area:{city.wenhua.code}")]
    assert bands == ["red", "red", "green"]
    assert suggest_places(TODAY) == 0
    assert not Candidate.objects.exists()


def test_a_suggestion_can_be_set_aside_by_the_analyst(city: City) -> None:
    reports(city.wenhua, "theft", days(date(2026, 9, 1), 20))
    figures()
    made = actions.suggest(Case(city.wenhua, Ground.RED_MONTHS, "2026-10"))
    assert made is not None
    actions.set_aside(
        account=city.analyst, candidate_id=made.pk, version=1, reason="补录旧案所致。"
    )
    made.refresh_from_db()
    assert made.state == "dismissed"
