"""A prepared query gives what the query itself gives, and nobody prepares one that it does not fit."""

from typing import Any

import pytest
from django.db.models import F, Q
from tests.personas import City

from anmin.evidence.prepared import Prepared
from anmin.matters.models import Contact, Entry, Matter


def test_it_gives_the_rows_of_its_key_in_their_order(
    city: City, django_assert_num_queries: Any
) -> None:
    first, second = city.incident(), city.incident()
    newest_first = Prepared(lambda pk: Entry.objects.filter(matter_id=pk).order_by("-seq"))
    for matter in (first, second, first):
        with django_assert_num_queries(1):
            rows = newest_first(matter.pk)
        assert rows == list(Entry.objects.filter(matter_id=matter.pk).order_by("-seq"))
        assert rows[0].payload == Entry.objects.get(pk=rows[0].pk).payload
    assert newest_first(0) == []


def test_words_and_bytes_are_keys_too_and_a_key_may_stand_in_it_twice(city: City) -> None:
    first, second = city.incident(), city.incident()
    numbered = Prepared(lambda number: Matter.objects.filter(number=number), like="")
    assert numbered.one(second.number) == second
    assert numbered.one("JQ-1' OR 1=1 --") is None
    either = Prepared(lambda word: Matter.objects.filter(Q(number=word) | Q(place=word)), like="")
    assert either.one(first.number) == first
    sealed = Prepared(lambda mark: Contact.objects.filter(fingerprint=mark), like=b"")
    for contact in Contact.objects.all():
        assert contact in sealed(bytes(contact.fingerprint))
    assert Contact.objects.count() == 2


def test_what_is_annotated_comes_along(city: City) -> None:
    matter = city.incident()
    told = Prepared(
        lambda pk: Entry.objects.filter(matter_id=pk).annotate(number=F("matter__number"))
    )
    rows = told(matter.pk)
    assert [getattr(row, "number") for row in rows] == [matter.number] * len(rows)  # noqa: B009
    assert rows == list(Entry.objects.filter(matter_id=matter.pk))


@pytest.mark.parametrize(
    "build",
    [
        lambda _key: Matter.objects.all(),
        lambda key: Matter.objects.filter(pk=key, version=3),
    ],
)
def test_what_depends_on_something_else_is_not_prepared(city: City, build: Any) -> None:
    with pytest.raises(ValueError, match="depends on its key alone"):
        Prepared(build)(1)
