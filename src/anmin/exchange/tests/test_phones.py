"""Whoever can be reached is reached: the numbers of an export as people keep them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.personas import City

from anmin.callbacks.models import Callback
from anmin.channels.actions import opt_out
from anmin.exchange.imports import import_file
from anmin.exchange.template import template_columns
from anmin.matters.contacts import later_contacts, unseal
from anmin.matters.models import Contact, FurtherPhone, Matter
from anmin.matters.news import drain
from anmin.matters.search import search

FIRST, SECOND, OFFICE = "+8613857712345", "+8613957712345", "+8657765812345"


@pytest.fixture
def taken(tmp_path: Path) -> Callable[..., dict[str, int]]:
    """Takes in one answered theft for each phone cell; the counts."""

    def go(*cells: str) -> dict[str, int]:
        rows = [",".join(template_columns())]
        for number, cell in enumerate(cells):
            values = {
                "警情编号": f"J{number}", "报警时间": "2026-11-28 08:00:00", "警情类别": "盗窃",
                "社区代码": "330381003099", "管辖单位": "RA-JH", "报警人": "王女士",
                "联系电话": f'"{cell}"', "答复时间": "2026-11-28 09:00:00", "答复内容": "已立案",
            }  # fmt: skip
            rows.append(",".join(values.get(one.strip("*"), "") for one in template_columns()))
        path = tmp_path / "export.csv"
        path.write_text("\n".join(rows), "utf-8")
        return import_file(path, profile="template_zh").counts()

    return go


def test_several_numbers_are_sealed_in_order_and_each_finds_the_matter(
    city: City, taken: Callable[..., dict[str, int]]
) -> None:
    assert taken("13857712345/13957712345 (李) 0577-65812345转801")["created"] == 1
    matter = Matter.objects.get()
    contact = unseal(Contact.objects.get(), number=matter.number)
    assert contact.phone == FIRST
    assert contact.numbers == (FIRST, SECOND, f"{OFFICE};ext=801")
    assert later_contacts(matter.pk, number=matter.number) == []
    for typed in ("13857712345", "139 5771 2345", "（０５７７）６５８１２３４５", "13957712345;"):
        assert search(city.inspector, typed).rows == [matter], typed
    assert search(city.inspector, "13657712345").rows == []


def test_a_row_whose_number_cannot_be_read_is_rejected_and_nobody_becomes_unreachable(
    city: City, taken: Callable[..., dict[str, int]]
) -> None:
    counts = taken("13857712345", "1.38E+10", "无", "1385771234")
    assert (counts["created"], counts["rejected"]) == (2, 2)
    assert set(Matter.objects.values_list("external_id", flat=True)) == {"J0", "J2"}
    drain()
    excluded = dict(Callback.objects.values_list("matter__external_id", "exclusion"))
    assert excluded == {"J0": "", "J2": "no_contact"}


def test_who_opted_out_by_the_second_number_is_not_called_at_the_first(
    city: City, taken: Callable[..., dict[str, int]]
) -> None:
    opt_out(medium="sms", recipient=SECOND, via="test")
    taken("13857712345/13957712345", "13857712345")
    drain()
    excluded = dict(Callback.objects.values_list("matter__external_id", "exclusion"))
    assert excluded == {"J0": "opted_out", "J1": ""}
    assert FurtherPhone.objects.count() == 1
