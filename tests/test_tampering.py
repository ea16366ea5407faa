"""Forty changes by somebody with the database but without the keys: each found, named and dated.

One city, made by the actions that people use; then each change by plain SQL, looked for, undone.
Changes that touch no table in common are made at once and looked for at once, each by its own row.
"""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from anmin.evidence.evidenced import shapes
from anmin.evidence.findings import What
from anmin.evidence.log import atomic
from anmin.evidence.models import Head
from anmin.people.actions import roster_duty
from anmin.people.models import Account
from anmin.people.roles import Role
from tests.tampering import Undo, findings_now, in_groups, live, outcomes, run
from tests.tampering_matters import MATTERS
from tests.tampering_publishing import PUBLISHING, published
from tests.tampering_rooms import ROOMS

CHANGES = [*MATTERS, *ROOMS, *PUBLISHING]
DAMAGE = [
    ("the head restored to an older one", What.HEAD_ALTERED, ["OLDER HEAD"]),
    ("a record removed", What.RECORD_MISSING, ["DELETE FROM evidence_record WHERE seq = 9"]),
    (
        "the tail of the log",
        What.RECORD_MISSING,
        ["DELETE FROM evidence_record WHERE seq > (SELECT size - 3 FROM evidence_head)"],
    ),
    (
        "a record's body",
        What.RECORD_ALTERED,
        [
            "UPDATE evidence_record SET body = (SELECT body FROM evidence_record WHERE seq = 8) WHERE seq = 9"
        ],
    ),
    (
        "a record's time",
        What.RECORD_ALTERED,
        [
            "UPDATE evidence_record SET at = (SELECT at FROM evidence_record WHERE seq = 8) WHERE seq = (SELECT size - 1 FROM evidence_head)"
        ],
    ),
    (
        "two records swapped",
        What.RECORD_ALTERED,
        [
            "UPDATE evidence_record SET seq = 99999999 WHERE seq = 8",
            "UPDATE evidence_record SET seq = 8 WHERE seq = 9",
            "UPDATE evidence_record SET seq = 9 WHERE seq = 99999999",
        ],
    ),
    ("the whole log", What.NO_LOG, ["DELETE FROM evidence_record", "DELETE FROM evidence_head"]),
]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.django_db
def test_forty_changes_are_found_named_and_dated() -> None:
    live()
    with atomic():
        published(Account.objects.filter(role=Role.ANALYST)[0], timezone.now())
    older = Head.objects.values("size", "frontier", "seal").get()
    roster_duty(
        date=timezone.now().date() + timedelta(days=9),
        unit=Account.objects.exclude(unit=None)[0].unit,  # type: ignore[arg-type]
        account=Account.objects.filter(role=Role.DUTY_LEADER)[0],
    )
    assert [one.sentence for one in findings_now()] == []
    wrong: dict[str, str] = {}
    for changes in in_groups(CHANGES, lambda one: one.touches):
        with suppress(Undo), transaction.atomic():
            wrong |= outcomes(changes)
            raise Undo
    for name, what, statements in DAMAGE:
        with suppress(Undo), transaction.atomic():
            for statement in statements:
                if statement == "OLDER HEAD":
                    Head.objects.update(**older)
                else:
                    run(statement)
            found = [one for one in findings_now() if one.what == what]
            if not found or not (found[0].at or what is What.NO_LOG):
                wrong[name] = "not found, or not dated"
            raise Undo
    assert wrong == {}
    assert [one.sentence for one in findings_now()] == []
    assert len(CHANGES) + len(DAMAGE) >= 40


def test_every_attested_table_is_tampered_with() -> None:
    changed = {change.table for change in CHANGES}
    left = {form.table for form in shapes()} - changed
    assert left <= {
        "evidence_root",  # the log's own, compared with the log
        "surveys_caseattempt",  # as attempts
        "surveys_surveylink",  # as answer links
    }
