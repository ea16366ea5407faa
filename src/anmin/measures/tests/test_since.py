"""What was added to a table since the lake was refreshed, and what was written late."""

import json

import pytest
from tests.personas import City, body

from anmin.measures.since import added_since
from anmin.places.models import Unit

pytestmark = pytest.mark.django_db


def test_only_what_was_added_is_read_and_what_was_written_late(city: City) -> None:
    rows = Unit.objects.all()
    first, cursor = added_since(rows, None)
    assert first is None  # everything
    assert added_since(rows, cursor) == ((), cursor)
    made = body("WB-XX", "新单位").unit
    news, later = added_since(rows, cursor)
    assert news is not None
    assert made.pk in {row["pk"] for query in news for row in query}  # type: ignore[union-attr]
    assert added_since(rows, later) == ((), later)
    # One more row, and no later key: it was still being written the last time.
    last, number = json.loads(str(later))
    late, _now = added_since(rows, json.dumps([last, number - 1]), of="code")
    assert late is not None
    assert {row["code"] for query in late for row in query} >= {"WB-XX"}  # type: ignore[union-attr,index]
