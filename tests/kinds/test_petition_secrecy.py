"""Whom a petition accuses never comes upon accusation or accuser: a marker is planted and looked for.

信访工作条例 30. 陈立 of Jinhu station is accused, 周卫国 leads that station, 何苗 counts figures.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.utils import translation

from anmin.callbacks import planning
from anmin.desk.notices.models import Notice
from anmin.desk.notices.tasks import tell
from anmin.matters import approvals
from anmin.matters.actor import Actor
from anmin.matters.models import Link, Matter
from anmin.matters.news import drain
from anmin.matters.parties import PartyFacts
from anmin.matters.party_actions import name_party
from anmin.matters.verify import verify
from anmin.measures.lake import refresh
from anmin.people.models import Account
from tests.addresses import routes
from tests.journeys import Citizen, Desk, sent, text
from tests.personas import City, SignIn

ACCUSATION, DEMAND, SUMMARY = "收受石斑鱼两箱", "请求严查珊瑚礁", "反映办案海葵问题"


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


def accusing(city: City, sign_in: SignIn) -> Matter:
    """王秀英 accuses 陈立; the inspectorate takes it in, names him and waits for the head's word."""
    desk = Desk(sign_in, city.inspector)
    matter = desk.open(
        "petition",
        category="police_conduct",
        summary=SUMMARY,
        area="锦湖文化社区 (330381003099)",
        d_way="letter",
        d_purpose="accusation",
        d_demand=DEMAND,
        d_accusation=ACCUSATION,
    )
    inspector = Actor.of(city.inspector)
    name_party(
        matter_id=matter.pk,
        actor=inspector,
        party=PartyFacts("accused", account=city.officer),
        reason="信中写明",
    )
    desk.step(matter, "accept")
    approvals.ask(
        matter_id=matter.pk,
        code="extend",
        actor=inspector,
        reason=DEMAND,
        inputs={"extension_reason": "需要调查。"},
    )
    matter.refresh_from_db()
    return matter


def pages(matter: Matter) -> Iterator[str]:
    """Every address of the desk that takes nothing, and those that could lead to one matter."""
    for route in routes():
        if route.pattern.startswith("desk/") and not route.parameters:
            yield f"/{route.pattern}"
    for word in (matter.number, ACCUSATION, DEMAND, SUMMARY, "13857712345"):
        yield f"/desk/search/?q={word}"
    for view in ("all", "live", "mine", "late"):
        yield f"/desk/matters/?view={view}&kind=petition"
        yield f"/desk/matters/list.csv?view={view}"
    yield f"/desk/matters/{matter.number}/"
    yield "/desk/measures/petition_opened/?by=unit"


def seen(sign_in: SignIn, account: Account, matter: Matter) -> str:
    """Everything that the pages tell this person, without what he or she asked for."""
    client, found = sign_in(account), []
    for address in pages(matter):
        answer = client.get(address)
        page = b"".join(answer).decode("utf-8", "replace") if answer.streaming else text(answer)
        asked = address.partition("?q=")[2]
        found.append(page.replace(asked, "") if asked else page)
    return "\n".join(found)


def test_neither_accused_nor_unit_nor_who_lacks_the_role_finds_the_marker(
    city: City, sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    matter = accusing(city, sign_in)
    assert matter.unit == city.inspectorate
    drain()
    tell()
    # The marker is there for those whose it is, so that looking for it proves something.
    mine = seen(sign_in, city.inspector, matter)
    assert all(word in mine for word in (ACCUSATION, DEMAND, SUMMARY, matter.number, "陈立"))
    for account in (city.officer, city.duty_leader):
        theirs = seen(sign_in, account, matter)
        found = [w for w in (ACCUSATION, DEMAND, SUMMARY, matter.number) if w in theirs]
        assert found == [], account.username
    # Whoever sees every matter, but not who is accused and of what.
    client = sign_in(city.analyst)
    page = text(client.get(f"/desk/matters/{matter.number}/"))
    assert (SUMMARY in page, ACCUSATION in page, "陈立" in page) == (True, False, False)
    theirs = seen(sign_in, city.analyst, matter)
    assert ACCUSATION not in theirs
    told = Notice.objects.filter(matter=matter).values_list("account__username", flat=True)
    assert {city.officer.username, city.duty_leader.username}.isdisjoint(told)
    assert not any(word in caplog.text for word in (ACCUSATION, DEMAND, SUMMARY))
    assert verify().sound


def test_neither_the_lake_nor_a_message_nor_the_history_holds_it(
    city: City, sign_in: SignIn, tmp_path: Path, settings: Any
) -> None:
    settings.ANMIN_HOME = tmp_path
    matter = accusing(city, sign_in)
    Desk(sign_in, city.leader).agree(matter)
    Desk(sign_in, city.inspector).step(
        matter,
        "reply",
        heard="met",
        reasons="经查不实。",
        reply="不予支持。",
        outcome="not_fixed",
    )
    drain([planning.NEWS])
    refresh(full=True)
    rows = [str(pq.read_table(path).to_pylist()) for path in tmp_path.rglob("*.parquet")]
    assert any(matter.number in one for one in rows)
    for word in (ACCUSATION, DEMAND, SUMMARY, "陈立", city.officer.username):
        assert not any(word in one for one in rows), word
    told = "\n".join(sent(matter))
    assert not any(word in told for word in (ACCUSATION, "陈立"))
    citizen = Citizen(matter).page()
    assert ("经查不实。" in citizen, "陈立" in citizen, ACCUSATION in citizen) == (
        True,
        False,
        False,
    )


def test_where_it_was_before_tells_nobody_whom_it_is_about(city: City, sign_in: SignIn) -> None:
    """A petition that a station has leaves it when one of its officers is accused, and so does the
    order given from it: neither history names the station to who does not learn of the accused."""
    desk = Desk(sign_in, city.inspector)
    matter = desk.open(
        "petition",
        category="household_papers",
        summary=SUMMARY,
        area="锦湖文化社区 (330381003099)",
        d_way="letter",
        d_demand=DEMAND,
    )
    assert matter.unit == city.jinhu
    follows = city.incident(summary="后续警情", unit=city.jinhu)
    Link.objects.create(matter=follows, relation="cause", other=matter)
    name_party(
        matter_id=matter.pk,
        actor=Actor.of(city.inspector),
        party=PartyFacts("accused", account=city.officer),
        reason="信中写明",
    )
    for one in (matter, follows):
        one.refresh_from_db()
        assert one.unit != city.jinhu
        assert "锦湖派出所" in history(sign_in, city.inspector, one)
        told = history(sign_in, city.analyst, one)
        assert SUMMARY in told or "后续警情" in told
        assert "锦湖派出所" not in told
        assert "回避" not in told
    client = sign_in(city.analyst)
    there = {"HX-Current-URL": f"http://testserver/desk/matters/{matter.number}/"}
    for what, word, who in (("unit", "锦湖", city.inspector), ("unit", "锦湖", city.analyst)):
        offered = text(sign_in(who).get(f"/desk/lookup/{what}/?to={word}", headers=there))
        assert ("锦湖派出所" in offered) == (who == city.analyst)
    assert client.get(f"/desk/matters/{matter.number}/").status_code == 200


def history(sign_in: SignIn, account: Account, matter: Matter) -> str:
    return text(sign_in(account).get(f"/desk/matters/{matter.number}/"))
