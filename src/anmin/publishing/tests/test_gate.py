"""Two people always: every way around the approval is tried, refused, and changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.contrib import admin
from django.db.models import QuerySet
from tests.personas import City

from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.publishing import actions, public, sources
from anmin.publishing.models import Edition, Publication, Standing, Step, Text, Work
from anmin.publishing.queries import sheet
from anmin.publishing.redaction import applied
from anmin.publishing.tests import scene


def colleague(city: City, name: str, role: Role, unit: Any = None) -> Account:
    """Somebody else of a role."""
    return Account.objects.create_user(
        name, "x", display_name=name, role=role, unit=unit or city.programme.unit
    )


def counts() -> tuple[int, ...]:
    """What a way around would add to."""
    return tuple(model.objects.count() for model in (Publication, Text, Edition, Step))


def refused(
    kind: type[Refusal], act: Callable[[], object], publication: Publication | None = None
) -> str:
    """The words of a refusal that changed nothing."""
    before = counts()
    version = publication and Publication.objects.get(pk=publication.pk).version
    with pytest.raises(kind) as told:
        act()
    assert counts() == before
    if publication is not None:
        assert Publication.objects.get(pk=publication.pk).version == version
    return str(told.value)


def approving(city: City, row: Publication, by: Account, **changes: Any) -> Callable[[], object]:
    """Approving it as somebody would send it."""
    digest = sheet(city.leader, row).digest
    given = {"text": row.newest, "digest": digest, "examined": True, **changes}
    return lambda: actions.approve(publication_id=row.pk, by=by, **given)


def test_the_reviewer_stops_a_story_that_names_a_person(city: City) -> None:
    draft = scene.drafted(city, body=("业主老蔡头带头不交物业费。",), marked=())
    row = scene.submitted(city, draft)
    assert "老蔡头" in str(sheet(city.leader, row).face.content)
    row = actions.refuse(publication_id=row.pk, reason="写到了具体的人，请改写", by=city.leader)
    assert (row.work, row.standing) == (Work.DRAFT, Standing.NONE)
    last = row.steps.order_by("-seq")[0]
    assert (last.did, last.reason, last.actor) == ("refuse", "写到了具体的人，请改写", city.leader)
    again = scene.rewritten(city, row, body=("业主老蔡头带头不交物业费。",), marked=["老蔡头"])
    row = scene.approved(city, scene.submitted(city, again))
    page = public.read(str(row.number))
    assert page.card.content.zh is not None
    assert page.card.content.zh.body == ("业主〔已隐去〕带头不交物业费。",)


def test_who_wrote_any_version_never_approves(city: City) -> None:
    row = scene.submitted(city)
    refused(NotAllowed, approving(city, row, city.programme), row)
    both = colleague(city, "双岗", Role.LEADER)
    # Somebody who wrote the first version and is a leader by now.
    Account.objects.filter(pk=city.programme.pk).update(role=Role.LEADER)
    writer = Account.objects.get(pk=city.programme.pk)
    told = refused(NotAllowed, approving(city, row, writer), row)
    assert told == "您参与了拟稿，须由他人审核。"
    scene.approved(city, row, by=both)


def test_a_second_writer_does_not_approve_the_first_ones_text(city: City) -> None:
    other = colleague(city, "周全", Role.PROGRAMME)
    row = scene.rewritten(city, scene.drafted(city), by=other, lead="另一位改过。")
    row = scene.submitted(city, row)
    Account.objects.filter(pk=other.pk).update(role=Role.INSPECTOR)
    told = refused(NotAllowed, approving(city, row, Account.objects.get(pk=other.pk)), row)
    assert told == "您参与了拟稿，须由他人审核。"


def test_nobody_of_the_unit_that_it_is_about_approves(city: City) -> None:
    row = scene.submitted(city)
    near = colleague(city, "近所", Role.LEADER, city.jinhu)
    told = refused(NotAllowed, approving(city, row, near), row)
    assert told == "内容涉及您或者您的单位，须由他人审核。"
    assert "您的单位" in refused(
        NotAllowed,
        lambda: actions.refuse(publication_id=row.pk, reason="x", by=near),
        row,
    )


@pytest.mark.parametrize(
    "who", ["operator", "duty_leader", "officer", "programme", "analyst", "admin"]
)
def test_other_roles_approve_nothing(city: City, who: str) -> None:
    row = scene.submitted(city)
    refused(NotAllowed, approving(city, row, getattr(city, who)), row)


@pytest.mark.parametrize(
    "who", ["operator", "duty_leader", "inspector", "analyst", "leader", "admin"]
)
def test_other_roles_draft_nothing(city: City, who: str) -> None:
    matter = scene.listed(city)
    by = getattr(city, who)
    refused(NotAllowed, lambda: actions.begin(source="listing", key=matter.number, by=by))


def test_what_is_not_there_or_not_listed_is_not_drafted_about(city: City) -> None:
    incident = city.incident()
    refused(NotFound, lambda: actions.begin(source="elsewhere", key="x", by=city.programme))
    for key in ("GP-2026-0000999-9", incident.number):
        refused(
            NotAllowed, lambda key=key: actions.begin(source="listing", key=key, by=city.programme)
        )


def test_what_was_read_is_what_is_published(city: City) -> None:
    row = scene.submitted(city)
    read = sheet(city.leader, row).digest
    told = refused(Conflict, approving(city, row, city.leader, digest="0" * 64), row)
    assert told == "这不是提交给您审核的内容，请重新查看。"
    actions.take_back(publication_id=row.pk, by=city.programme)
    row = scene.rewritten(city, row, lead="改过的导语。")
    refused(NotAllowed, approving(city, row, city.leader, digest=read), row)
    row = scene.submitted(city, row)
    old = {"text": 1, "digest": read}
    assert refused(Conflict, approving(city, row, city.leader, **old), row) == (
        "这是旧稿，请查看最新一稿。"
    )
    refused(Conflict, approving(city, row, city.leader, digest=read), row)
    row = scene.approved(city, row)
    edition = Edition.objects.get(publication=row)
    assert edition.digest == public.read(str(row.number)).digest == sheet(city.leader, row).digest


def test_a_draft_is_not_approved_and_an_older_page_decides_nothing(city: City) -> None:
    row = scene.drafted(city)
    refused(NotAllowed, approving(city, row, city.leader), row)
    row = scene.submitted(city, row)
    refused(Conflict, approving(city, row, city.leader, version=row.version - 1), row)


def test_nothing_is_published_before_somebody_looked_for_secrets(city: City) -> None:
    row = scene.submitted(city)
    for one in sheet(city.leader, row).warnings:
        row = actions.answer(
            publication_id=row.pk, warning=one.warning.key, reason="只说地点", by=city.leader
        )
    told = refused(Refusal, approving(city, row, city.leader, examined=False), row)
    assert told == "请确认已作保密审查，未经审查不得公开。"
    approving(city, row, city.leader)()
    assert row.steps.get(did="approve").about == "secrets"


def test_the_same_form_twice_publishes_once(city: City) -> None:
    row = scene.submitted(city)
    digest = sheet(city.leader, row).digest
    for _twice in range(2):
        row = actions.approve(
            publication_id=row.pk,
            text=row.newest,
            digest=digest,
            examined=True,
            by=city.leader,
            version=row.version,
            form_key="form-1",
        )
    assert Edition.objects.count() == 1
    assert row.number is not None
    # An old approval, sent again once there is a correction, approves nothing of it.
    change = {"change": "更正导语。", "lead": "改过的导语。"}
    row = scene.submitted(city, scene.rewritten(city, row, **change))
    before = counts()
    actions.approve(
        publication_id=row.pk,
        text=2,
        digest=digest,
        examined=True,
        by=city.leader,
        form_key="form-1",
    )
    assert counts() == before
    assert Publication.objects.get(pk=row.pk).work == Work.SUBMITTED


def test_nobody_writes_in_what_another_person_has(city: City) -> None:
    row = scene.submitted(city)
    told = refused(Conflict, lambda: scene.rewritten(city, row, lead="偷偷改"), row)
    assert told == "稿件正在审核，请先撤回提交。"
    hiding = "zh.lead:0:1:phone"
    refused(
        Conflict,
        lambda: actions.lift(publication_id=row.pk, hiding=hiding, reason="x", by=city.programme),
        row,
    )


def test_a_hiding_is_lifted_with_a_reason_that_stays_and_never_against_the_law(city: City) -> None:
    text = "派出所电话0577-65812345，身份证330381199003074512。"
    row = scene.drafted(city, body=(text,))
    phone, identity = sheet(city.programme, row).text.places[-2:]
    lifting = {"publication_id": row.pk, "by": city.programme}
    refused(Refusal, lambda: actions.lift(hiding=phone.key, reason=" ", **lifting), row)
    told = refused(
        NotAllowed, lambda: actions.lift(hiding=identity.key, reason="要公开", **lifting), row
    )
    assert told == "依法不得公开，不能恢复显示。"
    actions.lift(hiding=phone.key, reason="派出所值班电话", **lifting)
    row = scene.submitted(city, Publication.objects.get(pk=row.pk))
    seen = sheet(city.leader, row)
    assert seen.face.lifted == {phone.key: "派出所值班电话"}
    assert seen.face.content.zh is not None
    assert seen.face.content.zh.body == ("派出所电话0577-65812345，身份证〔证件号已隐去〕。",)
    # A step that lifts what the law forbids, however it came there, lifts nothing.
    Step.objects.create(
        publication=row, seq=99, at=row.made_at, did="lift", text=row.newest, about=identity.key
    )
    assert "19900307" not in str(sheet(city.leader, row).face.content)


def test_a_name_that_the_house_learns_later_stops_the_approval(city: City) -> None:
    matter = scene.listed(city)
    row = scene.submitted(city, scene.drafted(city, matter, body=("带队检查的是何军。",)))
    assert "何军" in str(sheet(city.leader, row).face.content)
    digest = sheet(city.leader, row).digest
    matter.assignee = city.other_officer
    matter.save()
    told = refused(Conflict, approving(city, row, city.leader, digest=digest), row)
    assert told == "须隐去的内容已变化，请退回拟稿人。"


def test_each_warning_is_answered_by_the_reviewer_before_it_is_published(city: City) -> None:
    matter = scene.listed(city, counted=7, usual=2)
    row = scene.submitted(city, scene.drafted(city, matter))
    few = [one.warning.key for one in sheet(city.leader, row).warnings]
    assert few[0].startswith("few:zh:")
    told = refused(Refusal, approving(city, row, city.leader), row)
    assert told == "请先逐条答复提示：是否可能认出当事人？"
    mine = {"publication_id": row.pk, "warning": few[0], "reason": "不涉个人"}
    refused(NotAllowed, lambda: actions.answer(by=city.programme, **mine), row)
    refused(Refusal, lambda: actions.answer(by=city.leader, **{**mine, "reason": ""}), row)
    refused(Refusal, lambda: actions.answer(by=city.leader, **{**mine, "warning": "none"}), row)
    row = scene.approved(city, row)
    answered = row.steps.filter(did="answer")
    assert sorted(one.about for one in answered) == sorted(few)
    assert {one.actor for one in answered} == {city.leader}


def test_the_words_that_the_public_reads_are_not_those_of_the_table_if_somebody_changed_it(
    city: City,
) -> None:
    row = scene.approved(city)
    edition = Edition.objects.get(publication=row)
    changed = {**edition.content, "zh": {**edition.content["zh"], "lead": "已经整改"}}
    with pytest.raises(TypeError):
        Edition.objects.filter(pk=edition.pk).update(content=changed)
    QuerySet.update(Edition.objects.filter(pk=edition.pk), content=changed)
    with pytest.raises(NotFound, match="哈希值不符"):
        public.read(str(row.number))
    assert public.search()[0] == []


def test_no_admin_page_knows_these_tables() -> None:
    ours = {Publication, Text, Edition, Step}
    assert not ours & set(admin.site._registry)


def test_only_what_was_redacted_stands_in_clear(city: City) -> None:
    row = scene.submitted(city, scene.drafted(city, body=("王秀英住3幢401室",)))
    text = Text.objects.get(publication=row, seq=row.newest)
    assert "王秀英".encode() not in bytes(text.sealed)
    assert text.content.zh is not None
    assert text.content.zh.body == ("王秀英住3幢401室",)
    assert "401" not in str(applied(text.content, text.places))


def test_a_source_of_no_series_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    sources.require_series()
    lost = replace(sources.source_of("listing"), series="bord")
    monkeypatch.setitem(sources._SOURCES, "listing", lost)
    with pytest.raises(ValueError, match="bord"):
        sources.require_series()
