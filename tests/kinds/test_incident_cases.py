"""陈立 records what the law and the programme ask of noise and of cases; 周卫国 says that one is solved."""

import pytest
from django.utils import timezone

from anmin.matters.models import Entry, Matter
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from tests.journeys import Desk, text
from tests.personas import City, SignIn


def at_work(city: City, desk: Desk, **changes: object) -> Matter:
    matter = city.incident(**changes)
    return desk.step(matter, "dispatch")


def test_who_tried_to_settle_the_noise_is_asked_of_noise_alone(city: City, sign_in: SignIn) -> None:
    desk = Desk(sign_in, city.officer)
    noise = at_work(city, desk, category="noise")
    assert "登记此前劝阻调解情况" in desk.page(noise)
    desk.step(noise, "mediators", mediated_first="owners_committee")
    desk.step(noise, "mediators", mediated_first="nobody")  # it was asked once more
    assert noise.details["mediated_first"] == "nobody"
    assert "无人劝阻、调解过" in desk.page(noise)
    desk.step(noise, "loss", status=422, loss_yuan="5", loss_source="stated")
    theft = at_work(city, desk)
    assert "登记此前劝阻调解情况" not in desk.page(theft)
    before = Entry.objects.count()
    desk.step(theft, "mediators", status=422, mediated_first="nobody")
    assert Entry.objects.count() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"loss_yuan": "100"},  # known from what?
        {"loss_yuan": "-1", "loss_source": "stated"},
        {
            "loss_yuan": "100",
            "loss_source": "stated",
            "recovered_yuan": "101",
            "recovered_how": "returned",
        },
        {"loss_yuan": "100", "loss_source": "stated", "recovered_yuan": "50"},
        {"loss_yuan": "100", "loss_source": "stated", "recovered_how": "returned"},
        {"loss_yuan": "100", "loss_source": "guessed"},
        {"loss_yuan": "1e9", "loss_source": "stated"},
        {"loss_yuan": "9" * 13, "loss_source": "stated"},
    ],
)
def test_a_sum_that_does_not_fit_changes_nothing(
    city: City, sign_in: SignIn, wrong: dict[str, str]
) -> None:
    desk = Desk(sign_in, city.officer)
    theft = at_work(city, desk)
    before = Entry.objects.count()
    desk.step(theft, "loss", status=422, **wrong)
    assert (Entry.objects.count(), "loss_yuan" in theft.details) == (before, False)


def test_a_case_is_solved_by_the_leaders_word_and_that_can_be_taken_back(
    city: City, sign_in: SignIn
) -> None:
    desk, leader = Desk(sign_in, city.officer), Desk(sign_in, city.duty_leader)
    theft = at_work(city, desk)
    desk.step(theft, "loss", loss_yuan="3200", loss_source="receipts")
    today = timezone.localdate().isoformat()
    desk.step(theft, "solve", status=403, solved_on=today)
    leader.step(theft, "solve", status=422, solved_on="2020-01-01")  # before it was reported
    leader.step(theft, "unsolve", status=422, note="没有的事")
    leader.step(theft, "solve", solved_on=today)
    desk.step(
        theft,
        "loss",
        loss_yuan="3000",
        loss_source="appraised",
        recovered_yuan="1200",
        recovered_how="returned",
    )
    assert (theft.details["solved"], theft.details["loss_yuan"]) == (True, 3000)
    page = desk.page(theft)
    assert all(one in page for one in ("破案日期", "价格认定", "追回并返还"))
    leader.step(theft, "unsolve", note="张冠李戴")
    assert (theft.state, theft.details["solved"]) == ("dispatched", False)
    assert verify().sound


def test_minor_cases_stand_beside_serious_ones(
    city: City, sign_in: SignIn, settings: object, tmp_path: object
) -> None:
    settings.ANMIN_HOME = tmp_path  # type: ignore[attr-defined]
    moment = timezone.now()
    for number in range(24):
        Matter.objects.create(
            number=f"JQ-{number}",
            kind="incident",
            state="answered",
            stage="done",
            category="theft" if number < 12 else "burglary",
            source="test",
            opened_at=moment,
            closed_at=moment,
            facts_at=moment,
            unit=city.jinhu,
            details={"solved": number % 12 < (9 if number < 12 else 3)},
        )
    refresh(full=True)
    browser = sign_in(city.analyst)
    page = text(browser.get("/desk/measures/incident_solved_minor/?by=unit"))
    for one in ("并列：警情：重案破案率", "75.0%", "25.0%"):
        assert one in page, one
    file = browser.get("/desk/measures/incident_solved_minor.csv?by=unit")
    rows = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert "incident_solved_serious_numerator" in rows[0]
    total = dict(zip(rows[0].split(","), rows[-1].split(","), strict=True))
    assert (total["numerator"], total["incident_solved_serious_numerator"]) == ("9", "3")
