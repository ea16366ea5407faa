"""The list of one kind leaves the house with the kind's own facts, and without what tells of anybody."""

import csv
import io

from django.test import Client
from django.utils import translation

from tests.personas import City

FACTS = {
    "article": "=1+1 皮夹",
    "marks": "绣着王秀英",
    "sort": "purse",
    "worth": 300,
    "insured": True,
    "lost_on": "2026-02-28",
    "colours": ["black", "red"],
}


def test_its_facts_are_columns_of_the_file(city: City) -> None:
    city.incident(kind="lost_property", category="purse_lost", details=FACTS)
    city.incident()
    leader = Client(headers={"Accept-Language": "zh-hans"})
    leader.force_login(city.duty_leader)
    with translation.override("zh-hans"):
        answer = leader.get("/desk/matters/list.csv?view=all&kind=lost_property")
        both = leader.get("/desk/matters/list.csv?view=all")
    text = b"".join(answer).decode("utf-8-sig")
    head, row = csv.reader(io.StringIO(text))
    told = dict(zip(head, row, strict=True))
    assert told["物品分类"] == "钱包"
    assert (told["价值（元）"], told["有无保险"], told["遗失日期"]) == ("300", "是", "2026-02-28")
    assert told["颜色"] == "黑、红"
    assert told["遗失物品"].endswith("=1+1 皮夹")
    assert not told["遗失物品"].startswith("=")
    assert "王秀英" not in text
    assert "答复失主的内容" not in head
    whole = b"".join(both).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(whole)))) == 3
    assert "物品分类" not in whole


def test_a_code_is_chosen_and_shown_in_words(city: City) -> None:
    lost = city.incident(kind="lost_property", category="purse_lost", details=FACTS)
    officer = Client(headers={"Accept-Language": "zh-hans"})
    officer.force_login(city.officer)
    with translation.override("zh-hans"):
        page = officer.get(f"/desk/matters/{lost.number}/").content.decode()
        form = officer.get("/desk/matters/new/?kind=lost_property").content.decode()
    assert "钱包" in page
    assert '<option value="bag">提包</option>' in form
