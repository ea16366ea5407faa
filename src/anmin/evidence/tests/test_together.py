"""Many write at once: the numbers have no gap, nobody waits in a ring, log and rows agree."""

import threading

import pytest
from django.db import connection

from anmin.evidence.check import check
from anmin.evidence.log import atomic
from anmin.evidence.models import Head, Record
from anmin.places.models import Area, Unit

WRITERS, EACH = 6, 15


def _write(name: str, shared: list[int], problems: list[BaseException]) -> None:
    """Each transaction changes a shared area, and adds a unit that points to another one."""
    try:
        for number in range(EACH):
            mine, other = shared[number % 3], shared[(number + 1) % 3]
            with atomic():
                Area.objects.filter(pk=mine).update(households=number)
                Unit.objects.create(
                    code=f"{name}-{number}", name=name, kind="station", area_id=other
                )
                if number % 5 == 4:
                    with atomic():
                        Area.objects.select_for_update().get(pk=mine).save()
    except BaseException as problem:
        problems.append(problem)
    finally:
        connection.close()


@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_writers_meet_at_the_head_only() -> None:
    shared = [Area.objects.create(code=f"A{n}", name="地", level="town").pk for n in range(3)]
    problems: list[BaseException] = []
    threads = [
        threading.Thread(target=_write, args=(f"W{n}", shared, problems)) for n in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert Unit.objects.count() == WRITERS * EACH
    seqs = list(Record.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))
    assert Head.objects.get().size == len(seqs) == 3 + WRITERS * EACH
    assert check().findings.listed == []
