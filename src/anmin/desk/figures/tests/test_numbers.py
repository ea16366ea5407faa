"""Differences and names as people read them."""

import pytest
from tests.personas import City, SignIn

from anmin.desk.figures.numbers import counted
from anmin.faces.story import Names, story
from anmin.matters.actor import Actor
from anmin.matters.ledger import Change, append
from anmin.matters.queries import matter_view
from anmin.measures.change_words import signed


@pytest.mark.parametrize(
    ("number", "digits", "words"),
    [
        (1.25, 1, "+1.2"), (-3.0, 1, "−3.0"), (-0.04, 1, "0.0"), (0.04, 1, "0.0"), (0, 1, "0.0"),
        (-0.4, 0, "0"), (33.3, 0, "+33"), (-0.004, 2, "0.00"), (-0.006, 2, "−0.01"),
    ],
)  # fmt: skip
def test_what_rounds_to_nothing_has_no_sign(number: float, digits: int, words: str) -> None:
    assert signed(number, digits) == words


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("import:demo_cad", "接处警系统导入"),
        ("console, template_zh", "接处警系统导入"),
        ("console, undo 7", "撤销导入"),
        ("calendar", "工作日历"),
    ],
)
def test_what_is_no_person_has_a_name_too(city: City, label: str, words: str) -> None:
    matter = city.incident()
    append(matter, Change("observe", matter.state), actor=Actor.system(label), at=matter.opened_at)
    view = matter_view(city.officer, matter.number)
    events = story(view, Names.of(view), with_names=True)
    assert [one.actor_name for one in events] == ["陈立", words]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (
            "/desk/matters/?view=all&since=2025-06-03&until=2025-07-01",
            ("从2025年6月3日起", "到2025年7月1日止"),
        ),
        ("/desk/matters/?view=all&since=2025-06-99", ("从2025-06-99起",)),
        ("/desk/measures/incidents/?start=2025-06-03&end=2025-07-01", ("从2025年6月3日起",)),
    ],
)
def test_days_of_a_filter_are_said_as_the_page_says_them(
    city: City, sign_in: SignIn, address: str, words: tuple[str, ...]
) -> None:
    page = sign_in(city.leader).get(address)
    assert page.status_code == 200
    shown = page.content.decode()
    for one in words:
        assert one in shown


@pytest.mark.parametrize(
    ("number", "words"), [(32.4625, "32.5"), (0.804669, "0.8"), (1234567.0, "1,234,567"), (0, "0")]
)
def test_a_count_that_was_weighted_has_one_digit(number: float, words: str) -> None:
    assert counted(number) == words
