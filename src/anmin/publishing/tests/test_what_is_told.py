"""What the house has to say besides the board: answers, penalties, figures, promises, letters, questions, stories."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import LazySettings
from django.utils import timezone
from tests.personas import WANG, City

from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.matters import actions as steps
from anmin.matters import held
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.categories import categories_of
from anmin.matters.data_rights import Right
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.matters.opening import open_matter
from anmin.measures.lake import refresh
from anmin.measures.registry import Kind
from anmin.publishing import actions, answers, ending, knowledge, monthly, public, stories
from anmin.publishing.both import as_facts, hidden_in
from anmin.publishing.content import Content, content_of
from anmin.publishing.models import Publication, Standing, Step, StoryConsent, Work
from anmin.publishing.queries import sheet
from anmin.publishing.sources import all_sources, source_of
from anmin.publishing.tests import scene

NOW = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
LAST, KIND = "2026-10", "violation_outcome"


@pytest.fixture
def home(settings: LazySettings, tmp_path: Any) -> None:
    settings.ANMIN_HOME = tmp_path


def published(city: City, source: str, key: str) -> Publication:
    """Drafted by 孙平, who writes out what is a frame; approved by 郑局."""
    made = source_of(source).draft(key)
    text = actions.Written(_written_out(made.content)) if made.frame else None
    row = actions.begin(source=source, key=key, by=city.programme, written=text)
    return scene.approved(city, scene.submitted(city, row))


def _written_out(frame: Content) -> Content:
    data = frame.model_dump(mode="json")
    for said in filter(None, (data["zh"], data["en"])):
        said["body"] = [f"{line} 1" for line in said["body"]]
    return content_of(data)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_frame_goes_to_nobody_before_it_is_written_out(city: City, language: str) -> None:
    key = f"{timezone.localdate():%Y-%m}"
    row = actions.begin(source="letter", key=key, by=city.programme)
    frame = source_of("letter").draft(key).content
    half = {**_written_out(frame).model_dump(mode="json"), language: getattr(frame, language)}
    row = actions.revise(
        publication_id=row.pk, by=city.programme, written=actions.Written(content_of(half))
    )
    before = Step.objects.count()
    with pytest.raises(Refusal, match="请先写完"):
        actions.submit(publication_id=row.pk, by=city.programme)
    assert Publication.objects.get(pk=row.pk).work == Work.DRAFT
    assert Step.objects.count() == before
    whole = actions.Written(_written_out(frame))
    actions.revise(publication_id=row.pk, by=city.programme, written=whole)
    actions.submit(publication_id=row.pk, by=city.programme)
    assert Publication.objects.get(pk=row.pk).work == Work.SUBMITTED


def read(row: Publication) -> Any:
    """The public text of it, as plain data."""
    return public.read(str(row.number)).card.content


def suggested(city: City) -> Matter:
    """王秀英 proposes a lamp; the station adopts it."""
    made = open_matter(
        kind="suggestion",
        actor=Actor.of(city.officer),
        category="suggest_patrols",
        summary="车棚加灯",
        area=city.wenhua,
        details={"proposal": "我是王秀英，请在车棚加一盏灯，联系13857712345。", "way": "letter"},
        contact=WANG,
    )
    return steps.move(
        matter_id=made.pk,
        code="answer",
        actor=Actor.of(city.duty_leader),
        inputs={"decision": "adopted", "reply": "采纳，下周加装。"},
    )


def test_an_answer_is_public_while_whoever_proposed_it_consents(city: City) -> None:
    made = suggested(city)
    with pytest.raises((NotAllowed, NotFound)):
        actions.begin(source="answer", key=made.number, by=city.programme)
    steps.move(matter_id=made.pk, code="consent", actor=CITIZEN)
    assert [one.key for one in answers.offers(city.programme)] == [made.number]
    row = published(city, "answer", made.number)
    text = str(read(row))
    assert "请在车棚加一盏灯" in text
    assert "采纳，下周加装" in text
    for hidden in ("王秀英", "13857712345"):
        assert hidden not in text
    with pytest.raises(NotAllowed):  # 周卫国 answered it: he publishes nothing of it
        actions.withdraw(publication_id=row.pk, why="mistake", by=city.duty_leader)
    steps.move(matter_id=made.pk, code="refuse_consent", actor=CITIZEN)
    drain([answers.NEWS])
    gone = Publication.objects.get(pk=row.pk)
    reason = public.read(str(row.number)).card.reason
    assert (gone.standing, reason and reason.zh) == (Standing.WITHDRAWN, "当事人撤回了同意")
    assert "车棚" not in str(public.read(str(row.number)))
    assert public.search()[0] == []


def test_penalties_are_sums_and_small_ones_are_hidden(city: City, home: None) -> None:
    with time_machine.travel(NOW, tick=False):
        category = sorts()[0]
        for n in range(12):
            open_matter(
                kind="violation_outcome",
                actor=Actor.system("test"),
                category=category,
                area=city.wenhua,
                details={"measure": "education", "decided_on": date(2026, 10, 1 + n)},
                opened_at=timezone.make_aware(datetime(2026, 10, 1 + n, 10)),
            )
        refresh()
        row = published(city, "penalties", LAST)
        text = read(row)
        values = {one.label: one.value for one in text.zh.facts}
        assert "100.0%" in values.values()
        assert all(one.cut_off for one in text.zh.facts)
        assert {one.n for one in text.zh.facts} <= {None, 12}
        with pytest.raises(NotFound):
            source_of("penalties").draft("2026-11")  # the month is not over
        key = Matter.objects.filter(kind=KIND)[0].number
        with pytest.raises(
            NotAllowed
        ):  # single decisions are off until the installation wants them
            actions.begin(source="penalty", key=key, by=city.programme)


def sorts() -> list[str]:
    """The sorts of minor violations."""
    return [one.code for one in categories_of(KIND).values() if one.kind == KIND]


def test_a_single_decision_needs_the_switch_and_a_lawyer_and_goes_when_overturned(
    city: City, settings: LazySettings
) -> None:
    settings.SINGLE_DECISIONS = True
    category = "violation_traffic"
    made = open_matter(
        kind="violation_outcome",
        actor=Actor.of(city.officer),
        category=category,
        area=city.wenhua,
        details={"measure": "warning", "decided_on": timezone.localdate()},
    )
    young = open_matter(
        kind="violation_outcome",
        actor=Actor.of(city.officer),
        category=category,
        area=city.wenhua,
        details={
            "measure": "warning",
            "decided_on": timezone.localdate(),
            "minor_involved": True,
        },
    )
    with pytest.raises((NotAllowed, NotFound)):  # it can still be contested
        actions.begin(source="penalty", key=made.number, by=city.programme)
    for one in (made, young):
        steps.move(matter_id=one.pk, code="contest", actor=Actor.of(city.inspector))
        steps.move(matter_id=one.pk, code="upheld", actor=Actor.of(city.inspector))
    with pytest.raises((NotAllowed, NotFound)):  # never of a minor
        actions.begin(source="penalty", key=young.number, by=city.programme)
    text = scene.said(source_of("penalty").draft(made.number).content, body=["由陈-立经办"])
    row = actions.begin(
        source="penalty", key=made.number, by=city.programme, written=actions.Written(text)
    )
    assert sheet(city.programme, row).face.content.zh.body == ("由经办人经办",)
    row = scene.submitted(city, row)
    with pytest.raises(NotAllowed):
        scene.approved(city, row)
    seen = sheet(city.inspector, row)
    actions.sign_off(publication_id=row.pk, digest=seen.digest, reason="合法", by=city.inspector)
    row = scene.approved(city, Publication.objects.get(pk=row.pk))
    assert "警告" in str(read(row))
    Matter.objects.filter(pk=made.pk).update(state="overturned")
    ending.look_again()
    row = Publication.objects.get(pk=row.pk)
    assert (row.untrue, row.correct_by is not None) == ("overturned", True)


@pytest.mark.parametrize("category", ["violation_order", "violation_person"])
def test_a_record_that_the_law_seals_is_never_told_alone(
    city: City, settings: LazySettings, category: str
) -> None:
    settings.SINGLE_DECISIONS = True  # 治安管理处罚法 第一百三十六条 stands above the switch
    made = open_matter(
        kind=KIND,
        actor=Actor.of(city.officer),
        category=category,
        area=city.wenhua,
        details={"measure": "warning", "decided_on": timezone.localdate()},
    )
    for code in ("contest", "upheld"):
        steps.move(matter_id=made.pk, code=code, actor=Actor.of(city.inspector))
    assert list(source_of("penalty").offers(city.programme)) == []
    with pytest.raises(NotFound, match="依法封存"):
        source_of("penalty").draft(made.number)
    with pytest.raises((NotAllowed, NotFound)):
        actions.begin(source="penalty", key=made.number, by=city.programme)


def test_figures_say_of_how_many_and_until_when_and_hide_what_is_few(
    city: City, home: None
) -> None:
    with time_machine.travel(NOW, tick=False):
        for n in range(14):
            area = city.wenhua if n < 12 else city.yuhai_town
            city.incident(
                actor=Actor.system("test"),
                area=area,
                opened_at=timezone.make_aware(datetime(2026, 10, 1 + n, 9)),
            )
        refresh()
        row = published(city, "monthly", f"incidents:{LAST}")
        facts = read(row).zh.facts
        assert [one.n for one in facts if one.n] in ([14], [])
        shown = {one.label: one.value for one in facts}
        assert len(shown) == 3
        assert "2" not in {one.value for one in facts}
        assert sum("不予显示" in one.value for one in facts) >= 2  # of two, one alone hides nothing
        promised = published(city, "promises", LAST)
        (line,) = [one for one in read(promised).zh.facts if one.label == "警情"]
        assert (line.n, line.interval != "") == (14, True)
        assert "未兑现14" in line.value
        with pytest.raises(NotFound):
            monthly.draft("incidents:2026-13")


def counted_by(**towns: int) -> Any:
    """A table of counts by town, as far as hiding looks at it."""
    rows = [
        SimpleNamespace(dimensions={"town": town}, numerator=number, denominator=None)
        for town, number in towns.items()
    ]
    return SimpleNamespace(by=("town",), rows=rows, total=None)


def test_tables_of_one_month_hide_the_same_towns() -> None:
    """Else B, hidden for the sake of A here, would be told by the other table, and A with it."""
    opened, judged = counted_by(A=3, B=12, C=20), counted_by(A=3, B=12, C=11)
    assert hidden_in([opened]) == {("A",), ("B",)}
    assert hidden_in([judged]) == {("A",), ("C",)}
    assert hidden_in([opened, judged]) == {("A",), ("B",), ("C",)}
    lines = {one["label"]: one["value"] for one in as_facts(whole(opened), str, {("A",), ("C",)})}
    assert lines["B"] == "12"
    assert len({lines["A"], lines["C"]}) == 1


def whole(table: Any) -> Any:
    """The same with what a line of a text needs."""
    for row in table.rows:
        row.value, row.low, row.high, row.suppressed = float(row.numerator), 0.0, 99.0, False
    table.total = SimpleNamespace(value=35.0, low=20.0, high=50.0, suppressed=False)
    table.indicator = SimpleNamespace(kind=Kind.COUNT)
    table.cutoff = timezone.now()
    return table


def test_a_letter_and_a_question_are_read_by_two_before_all(city: City) -> None:
    letter = published(city, "letter", f"{timezone.localdate():%Y-%m}")
    assert read(letter).zh.title == "致全体居民"
    code = next(iter(knowledge.questions()))
    row = published(city, "question", code)
    content = read(row)
    assert [one.note for one in content.zh.facts].count(knowledge.RIGHT) == 1
    assert ending.look_again() == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(knowledge, "questions", dict)
        ending.look_again()
    assert Publication.objects.get(pk=row.pk).untrue == "no_longer_true"


def test_a_story_goes_at_once_when_the_consent_is_taken_back(city: City) -> None:
    today = timezone.localdate()
    with pytest.raises(NotAllowed):
        stories.consent(
            title="巡逻", by=city.officer, given_on=today, how="书面", account=city.officer
        )
    with pytest.raises(Refusal):
        stories.consent(title="巡逻", by=city.programme, given_on=today, how="书面")
    given: dict[str, Any] = {"by": city.programme, "given_on": today, "how": "书面同意书"}
    own = stories.consent(title="夜间巡逻的人", account=city.officer, form_key="a", **given)
    assert stories.consent(title="夜间巡逻的人", account=city.officer, form_key="a", **given) == own
    row = published(city, stories.LABEL, str(own.pk))
    assert "夜间巡逻的人" in str(read(row))
    assert "陈立" not in str(read(row))
    with pytest.raises(NotAllowed):
        stories.take_back(consent_id=own.pk, by=city.other_officer)
    stories.take_back(consent_id=own.pk, by=city.officer)
    assert Publication.objects.get(pk=row.pk).standing == Standing.WITHDRAWN
    assert "巡逻" not in str(public.read(str(row.number)))
    with pytest.raises((NotAllowed, NotFound)):
        actions.begin(source=stories.LABEL, key=str(own.pk), by=city.programme)


def test_a_citizen_takes_a_consent_back_with_a_request_about_her_data(city: City) -> None:
    hers = stories.consent(
        title="王阿姨调解记",
        contact=WANG,
        by=city.programme,
        given_on=timezone.localdate() - timedelta(days=1),
        how="书面同意书",
    )
    row = published(city, stories.LABEL, str(hers.pk))
    assert held.let_go(held.Person("赵无极", WANG.phone), Right.WITHDRAWAL) == []
    told = held.let_go(held.Person(WANG.name, WANG.phone), Right.WITHDRAWAL)
    assert "王阿姨调解记" in told[0]
    left = StoryConsent.objects.get(pk=hers.pk)
    assert (bytes(left.sealed), left.phone_index) == (b"", None)
    assert Publication.objects.get(pk=row.pk).standing == Standing.WITHDRAWN
    assert {"answer", "penalties", "penalty", "monthly", "promises", "letter"} <= set(all_sources())
