"""What the demo city tells besides the board: answers, penalties, figures, promises, a letter, questions, stories.

Made at the end, from the records and figures as they are then: drafted by one, approved by another.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.utils import timezone

from anmin.kernel.errors import Refusal
from anmin.people.models import Account
from anmin.places.models import Unit
from anmin.publishing import actions, knowledge, monthly, months, stories
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
        _published("letter", one.key)
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
        _published("story", str(kept.pk))
    person = _who("chenli")
    taken = stories.consent(
        title="社区民警的一天",
        account=person,
        how="本人书面同意（演示）",
        form_key="demo story person",
        **given,
    )
    _published("story", str(taken.pk))
    stories.take_back(consent_id=taken.pk, by=person)


def _published(source: str, key: str) -> Publication | None:
    """Drafted by one person, approved by another; whoever is concerned leaves it to a third."""
    with suppress(Refusal):
        row = actions.begin(
            source=source, key=key, by=_who(DRAFTS), form_key=f"demo:{source}:{key}"
        )
        row = actions.submit(publication_id=row.pk, by=_who(DRAFTS))
        reviewer = _who(APPROVES)
        for one in sheet(reviewer, row).warnings:
            actions.answer(publication_id=row.pk, warning=one.warning.key, reason=READ, by=reviewer)
        digest = sheet(reviewer, row).digest
        return actions.approve(publication_id=row.pk, text=row.newest, digest=digest, by=reviewer)
    return None


def _who(username: str) -> Account:
    return Account.objects.get(username=username)
