"""The digit of a step says where it stands on the page: they count up as one reads down."""

import re

from tests.personas import City, SignIn

from anmin.desk.matters.matter_page import asks, in_the_order_shown
from anmin.matters.registry import all_kinds


def test_steps_of_every_state_count_up() -> None:
    mixed = 0
    for kind in all_kinds():
        for state in kind.flow.states:
            shown = in_the_order_shown(kind.flow.moves_from(state))
            asked = [asks(move) for move in shown]
            assert asked == sorted(asked)
            mixed += len(set(asked)) > 1
    assert mixed > 5


def test_the_digits_of_a_page_count_up(city: City, sign_in: SignIn) -> None:
    page = sign_in(city.officer).get(f"/desk/matters/{city.incident().number}/").content.decode()
    digits = re.findall(r'data-key="(\d)"', page)
    assert digits == [str(n) for n in range(1, len(digits) + 1)]
    assert len(digits) > 1
