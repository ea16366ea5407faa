"""What each role may do: the reviewed tables, cell by cell, and what they must never say."""

import csv
from itertools import product
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

from anmin.kernel.errors import NotAllowed
from anmin.people import policy
from anmin.people.models import Account
from anmin.people.policy import Capability, can, require, unit_scope
from anmin.people.roles import Role
from anmin.people.tests.conftest import Bureau
from anmin.places.models import Unit


def table(name: str) -> list[dict[str, str]]:
    with (policy.FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.django_db
@pytest.mark.parametrize(("row", "role"), list(product(table("capabilities.csv"), Role)))
def test_every_cell_of_the_table_is_what_happens(row: dict[str, str], role: Role) -> None:
    street = Unit.objects.create(code="WB", name="锦湖街道办事处", kind="town")
    person = Account(username="x", role=role, unit_id=street.pk if role == Role.PARTNER else None)
    if policy.role_table()[role].reach == policy.Reach.UNIT:
        person.unit = Unit.objects.create(code="RA", name="瑞安市公安局", kind="bureau")
    capability = Capability(row["capability"])
    allowed = row[role] == "yes"
    assert can(person, capability) is allowed
    if allowed:
        require(person, capability)
    else:
        with pytest.raises(NotAllowed):
            require(person, capability)
    person.is_active = False
    assert not can(person, capability)


@pytest.mark.parametrize("capability", Capability)
def test_strangers_may_do_nothing(capability: Capability) -> None:
    assert not can(None, capability)
    assert not can(AnonymousUser(), capability)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.CLERK, Role.DUTY_LEADER])
@pytest.mark.parametrize(
    "capability",
    [Capability.PLAN_CALLBACKS, Capability.WORK_CALLBACKS, Capability.CHECK_CALLBACKS],
)
def test_those_who_are_rated_never_touch_the_rating(role: Role, capability: Capability) -> None:
    assert capability not in policy.capability_table()[role]


@pytest.mark.parametrize(
    "capability",
    [Capability.VIEW_MATTERS, Capability.REVEAL_CONTACT, Capability.SEARCH_PHONE],
)
def test_the_administrator_sees_no_citizen(capability: Capability) -> None:
    assert capability not in policy.capability_table()[Role.ADMIN]


@pytest.mark.parametrize("role", Role)
def test_whoever_sees_contacts_needs_a_second_factor(role: Role) -> None:
    if policy.capability_table()[role] & policy.SHOWS_CONTACTS:
        assert policy.role_table()[role].second_factor


def test_every_role_sees_as_far_as_the_table_says(bureau: Bureau) -> None:
    lane = Unit.objects.create(code="RA-JH-CK", name="户籍窗口", kind="window", parent=bureau.jinhu)
    expected = {row["role"]: row["scope"] for row in table("roles.csv")}
    for role, person in bureau.people.items():
        scope = unit_scope(person)
        assert scope.everything is (expected[role] == "everything")
        assert (bureau.yuhai.pk in scope) is (expected[role] == "everything")
        assert (lane.pk in scope) is (expected[role] in {"everything", "unit"} and role != "admin")
    assert unit_scope(bureau.duty_leader).unit_ids == {bureau.jinhu.pk, lane.pk}
    shown = unit_scope(bureau.officer).narrow(Unit.objects.all(), "id")
    assert set(shown) == {bureau.jinhu, lane}
    assert unit_scope(bureau.inspector).narrow(Unit.objects.all(), "id").count() == 5
    assert not unit_scope(bureau.admin).narrow(Unit.objects.all(), "id").exists()


def test_without_a_unit_there_is_nothing_to_see(bureau: Bureau) -> None:
    bureau.officer.unit = None
    assert unit_scope(bureau.officer) == policy.Scope()
    assert not can(bureau.officer, Capability.VIEW_MATTERS)
    bureau.inspector.is_active = False
    assert unit_scope(bureau.inspector) == policy.Scope()
    assert unit_scope(None) == policy.Scope()


@pytest.mark.parametrize("role", Role)
def test_a_unit_out_of_service_leaves_nothing_to_who_sees_only_that(
    bureau: Bureau, role: Role
) -> None:
    person = bureau.people[role]
    before = (policy.capabilities_of(person), unit_scope(person))
    assert policy.works(person)
    for unit in (bureau.jinhu, bureau.bureau, bureau.partner.unit):
        assert unit is not None
        unit.active = False
        unit.save()
    if policy.role_table()[role].reach in (policy.Reach.UNIT, policy.Reach.BODY):
        assert not policy.works(person)
        assert (policy.capabilities_of(person), unit_scope(person)) == (set(), policy.Scope())
    else:
        assert (policy.capabilities_of(person), unit_scope(person)) == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("roles.csv", ",30,12", ",0,12"),
        ("roles.csv", ",30,12", ",half,12"),
        ("roles.csv", ",30,12", ",,12"),
        ("roles.csv", ",30,12", ",30,25"),
        ("roles.csv", ",30,12", ",90,1"),
        ("capabilities.csv", "view_matters,", "view_everything,"),
        ("capabilities.csv", "assign_matters,", "view_matters,"),
        ("capabilities.csv", ",operator,", ",caller,"),
        ("capabilities.csv", ",yes,", ",ja,"),
        ("roles.csv", "operator,", "caller,"),
        ("roles.csv", "everything", "the_world"),
        ("roles.csv", "unit,yes", "unit,no"),
        ("roles.csv", "none,yes", "none,maybe"),
    ],
)
def test_a_wrong_table_stops_the_start(
    file: str, old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("capabilities.csv", "roles.csv"):
        text = (policy.FOLDER / name).read_text()
        if name == file:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(policy, "FOLDER", tmp_path)
    policy.capability_table.cache_clear()
    policy.role_table.cache_clear()
    try:
        with pytest.raises(ValueError, match=r"csv|Reach|valid|idle"):
            policy.role_table()
    finally:
        policy.capability_table.cache_clear()
        policy.role_table.cache_clear()
