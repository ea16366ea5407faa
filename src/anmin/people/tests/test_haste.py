"""What is written by the way makes nothing else of its transaction impatient."""

import pytest
from django.db import DatabaseError, connection, transaction

from anmin.people.haste import hastily
from anmin.people.limits import Limit, take


def patience() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer anyway")
@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_as_patient_after_a_hasty_count_as_before() -> None:
    with transaction.atomic():
        before = patience()
        with hastily():
            assert patience() == "300ms"
        assert patience() == before
        take("something", limit=Limit(1, 60))
        assert patience() == before
        with pytest.raises(DatabaseError), hastily(), connection.cursor() as cursor:
            cursor.execute("SELECT nothing")
        assert patience() == before
