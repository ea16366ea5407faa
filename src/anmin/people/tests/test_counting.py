"""A count on every page: put together once for each person, and always of now."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from anmin.people.actions import add_account
from anmin.people.counting import NOW, counted
from anmin.people.models import Account, Role
from anmin.places.queries import steady

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _one_request() -> Iterator[None]:
    with steady():
        yield


def test_it_is_put_together_once_and_counts_what_there_is_at_the_moment(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    one, other = (
        add_account(username=name, role=Role.ANALYST) for name in ("counted-one", "counted-two")
    )
    start, asked = timezone.now(), []

    def added_by(account: Account) -> QuerySet[Account]:
        asked.append(account.username)
        return Account.objects.filter(username__startswith="counted", created_at__lte=NOW)

    def count(account: Account, now: datetime) -> int:
        return counted(account, "test", lambda: added_by(account), now=now, limit=3)

    assert count(one, start) == 2
    add_account(username="counted-three", role=Role.ANALYST)
    with django_assert_num_queries(1):
        assert count(one, timezone.now()) == 3
    assert count(one, start - timedelta(days=1)) == 0
    assert asked == ["counted-one"]
    assert count(other, start) == 2
    one.role = Role.INSPECTOR
    assert count(one, start) == 2
    assert asked == ["counted-one", "counted-two", "counted-one"]


def test_it_stops_at_the_limit_and_asks_nothing_that_finds_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    reader = add_account(username="reader", role=Role.ANALYST)
    for n in range(3):
        add_account(username=f"many-{n}", role=Role.ANALYST)
    rows = Account.objects.filter(username__startswith="many")
    assert counted(reader, "many", lambda: rows, limit=2) == 2
    assert counted(reader, "none", Account.objects.none, limit=2) == 0
    with django_assert_num_queries(0):
        assert counted(reader, "none", Account.objects.none, limit=2) == 0
