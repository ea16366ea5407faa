"""What ends: taken back at once with a public reason, expired, found untrue, reviewed, corrected."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from tests.personas import City

from anmin.channels.models import Message
from anmin.evidence import receipts
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.matters.conflict import NOBODY
from anmin.people.models import AccessLog
from anmin.publishing import actions, ending, public, sources
from anmin.publishing.content import content_of
from anmin.publishing.models import Edition, Publication, Standing, Text, Work
from anmin.publishing.redaction import Known
from anmin.publishing.sources import Draft, Source
from anmin.publishing.tests import scene
from anmin.publishing.tests.test_gate import colleague, refused

WHEN = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)


def again(row: Publication) -> Publication:
    return Publication.objects.get(pk=row.pk)


def test_what_is_taken_back_is_gone_and_its_page_says_why(city: City) -> None:
    row = scene.approved(city)
    number = str(row.number)
    row = actions.withdraw(publication_id=row.pk, why="overturned", by=city.programme)
    assert (row.standing, row.work) == (Standing.WITHDRAWN, Work.NONE)
    page = public.read(number)
    assert page.card.reason is not None
    assert page.card.reason.zh == "所依据的决定已被撤销或者变更"
    assert "小区" not in str(page)
    assert public.search()[0] == public.feed() == []
    assert [one.number for one in public.board()[2]] == [number]
    for seq in (1, None):
        with pytest.raises(NotFound):
            public.sheet(number, seq or 0)
    logged = AccessLog.objects.filter(subject_kind="publication", subject=number).order_by("pk")
    assert [one.action for one in logged] == ["publish", "withdraw_publication"]


def test_no_typed_words_reach_the_public_as_a_reason(city: City) -> None:
    row = scene.approved(city)
    give = {"publication_id": row.pk, "by": city.leader}
    refused(Refusal, lambda: actions.withdraw(why="因王秀英投诉", **give), row)
    row = actions.withdraw(why="mistake", note="王秀英来电", **give)
    assert "王秀英" not in str(public.read(str(row.number)))


def test_who_is_concerned_or_may_not_takes_nothing_back(city: City) -> None:
    row = scene.approved(city)
    near = colleague(city, "近所", city.programme.role, city.jinhu)
    for by in (near, city.officer, city.analyst, city.admin):
        refused(
            NotAllowed,
            lambda by=by: actions.withdraw(publication_id=row.pk, why="mistake", by=by),
            row,
        )
    actions.withdraw(publication_id=row.pk, why="mistake", by=city.programme)
    refused(
        Conflict,
        lambda: actions.withdraw(publication_id=row.pk, why="mistake", by=city.programme),
        again(row),
    )


def test_a_correction_is_a_text_of_its_own_and_the_old_one_stays(city: City) -> None:
    row = scene.approved(city)
    with pytest.raises(Refusal, match="更正了什么"):
        scene.rewritten(city, row, lead="改过的导语。")
    row = scene.rewritten(city, row, lead="改过的导语。", change="整改期限写错，已更正。")
    assert public.read(str(row.number)).card.said.lead != "改过的导语。"
    row = scene.approved(city, scene.submitted(city, row))
    page = public.read(str(row.number))
    assert (page.card.said.lead, page.card.said.change) == (
        "改过的导语。",
        "整改期限写错，已更正。",
    )
    assert page.card.corrected
    old = public.read(str(row.number), 1)
    assert (old.newest, old.card.said.lead == "改过的导语。") == (False, False)
    assert [(one.seq, one.open, one.shown, one.change) for one in page.versions] == [
        (1, True, False, ""),
        (2, True, True, "整改期限写错，已更正。"),
    ]


def test_an_old_text_that_names_somebody_is_closed_by_the_correction(city: City) -> None:
    row = scene.approved(city, scene.submitted(city, scene.drafted(city, lead="老蔡头不交费。")))
    row = scene.rewritten(
        city, row, lead="有业主不交费。", change="原文可能使人认出当事人。", closes_earlier=True
    )
    row = scene.approved(city, scene.submitted(city, row))
    with pytest.raises(NotFound):
        public.read(str(row.number), 1)
    page = public.read(str(row.number))
    assert "老蔡头" not in str(page)
    assert [one.open for one in page.versions] == [False, True]


def test_it_expires_by_its_day_and_is_reminded_of_before(city: City) -> None:
    with time_machine.travel(WHEN, tick=False) as moving:
        row = scene.approved(city)
        assert (str(row.review_on), str(row.expires_on)) == ("2026-05-09", "2027-03-09")
        assert ending.remind() == 0
        moving.move_to(WHEN + timedelta(days=55))
        assert (ending.remind(), ending.remind()) == (1, 0)
        told = Message.objects.filter(template="publication_due")
        assert [one.subject_ref for one in told] == [f"publication:{row.pk}"]
        with pytest.raises(NotAllowed):
            actions.keep(publication_id=row.pk, by=city.analyst)
        row = actions.keep(publication_id=row.pk, by=city.programme)
        assert str(row.review_on) == "2026-07-03"
        moving.move_to(WHEN + timedelta(days=365))
        assert (ending.expire_due(), ending.expire_due()) == (1, 0)
    assert again(row).standing == Standing.EXPIRED
    page = public.read(str(row.number))
    assert (page.card.live, page.card.reason) == (False, None)


def test_a_place_taken_off_the_list_is_told_to_the_desk_with_the_days_of_the_rule(
    city: City,
) -> None:
    with time_machine.travel(WHEN, tick=False):
        matter = scene.listed(city)
        row = scene.approved(city, scene.submitted(city, scene.drafted(city, matter)))
        assert ending.look_again() == 0
        scene.delisted(city, matter)
        assert (ending.look_again(), ending.look_again()) == (1, 0)
        row = again(row)
        assert row.untrue == "lifted"
        assert str(row.correct_by)[:10] == "2026-03-12"  # three working days
        with pytest.raises(Conflict):
            actions.keep(publication_id=row.pk, by=city.programme)
        # Delisting is as visible as listing was: the next text says so, on the same board.
        made = sources.source_of("listing").draft(matter.number).content
        text = scene.said(made, change="已摘牌。")
        row = actions.revise(
            publication_id=row.pk, written=actions.Written(text), by=city.programme
        )
        row = scene.approved(city, scene.submitted(city, row))
        assert (row.untrue, row.correct_by) == ("", None)
        on, lifted, _over = public.board()
        assert ([one.number for one in on], [one.number for one in lifted]) == ([], [row.number])
        assert lifted[0].said.title == "锦湖文化社区 文化小区：已摘牌（小区盗窃多发）"
        assert ending.look_again() == 0


def test_what_changed_while_it_was_reviewed_is_not_published(city: City) -> None:
    matter = scene.listed(city)
    row = scene.submitted(city, scene.drafted(city, matter))
    scene.delisted(city, matter)
    with pytest.raises(Conflict, match="情况已变化"):
        scene.approved(city, row)
    assert Edition.objects.count() == 0


def test_each_edition_has_a_receipt_in_the_log(city: City) -> None:
    row = scene.approved(city)
    page = public.read(str(row.number))
    assert receipts.find(page.receipt).holds


@pytest.fixture
def consented(city: City, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A story of somebody who agreed to be named; the agreement can be taken back."""
    content = content_of({"zh": {"title": "护校二十年", "body": ["陈立每天在校门口。"]}})
    source = Source(
        label="story",
        title="story",
        series="board",
        may_draft=lambda _account, _key: True,
        draft=lambda _key: Draft(content, (Known("陈立", "staff"),)),
        still_true=lambda _key, _stamp: "",
        offers=lambda _account: (),
        about=lambda _key: NOBODY,
        erases=True,
        sign_off=True,
    )
    monkeypatch.setitem(sources._SOURCES, "story", source)
    return source


def test_a_consent_taken_back_takes_the_text_off_at_once_and_erases_it(
    city: City, consented: Source, settings: object
) -> None:
    with pytest.raises(NotAllowed, match="未启用"):
        actions.begin(source="story", key="chenli", by=city.programme)
    settings.SINGLE_DECISIONS = True  # type: ignore[attr-defined]
    row = actions.begin(source="story", key="chenli", by=city.programme)
    (hiding,) = Text.objects.get(publication=row).places
    actions.lift(publication_id=row.pk, hiding=hiding.key, reason="本人书面同意", by=city.programme)
    row = scene.submitted(city, again(row))
    seen = scene.sheet(city.leader, row)
    give = {"publication_id": row.pk, "digest": seen.digest}
    # A lawyer's word first, and not that of whoever approves.
    refused(NotAllowed, lambda: actions.approve(text=1, examined=True, by=city.leader, **give), row)
    refused(NotAllowed, lambda: actions.sign_off(reason="x", by=city.programme, **give), row)
    actions.sign_off(reason="同意书齐全", by=city.inspector, **give)
    refused(
        NotAllowed,
        lambda: actions.approve(text=1, examined=True, by=city.inspector, **give),
        again(row),
    )
    row = actions.approve(text=1, examined=True, by=city.leader, **give)
    assert public.read(str(row.number)).card.said.body == ("陈立每天在校门口。",)
    assert ending.withdraw_about(source="story", key="chenli", why="consent_withdrawn") == 1
    page = public.read(str(row.number))
    assert page.card.reason is not None
    assert page.card.reason.en.startswith("Those who had consented")
    edition, text = Edition.objects.get(publication=row), Text.objects.get(publication=row)
    assert (edition.content, edition.words, bytes(text.sealed)) == ({}, "", b"")
    assert len(edition.digest) == 64
