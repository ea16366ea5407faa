"""What the demo city tells besides the board: answers, penalties, figures, promises, a letter, questions, stories.

Made at the end, from the records and figures as they are then: drafted by one, approved by another.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.utils import timezone

from anmin.kernel.errors import Refusal
from anmin.people.models import Account
from anmin.places.models import Unit
from anmin.publishing import actions, knowledge, monthly, months, stories
from anmin.publishing.actions import Written
from anmin.publishing.content import content_of
from anmin.publishing.models import Publication
from anmin.publishing.queries import sheet
from anmin.publishing.sources import source_of
from anmin.surveys.models import Wave

DRAFTS, APPROVES = "sunping", "zhengju"
STATION = "RA-JH"
READ = "只说事情和单位，不涉及个人"


def publish() -> None:
    """Publish one of each, and what belongs to a month of the last month that is over."""
    month = f"{next(iter(months.over())):%Y-%m}"
    for code in monthly.MONTHLY:
        _published("monthly", f"{code}:{month}")
    for source in ("promises", "penalties"):
        _published(source, month)
    for code in (
        Wave.objects.filter(releases__isnull=False).values_list("code", flat=True).distinct()
    ):
        _published("release", code)
    for one in source_of("answer").offers(_who(DRAFTS)):
        _published("answer", one.key)
    for code in knowledge.questions():
        _published("question", code)
    for one in source_of("letter").offers(_who(DRAFTS)):
        _published("letter", one.key, LETTER)
    _stories()


def _stories() -> None:
    """One that stands, of a unit; one of a person, who took the consent back."""
    given: dict[str, Any] = {
        "by": _who(DRAFTS),
        "given_on": timezone.localdate() - timedelta(days=20),
    }
    unit = Unit.objects.filter(code=STATION).first()
    if unit is not None:
        kept = stories.consent(
            title="车棚夜巡：电动车被盗减少", unit=unit, how="单位负责人书面同意（演示）",
            form_key="demo story unit", **given,
        )  # fmt: skip
        _published("story", str(kept.pk), STORY)
    person = _who("chenli")
    taken = stories.consent(
        title="社区民警的一天",
        account=person,
        how="本人书面同意（演示）",
        form_key="demo story person",
        **given,
    )
    _published("story", str(taken.pk), DAY)
    stories.take_back(consent_id=taken.pk, by=person)


LETTER = {
    "zh": {
        "title": "致全体居民的一封信",
        "lead": "关于电动车被盗和回访满意率",
        "body": [
            "今年以来，锦湖街道部分小区车棚电动车被盗增多。我们增加了凌晨巡逻，补装了监控，被盗数量正在下降。",
            "我们承诺：每件警情有人负责、有办理时限、有答复；承诺是否兑现，每月在本网站“承诺兑现情况”中公布。",
            "请您给车辆加装第二把锁，发现可疑情况拨打110。对处理不满意的，可以在回访中如实告诉我们。",
        ],
    },
    "en": {
        "title": "A letter to everybody who lives here",
        "lead": "About stolen e-bikes, and how satisfied you are",
        "body": [
            "This year e-bikes were stolen more often from the sheds of some estates in Jinhu. We patrol before dawn now, cameras "
            "were added, and the number is falling.",
            "We promise: every call has somebody responsible, a deadline and an answer; whether we keep it is published here every "
            "month under “Promises, kept and missed”.",
            "Please use a second lock, and call 110 when something looks wrong. Where you are not satisfied, tell us when we ask.",
        ],
    },
}
STORY = {
    "zh": {
        "title": "车棚夜巡：电动车被盗减少",
        "lead": "经单位同意公开，单位可以随时撤回同意。",
        "body": [
            "居民在网上建议凌晨增加车棚巡逻。派出所采纳建议，每晚安排两班巡逻，并把结果告诉了建议人。",
            "依据：建议办理记录和每月公布的统计数据。",
        ],
    },
    "en": {
        "title": "Watching the sheds at night: fewer e-bikes stolen",
        "lead": "Told with the consent of the unit, which may take it back at any time.",
        "body": [
            "A resident proposed on this website that the sheds be watched before dawn. The station did so, twice a night, and told "
            "who had proposed it what came of it.",
            "It rests on the record of the suggestion and on the figures of each month.",
        ],
    },
}


DAY = {
    "zh": {
        "title": "社区民警的一天",
        "lead": "经本人同意刊登；本人可随时撤回。",
        "body": ["上午走访两户独居老人，下午调解一起楼上漏水，晚上在小区门口说防骗。"],
    },
    "en": {
        "title": "A day of a community officer",
        "lead": "Told with the officer's consent, which may be taken back at any time.",
        "body": [
            "Two visits to people who live alone in the morning, a leak between two floors settled in the afternoon, and in the "
            "evening a talk at the gate about fraud."
        ],
    },
}


def _published(source: str, key: str, text: Mapping[str, Any] | None = None) -> Publication | None:
    """Drafted by one person, approved by another; whoever is concerned leaves it to a third."""
    with suppress(Refusal):
        row = actions.begin(
            source=source,
            key=key,
            by=_who(DRAFTS),
            written=Written(content_of(text)) if text else None,
            form_key=f"demo:{source}:{key}",
        )
        row = actions.submit(publication_id=row.pk, by=_who(DRAFTS))
        reviewer = _who(APPROVES)
        for one in sheet(reviewer, row).warnings:
            actions.answer(publication_id=row.pk, warning=one.warning.key, reason=READ, by=reviewer)
        digest = sheet(reviewer, row).digest
        return actions.approve(
            publication_id=row.pk, text=row.newest, digest=digest, examined=True, by=reviewer
        )
    return None


def _who(username: str) -> Account:
    return Account.objects.get(username=username)
