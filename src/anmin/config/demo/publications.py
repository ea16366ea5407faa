"""What the demo city published: the page's neighbourhood on the board, one lifted, one taken back,
one that named a person and was refused, one that waits for another person.

Each is made on its day, from the records as they are on that day, by the people whose steps they are.
"""

from contextlib import suppress

from anmin.kernel.errors import Refusal
from anmin.matters.models import Matter
from anmin.people.models import Account
from anmin.publishing import actions
from anmin.publishing.content import Content, content_of
from anmin.publishing.ending import look_again, remind
from anmin.publishing.models import Publication
from anmin.publishing.queries import sheet
from anmin.publishing.sources import source_of

ESTATE_TITLE = "小区盗窃多发"
MARKET, BEND = "批发市场扒窃多发", "弯道事故多发"
ROOMS, SHEDS = "棋牌室赌博举报增多", "安置房小区电瓶被盗"
NAMED = "棋牌室经营者叶老三屡教不改，其子在市第二小学读书。"
WATCH = "群众可拨打社区警务室电话0577-65801234反映情况。"
READ = "只说地点和单位，不涉及个人"


def on_day(ago: int) -> None:
    """What was published, or written, so many days ago; where the days are fewer, nothing."""
    look_again()
    for days, act in (
        (103, _market),
        (56, _estate),
        (49, _market_lifted),
        (45, _bend),
        (30, _bend_taken_back),
        (12, _estate_corrected),
        (6, _rooms_refused),
        (3, _sheds_wait),
    ):
        if days == ago:
            with suppress(Refusal, Matter.DoesNotExist, Publication.DoesNotExist):
                act()
    remind()


def _who(username: str) -> Account:
    return Account.objects.get(username=username)


def _begun(summary: str) -> Publication:
    matter = Matter.objects.filter(kind="listing", summary=summary)[:1].get()
    return actions.begin(source="listing", key=matter.number, by=_who("sunping"))


def _of(summary: str) -> Publication:
    matter = Matter.objects.filter(kind="listing", summary=summary)[:1].get()
    return Publication.objects.get(source="listing", key=matter.number)


def _published(row: Publication, by: str = "zhengju") -> Publication:
    reviewer = _who(by)
    row = actions.submit(publication_id=row.pk, by=_who("sunping"))
    for one in sheet(reviewer, row).warnings:
        actions.answer(publication_id=row.pk, warning=one.warning.key, reason=READ, by=reviewer)
    digest = sheet(reviewer, row).digest
    return actions.approve(
        publication_id=row.pk, text=row.newest, digest=digest, examined=True, by=reviewer
    )


def _changed(content: Content, zh: str, en: str, *, lines: tuple[str, ...] = ()) -> Content:
    """A text with what a correction says of itself, or with further lines."""
    data = content.model_dump(mode="json")
    data["zh"] |= {"change": zh, "body": [*data["zh"]["body"], *lines]}
    data["en"] |= {"change": en}
    return content_of(data)


def _revised(row: Publication, content: Content) -> Publication:
    return actions.revise(
        publication_id=row.pk, written=actions.Written(content), by=_who("sunping")
    )


def _estate() -> None:
    row = _published(_begun(ESTATE_TITLE))
    actions.clip(
        publication_id=row.pk,
        outlet="瑞安日报（演示）",
        on=row.published_at.date() if row.published_at else row.made_at.date(),
        by=_who("sunping"),
        form_key="demo",
    )


def _market() -> None:
    _published(_begun(MARKET), by="wumin")


def _market_lifted() -> None:
    """The market was taken off the list: the text says so from now on."""
    row = _of(MARKET)
    made = source_of("listing").draft(row.key).content
    zh, en = "该地点已整改到位并摘牌。", "It was put right and taken off the list."
    _published(_revised(row, _changed(made, zh, en)))


def _bend() -> None:
    _published(_begun(BEND))


def _bend_taken_back() -> None:
    row = _of(BEND)
    note = "事故起数误将邻近路段计入，重新核对后再发布。"
    actions.withdraw(publication_id=row.pk, why="mistake", note=note, by=_who("zhengju"))


def _estate_corrected() -> None:
    row = _of(ESTATE_TITLE)
    made = source_of("listing").draft(row.key).content
    zh = "补充了已完成的整改事项。"
    _published(_revised(row, _changed(made, zh, "What was reached since was added.")))


def _rooms_refused() -> None:
    """A text that names a person comes back from whoever reads it."""
    row = _begun(ROOMS)
    row = _revised(row, _changed(sheet(_who("sunping"), row).text.content, "", "", lines=(NAMED,)))
    row = actions.submit(publication_id=row.pk, by=_who("sunping"))
    reason = "写到了具体的人和孩子的学校。曝光台只说地点和责任单位，请改写。"
    actions.refuse(publication_id=row.pk, reason=reason, by=_who("wumin"))


def _sheds_wait() -> None:
    """It waits for another person; a telephone of the house is asked to be shown."""
    row = _begun(SHEDS)
    row = _revised(row, _changed(sheet(_who("sunping"), row).text.content, "", "", lines=(WATCH,)))
    for one in sheet(_who("sunping"), row).face.hidings:
        if one.rule == "phone":
            actions.lift(
                publication_id=row.pk,
                hiding=one.key,
                reason="社区警务室的公开值班电话",
                by=_who("sunping"),
            )
    actions.submit(publication_id=row.pk, by=_who("sunping"))
