"""Who is faster: of several who do the same in one moment one does it, and the others are told so."""

from unittest.mock import ANY

import pytest
from tests.at_once import PRESSES, at_once
from tests.personas import City

from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.publishing import actions
from anmin.publishing.models import Edition, Publication
from anmin.publishing.queries import sheet
from anmin.publishing.tests import scene


@pytest.mark.django_db(transaction=True)
def test_several_begin_and_several_approve_at_once(city: City) -> None:
    key = scene.listed(city).number

    def begin() -> object:
        return actions.begin(source="listing", key=key, by=city.programme)

    got = at_once(begin)
    assert sorted(isinstance(one, Conflict) for one in got) == [False] + [True] * (PRESSES - 1)
    row = scene.submitted(city, Publication.objects.get())
    digest = sheet(city.leader, row).digest
    for one in sheet(city.leader, row).warnings:
        actions.answer(publication_id=row.pk, warning=one.warning.key, reason="x", by=city.leader)

    def approve() -> object:
        try:
            return actions.approve(
                publication_id=row.pk, text=1, digest=digest, examined=True, by=city.leader
            )
        except Refusal as refusal:
            return refusal

    got = at_once(approve)
    published = [one for one in got if isinstance(one, Publication)]
    refused = [one for one in got if isinstance(one, NotAllowed | Conflict)]
    assert (len(published), len(refused)) == (1, PRESSES - 1)
    assert Edition.objects.get().digest == digest
    assert [one.number for one in published] == [ANY]
