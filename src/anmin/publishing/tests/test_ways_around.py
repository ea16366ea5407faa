"""Ways around the second person and the rules of redaction that somebody with an account could think of."""

from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone
from tests.personas import WANG, City

from anmin.evidence.check import check
from anmin.evidence.log import atomic
from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.matters import actions as steps
from anmin.matters import retention
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.models import Matter
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.publishing import actions, erasing, public, stories
from anmin.publishing.content import content_of
from anmin.publishing.models import Edition, Publication, Standing, Step, Text, Work
from anmin.publishing.queries import sheet
from anmin.publishing.redaction import Known, applied, propose, rules
from anmin.publishing.sources import source_of
from anmin.publishing.tests import scene
from anmin.publishing.tests.test_what_is_told import published, suggested


def refused(row: Publication, act: Any) -> str:
    """Why; and nothing of it has changed."""
    before = Publication.objects.values().get(pk=row.pk), Step.objects.count()
    with pytest.raises(NotAllowed) as found:
        act()
    assert (Publication.objects.values().get(pk=row.pk), Step.objects.count()) == before
    return str(found.value)


@pytest.mark.parametrize(
    ("text", "known", "public_text"),
    [
        ("嫌疑人张伟说", [Known("张伟", "person"), Known("嫌疑人张伟", "marked")], "某人说"),
        ("王小明先生说", [Known("王小明", "person")], "某人说"),
        ("王小明先生说", [Known("小明", "person")], "某人说"),
        ("编号12 330106199003071234止", [], "编号〔证件号已隐去〕止"),
        ("1-330106199003071234", [], "〔证件号已隐去〕"),
        ("微信号：abcde 一名15岁的", [], "〔账号已隐去〕 一名〔已隐去〕的"),
        ("瑞湖路12号3室", [Known("12号3室", "home")], "瑞湖路〔地址已隐去〕"),
    ],
)
def test_whoever_lifts_what_stands_around_a_name_does_not_show_the_name(
    text: str, known: list[Known], public_text: str
) -> None:
    content = content_of({"zh": {"title": "x", "body": [text]}})
    hidings = propose(content, known)
    shown = applied(content, hidings).zh
    assert shown is not None
    assert shown.body == (public_text,)
    lifted = {one.key for one in hidings if not rules()[one.rule].law}
    left = str(applied(content, hidings, lifted))
    for secret in ("张伟", "小明", "19900307", "15岁", "12号3室"):
        assert secret not in left
    assert all(one.end <= two.start for one, two in pairwise(hidings))


def test_a_count_is_no_telephone() -> None:
    for number in (13857712345, 10_000_000):
        with pytest.raises(Refusal):
            content_of({"zh": {"title": "x", "facts": [{"label": "a", "value": "b", "n": number}]}})


def test_who_wrote_a_consent_down_does_not_approve_the_story_in_another_role(city: City) -> None:
    writer = city.programme
    row = stories.consent(
        title="夜间巡逻",
        by=writer,
        given_on=timezone.localdate(),
        how="书面",
        account=city.officer,
    )
    other = Account.objects.create(
        username="fang", display_name="方圆", role=Role.PROGRAMME, unit=writer.unit
    )
    text = content_of({"zh": {"title": "夜间巡逻", "body": ["每夜两次。"]}})
    made = actions.begin(
        source=stories.LABEL, key=str(row.pk), by=other, written=actions.Written(text)
    )
    made = actions.submit(publication_id=made.pk, by=other)
    Account.objects.filter(pk=writer.pk).update(role=Role.INSPECTOR, unit=city.inspectorate)
    writer.refresh_from_db()
    digest = sheet(city.leader, made).digest
    told = refused(
        made,
        lambda: actions.approve(
            publication_id=made.pk, text=1, digest=digest, examined=True, by=writer
        ),
    )
    assert "由他人" in told or "其他人" in told
    assert scene.approved(city, made).standing == Standing.LIVE


def test_who_wrote_the_answer_does_not_approve_that_it_is_published(city: City) -> None:
    made = suggested(city)
    inspector = city.inspector
    answered = steps.open_matter(
        kind="suggestion",
        actor=Actor.of(city.officer),
        category="suggest_patrols",
        summary="加灯",
        area=city.wenhua,
        details={"proposal": "再加一盏灯", "way": "letter"},
    )
    steps.move(
        matter_id=answered.pk,
        code="answer",
        actor=Actor.of(inspector),
        inputs={"decision": "adopted", "reply": "督察答复。"},
    )
    wrote = source_of("answer").wrote
    assert wrote(inspector, answered.number)
    assert not wrote(inspector, made.number)
    steps.move(matter_id=answered.pk, code="consent", actor=CITIZEN)
    row = actions.begin(source="answer", key=answered.number, by=city.programme)
    row = actions.submit(publication_id=row.pk, by=city.programme)
    digest = sheet(city.leader, row).digest
    refused(
        row,
        lambda: actions.approve(
            publication_id=row.pk, text=1, digest=digest, examined=True, by=inspector
        ),
    )
    assert scene.approved(city, row).standing == Standing.LIVE


def words_left(marker: str) -> list[str]:
    """Where the house still has these words in what it writes for the public."""
    found = [f"text {one.pk}" for one in Text.objects.all() if marker in str(one.content)]
    found += [f"edition {one.pk}" for one in Edition.objects.all() if marker in str(one.content)]
    return found + [f"step {one.pk}" for one in Step.objects.all() if marker in one.reason]


def test_what_a_matter_let_go_of_stands_in_no_draft_and_on_no_page(city: City) -> None:
    made = suggested(city)
    steps.move(matter_id=made.pk, code="consent", actor=CITIZEN)
    row = actions.begin(source="answer", key=made.number, by=city.programme)
    given: dict[str, Any] = {"publication_id": row.pk, "by": city.programme}
    actions.abandon(reason=f"{WANG.name}又来电", **given)
    row = published(city, "answer", made.number)
    assert words_left("王秀英")
    Matter.objects.filter(pk=made.pk).update(closed_at=timezone.now())
    with atomic():
        gone = retention.erase_now(
            [Matter.objects.get(pk=made.pk)], rule="suggestion.retention", now=timezone.now()
        )
    assert [one.pk for one in gone] == [made.pk]
    page = public.read(str(row.number))
    assert page.card.reason is not None
    assert page.card.reason.zh == "依法不再公开"
    assert words_left("王秀英") == words_left("车棚") == []
    for one in Publication.objects.filter(key=made.number):
        assert one.work == Work.NONE
    with pytest.raises((NotAllowed, NotFound)):
        actions.begin(source="answer", key=made.number, by=city.programme)
    assert not check().findings


def test_the_draft_of_a_place_goes_and_what_was_approved_of_it_stays(city: City) -> None:
    matter = scene.listed(city)
    row = scene.approved(
        city, scene.submitted(city, scene.drafted(city, matter, body=("王女士家。",)))
    )
    with atomic():
        erasing.erase_words([matter.pk])
    assert words_left("王女士") == []
    assert public.read(str(row.number)).card.live
    assert not check().findings


def test_a_draft_given_up_goes_with_the_consent(city: City) -> None:
    consent = stories.consent(
        title="调解记", by=city.programme, given_on=timezone.localdate(), how="书面", contact=WANG
    )
    text = content_of({"zh": {"title": "调解记", "body": [f"{WANG.name}说。"]}})
    row = actions.begin(
        source=stories.LABEL,
        key=str(consent.pk),
        by=city.programme,
        written=actions.Written(text),
    )
    actions.abandon(publication_id=row.pk, by=city.programme, reason="不写了")
    stories.take_back(consent_id=consent.pk, by=city.programme)
    assert words_left(WANG.name) == []
    before = Step.objects.count()
    stories.take_back(consent_id=consent.pk, by=city.programme)
    assert Step.objects.count() == before
