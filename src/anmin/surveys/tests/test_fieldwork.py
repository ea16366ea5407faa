"""林晓 interviews people whom another unit serves; paper forms are entered by two people."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.utils import timezone, translation
from tests.personas import City

from anmin.channels.addresses import clean_recipient, recipient_index
from anmin.channels.models import OptOut
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.people.models import AccessLog, Account
from anmin.surveys import fieldwork, frames, queries, recording, waves
from anmin.surveys.models import Case, CaseAttempt, Return, Wave
from anmin.surveys.recording import read_words
from anmin.surveys.tests.scene import FULL, HEADER, in_field, opened, table, world

pytestmark = pytest.mark.usefixtures("clock")


def taken(city: City, wave: Wave) -> Case:
    case = fieldwork.next_case(city.operator, wave.pk)
    assert case is not None
    return case


def test_an_interview_is_recorded_and_the_person_is_hidden(city: City) -> None:
    wave = in_field(city)
    case = taken(city, wave)
    with translation.override("zh-hans"):
        view = queries.case_view(case_id=case.pk, operator=city.operator)
    assert (view.name, view.address) == ("王某", f"{view.town}****")
    for hidden in ("王秀英", "502", "R0"):
        assert hidden not in repr(view).replace(view.wave.text, "")
    row = fieldwork.record_answers(case_id=case.pk, operator=city.operator, given=FULL, key="k1")
    case.refresh_from_db()
    assert (case.status, case.disposition, case.operator) == ("done", "1.1", None)
    assert row.answers["safe_overall"] == "safe"
    assert row.answers["worries"] == ["theft", "noise"]
    assert (row.counts, row.via, row.seq) == (True, "phone", 1)
    assert "words" not in row.answers
    assert read_words(row) == {"words": "路灯再亮一些就好了"}
    attempt = CaseAttempt.objects.get()
    assert (attempt.outcome, attempt.operator) == ("reached", city.operator)


def test_the_same_key_twice_is_one_answer_and_a_second_answer_is_refused(city: City) -> None:
    case = taken(city, in_field(city))
    first = fieldwork.record_answers(case_id=case.pk, operator=city.operator, given=FULL, key="k")
    before = world()
    again = fieldwork.record_answers(
        case_id=case.pk, operator=city.operator, given={"victim": ["yes"]}, key="k"
    )
    assert again == first
    with pytest.raises(Conflict):
        fieldwork.record_answers(case_id=case.pk, operator=city.operator, given=FULL, key="k2")
    assert world() == before


def test_answers_are_only_ever_added(city: City) -> None:
    case = taken(city, in_field(city))
    row = fieldwork.record_answers(case_id=case.pk, operator=city.operator, given=FULL, key="k")
    row.answers = {}
    for act in (row.save, row.delete, Return.objects.all().delete):
        with pytest.raises(TypeError):
            act()
    with pytest.raises(TypeError):
        Return.objects.update(answers={})
    assert Return.objects.get().answers["victim"] == "no"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"safe_overall": ["safe"]}, "2.12"),
        ({**FULL, "victim": ["refuse"], "took_part": ["refuse"]}, "1.2"),
        ({**FULL, "victim": ["dont_know"]}, "1.1"),
    ],
)
def test_how_much_was_answered_gives_the_disposition(
    city: City, given: dict[str, list[str]], code: str
) -> None:
    case = taken(city, in_field(city))
    fieldwork.record_answers(case_id=case.pk, operator=city.operator, given=given, key="k")
    assert Case.objects.get(pk=case.pk).disposition == code


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "safe_overall"),
        ({"safe_overall": ["fine"]}, "safe_overall"),
        ({"worries": ["none", "theft"]}, "worries"),
        ({"score": ["12"]}, "score"),
    ],
)
def test_an_impossible_answer_changes_nothing(
    city: City, given: dict[str, list[str]], field: str
) -> None:
    case = taken(city, in_field(city))
    before = world()
    with pytest.raises(Refusal) as refused:
        fieldwork.record_answers(case_id=case.pk, operator=city.operator, given=given, key="k")
    assert refused.value.field == field
    assert world() == before


def test_nobody_asks_whom_their_own_unit_serves(city: City, insider: Account) -> None:
    wave = in_field(city)
    own = Case.objects.filter(unit=city.jinhu).first()
    assert own is not None
    case = fieldwork.next_case(insider, wave.pk)
    assert case is not None
    assert case.unit == city.yuhai
    Case.objects.filter(pk=own.pk).update(operator=insider)
    before = world()
    number = own.row.number or 0
    for act in (
        lambda: fieldwork.held_case(own.pk, insider),
        lambda: fieldwork.reveal(case_id=own.pk, operator=insider),
        lambda: fieldwork.enter_paper(
            wave_id=wave.pk, number=number, operator=insider, given=FULL, key="p"
        ),
    ):
        with pytest.raises(NotFound):
            act()
    assert world() == before


def test_who_comes_to_the_unit_that_serves_there_asks_no_further(city: City) -> None:
    wave = in_field(city)
    case = taken(city, wave)
    Account.objects.filter(pk=city.operator.pk).update(unit=case.unit)
    moved = Account.objects.get(pk=city.operator.pk)
    before = world()
    with pytest.raises(Conflict):
        fieldwork.record_answers(case_id=case.pk, operator=moved, given=FULL, key="k")
    assert world() == before


def test_what_somebody_noted_of_a_person_is_masked_for_the_next(city: City) -> None:
    wave = in_field(city)
    case = taken(city, wave)
    fieldwork.record_attempt(
        case_id=case.pk, operator=city.operator, outcome="busy", note="改打13857712345", key="a"
    )
    Case.objects.filter(pk=case.pk).update(status="calling", operator=city.operator)
    (earlier,) = queries.case_view(case_id=case.pk, operator=city.operator).earlier
    assert "13857712345" not in earlier.note
    assert earlier.note.startswith("改打138")


def test_a_case_that_was_assigned_is_offered_to_its_interviewer_only(
    city: City, other_operator: Account
) -> None:
    wave = in_field(city)
    waves.assign(wave_id=wave.pk, interviewers=[other_operator], by=city.analyst)
    assert fieldwork.next_case(city.operator, wave.pk) is None
    assert fieldwork.next_case(other_operator, wave.pk) is not None


def test_a_case_that_is_given_to_somebody_else_meanwhile_is_not_handed_out(
    city: City, other_operator: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking for the next case and taking it, the analyst assigns it."""
    wave = in_field(city)
    waiting = fieldwork.queue(city.operator, timezone.now(), wave.pk)
    seen = list(waiting.values_list("pk", flat=True))
    waves.assign(wave_id=wave.pk, interviewers=[other_operator], by=city.analyst)
    stale = Case.objects.filter(pk__in=seen)
    monkeypatch.setattr(fieldwork, "queue", lambda *_asked: stale)
    before = world()
    assert fieldwork.next_case(city.operator, wave.pk) is None
    assert world() == before
    assert fieldwork.next_case(other_operator, wave.pk) is not None


def test_two_interviewers_never_hold_the_same_case(city: City, other_operator: Account) -> None:
    wave = in_field(city)
    mine = taken(city, wave)
    theirs = fieldwork.next_case(other_operator, wave.pk)
    assert theirs is not None
    assert theirs != mine
    assert taken(city, wave) == mine
    before = world()
    with pytest.raises(Conflict):
        fieldwork.record_answers(case_id=mine.pk, operator=other_operator, given=FULL, key="k")
    assert world() == before
    fieldwork.release(case_id=mine.pk, operator=city.operator)
    assert Case.objects.get(pk=mine.pk).operator is None


def test_the_number_is_shown_to_who_holds_the_case_and_logged(
    city: City, other_operator: Account
) -> None:
    wave = in_field(city)
    case = taken(city, wave)
    for stranger, problem in ((other_operator, Conflict), (city.analyst, NotAllowed)):
        with pytest.raises(problem):
            fieldwork.reveal(case_id=case.pk, operator=stranger)
    assert not AccessLog.objects.filter(action="reveal_contact").exists()
    assert fieldwork.reveal(case_id=case.pk, operator=city.operator).name == "王秀英"
    entry = AccessLog.objects.get(action="reveal_contact")
    assert (entry.account, entry.subject) == (city.operator, f"2026-h2/{case.row.number}")


def test_nobody_there_five_times_then_it_ends(city: City, clock: time_machine.Traveller) -> None:
    wave = in_field(city)
    case = taken(city, wave)
    Case.objects.exclude(pk=case.pk).update(not_before=timezone.now() + timedelta(days=99))
    for turn in range(5):
        assert taken(city, wave) == case
        case = fieldwork.record_attempt(
            case_id=case.pk, operator=city.operator, outcome="no_answer", key=f"k{turn}"
        )
        fieldwork.record_attempt(
            case_id=case.pk, operator=city.operator, outcome="no_answer", key=f"k{turn}"
        )
        assert CaseAttempt.objects.count() == turn + 1
        clock.move_to(case.not_before)
    assert (case.status, case.disposition) == ("closed", "2.20")


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("refused", "2.11"), ("moved", "4.10"), ("minor", "4.70"), ("wrong_number", "3.30")],
)
def test_some_attempts_end_it_at_once(city: City, outcome: str, code: str) -> None:
    wave = in_field(city)
    case = taken(city, wave)
    case = fieldwork.record_attempt(
        case_id=case.pk, operator=city.operator, outcome=outcome, key="k", via="visit"
    )
    assert (case.status, case.disposition) == ("closed", code)
    rate = queries.response_rate(wave.cases.all())
    assert rate.eligible == (15 if code.startswith("4") else 16)


def test_an_appointment_is_never_at_night(city: City, clock: time_machine.Traveller) -> None:
    case = taken(city, in_field(city))
    before = world()
    for moment in (None, timezone.now() - timedelta(hours=1), timezone.now().replace(hour=14)):
        with pytest.raises(Refusal) as refused:
            fieldwork.record_attempt(
                case_id=case.pk, operator=city.operator, outcome="appointment", key="k",
                next_try_at=moment,
            )  # fmt: skip
        assert refused.value.field == "next_try_at"
    with pytest.raises(Refusal):
        fieldwork.record_attempt(
            case_id=case.pk, operator=city.operator, outcome="reached", key="k"
        )
    assert world() == before


def test_who_asks_not_to_be_contacted_is_left_in_peace(city: City) -> None:
    wave = in_field(city, phones=True)
    Case.objects.update(status="calling")
    case = taken(city, wave)
    fieldwork.record_attempt(case_id=case.pk, operator=city.operator, outcome="opted_out", key="k")
    case.refresh_from_db()
    assert (case.status, case.disposition) == ("closed", "2.11")
    assert OptOut.objects.count() == 1


@pytest.mark.parametrize("phone", ["13857712345", "65812345", "13900000009"])
def test_who_asks_it_by_any_of_several_phones_is_left_in_peace(
    city: City, settings: LazySettings, phone: str
) -> None:
    settings.AREA_CODE = "0577"
    wave = opened(city)
    rows = [
        (line, [*cells[:5], "13857712345/65812345" if line < 50 else "", *cells[6:]])
        for line, cells in table()
    ]
    frames.take_in(wave_id=wave.pk, header=HEADER, rows=rows, by=city.analyst)
    waves.freeze(wave_id=wave.pk, by=city.analyst)
    waves.draw(wave_id=wave.pk, sizes={city.town.code: 10}, by=city.analyst)
    theirs = Case.objects.exclude(row__further=b"").count()
    assert theirs
    index = recipient_index("sms", clean_recipient("sms", phone))
    told = recording.stop(index, at=timezone.now(), key="stop")
    expected = 0 if phone == "13900000009" else theirs
    assert told == Case.objects.filter(disposition="2.11").count() == expected


def test_a_paper_form_counts_when_two_people_entered_the_same(
    city: City, other_operator: Account
) -> None:
    wave = in_field(city)
    number = wave.cases.first().row.number  # type: ignore[union-attr]

    def enter(person: Account, key: str, **answers: list[str]) -> fieldwork.PaperEntry:
        return fieldwork.enter_paper(
            wave_id=wave.pk, number=number or 0, operator=person, given={**FULL, **answers}, key=key
        )

    first = enter(city.operator, "a")
    assert not first.settled
    assert enter(city.operator, "a").row == first.row
    before = world()
    with pytest.raises(Conflict):
        enter(city.operator, "b")
    assert world() == before
    second = enter(other_operator, "c", victim=["yes"])
    assert (second.settled, second.differing) == (False, ("victim",))
    assert queries.waiting(city.inspector, wave)["entered"] == 1
    assert queries.waiting(city.operator, wave)["entered"] == 0
    third = enter(city.inspector, "d", words=["别的话"])
    assert third.settled
    counted = Return.objects.get(counts=True)
    assert (counted.operator, counted.answers["victim"]) == (city.inspector, "no")
    assert Return.objects.count() == 3
    case = counted.case
    assert (case.status, case.disposition) == ("done", "1.1")


def test_one_entry_is_enough_where_the_wave_says_so(city: City) -> None:
    wave = in_field(city, double_entry=False)
    number = wave.cases.first().row.number  # type: ignore[union-attr]
    entry = fieldwork.enter_paper(
        wave_id=wave.pk, number=number or 0, operator=city.operator, given=FULL, key="a"
    )
    assert entry.settled
    with pytest.raises(NotFound):
        fieldwork.enter_paper(
            wave_id=wave.pk, number=4711, operator=city.operator, given=FULL, key="b"
        )


@pytest.mark.parametrize(
    "who", ["officer", "duty_leader", "leader", "analyst", "programme", "admin"]
)
def test_others_do_not_interview(city: City, who: str) -> None:
    wave, person = in_field(city), getattr(city, who)
    case = taken(city, wave)
    before = world()
    for act in (
        lambda: fieldwork.next_case(person),
        lambda: fieldwork.release(case_id=case.pk, operator=person),
        lambda: fieldwork.record_answers(case_id=case.pk, operator=person, given=FULL, key="k"),
        lambda: fieldwork.record_attempt(
            case_id=case.pk, operator=person, outcome="refused", key="k"
        ),
        lambda: fieldwork.enter_paper(
            wave_id=wave.pk, number=1, operator=person, given=FULL, key="k"
        ),
        lambda: queries.case_view(case_id=case.pk, operator=person),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert world() == before


def test_once_fieldwork_has_ended_nothing_is_recorded(city: City) -> None:
    wave = in_field(city)
    case = taken(city, wave)
    waves.end_fieldwork(wave_id=wave.pk, by=city.analyst)
    before = world()
    for act in (
        lambda: fieldwork.record_answers(
            case_id=case.pk, operator=city.operator, given=FULL, key="k"
        ),
        lambda: fieldwork.enter_paper(
            wave_id=wave.pk,
            number=case.row.number or 0,
            operator=city.operator,
            given=FULL,
            key="p",
        ),
    ):
        with pytest.raises(Conflict):
            act()
    assert fieldwork.next_case(city.operator, wave.pk) is None
    assert world() == before
