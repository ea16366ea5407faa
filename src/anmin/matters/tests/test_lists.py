"""What a list shows, page by page, and to whom."""

from datetime import timedelta

from django.utils import timezone
from tests.personas import City

from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.queries import VIEWS, Filters, list_matters, matters_for
from anmin.places.models import Unit


def walk(account: object, filters: Filters, limit: int) -> list[int]:
    """The whole list, read page by page to its end, and back again to its start."""
    page = list_matters(account, filters, limit=limit)
    found = [row.id for row in page.rows]
    while page.older:
        page = list_matters(account, filters, cursor=page.older, limit=limit)
        found += [row.id for row in page.rows]
    back = [row.id for row in page.rows]
    while page.newer:
        page = list_matters(account, filters, cursor=page.newer, back=True, limit=limit)
        back = [row.id for row in page.rows] + back
    assert back == found
    return found


def test_a_list_over_several_units_is_one_list(city: City) -> None:
    window = Unit.objects.create(
        code="RA-JH-CK", name="锦湖户籍窗口", kind="window", parent=city.jinhu
    )
    desk = Unit.objects.create(
        code="RA-JH-JW", name="锦湖警务站", kind="station", parent=city.jinhu
    )
    now = timezone.now()
    for n in range(30):
        # Several at one moment, so that only the id tells them apart.
        city.incident(
            key=f"m{n}",
            unit=(city.jinhu, window, desk, city.yuhai)[n % 4],
            category=("theft", "noise")[n % 2],
            opened_at=now - timedelta(minutes=n // 5),
        )
    for filters in (
        Filters(view="all"),
        Filters(view="all", category="noise"),
        Filters(view="all", since=timezone.localdate(now)),
        Filters(view="all", unit_id=window.pk),
    ):
        rows = matters_for(city.officer)
        if filters.category:
            rows = rows.filter(category=filters.category)
        if filters.unit_id:
            rows = rows.filter(unit_id=filters.unit_id)
        if filters.since:
            rows = rows.filter(opened_at__date__gte=filters.since)
        expected = list(rows.order_by("-opened_at", "-pk").values_list("pk", flat=True))
        assert expected
        assert walk(city.officer, filters, 4) == expected
    assert set(walk(city.officer, Filters(), 7)) == set(
        Matter.objects.exclude(unit=city.yuhai).values_list("pk", flat=True)
    )


def test_an_area_stands_for_everything_below_it(city: City) -> None:
    below = city.incident(key="below")
    itself = city.incident(key="itself", area=city.town)
    city.incident(key="elsewhere", area=city.yuhai_town)
    assert set(walk(city.inspector, Filters(area_id=city.town.pk), 5)) == {below.pk, itself.pk}
    assert walk(city.inspector, Filters(area_id=city.wenhua.pk), 5) == [below.pk]


def test_what_is_soon_due_is_neither_late_nor_far_off(city: City) -> None:
    now = timezone.now()
    soon, far, late = (city.incident(key=key) for key in "abc")
    for matter, due in (
        (soon, now + timedelta(minutes=5)),
        (far, now + timedelta(days=9)),
        (late, now - timedelta(minutes=1)),
    ):
        Matter.objects.filter(pk=matter.pk).update(due_at=due)
    seen = {view: set(walk(city.officer, Filters(view=view), 10)) for view in VIEWS[:4]}
    every = {soon.pk, far.pk, late.pk}
    assert seen == {"live": every, "mine": set(), "late": {late.pk}, "at_risk": {soon.pk}}


def test_a_list_of_one_kind_has_all_of_that_kind(city: City) -> None:
    incident = city.incident()
    order = city.incident(
        kind="rectification", category="", contact=None, actor=Actor.system("callbacks")
    )
    for matter in (incident, order):
        assert walk(city.inspector, Filters(view="all", kind=matter.kind), 10) == [matter.pk]
