"""What must be there before somebody asks for another person's word, or makes one of two matters."""

from dataclasses import replace
from typing import TYPE_CHECKING

from anmin.config.tests.rights_scene import WALK, Scene
from anmin.matters import approvals, merging, party_actions, registry
from anmin.matters.actions import open_matter
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.flow import Approval, Move
from anmin.matters.kind import Kind
from anmin.matters.models import Matter
from anmin.matters.parties import PartyFacts
from anmin.matters.party_roles import PartyRole
from anmin.people.models import Account
from anmin.people.roles import Role

if TYPE_CHECKING:
    from anmin.config.tests.rights_world import World

ASKING = "walked_order"


def asking_kind() -> Kind:
    """A kind with a step that a second person agrees to; none is shipped yet, so the walk brings one."""
    pattern = registry.kind_of("incident")
    longer = Move(
        "longer",
        pattern.flow.start,
        "",
        "longer",
        frozenset({Role.OFFICER, Role.DUTY_LEADER}),
        approval=Approval(by=frozenset({Role.DUTY_LEADER, Role.INSPECTOR})),
    )
    flow = replace(pattern.flow, moves=(*pattern.flow.moves, longer))
    parties = (PartyRole("guardian", "guardian", most=3),)
    return replace(
        pattern,
        code=ASKING,
        prefix="WO",
        flow=flow,
        follow_up=None,
        observe=None,
        parties=parties,
    )


def _like(world: "World", mine: str, kind: str = "") -> Matter:
    """Another matter of the same unit, and of the same kind unless that is said."""
    one = world.matters[mine]
    return open_matter(
        kind=kind or one.kind,
        actor=WALK,
        category="" if kind else one.category,
        area=one.area,
        unit=one.unit,
        summary="x",
    )


def twin(world: "World", _account: Account, mine: str) -> Scene:
    """Another matter that one may be linked with, or made part of."""
    other = _like(world, mine)
    return Scene(form={"other": other.number, "relation": "related", "reason": "x"})


def made_one(world: "World", _account: Account, mine: str) -> Scene:
    """A matter that is part of another."""
    part = _like(world, mine)
    merging.merge(matter_id=part.pk, into_id=world.matters[mine].pk, actor=WALK, reason="x")
    return Scene({"number": part.number}, {"reason": "x"})


def with_party(world: "World", _account: Account, mine: str) -> Scene:
    """A matter in which a citizen has a part; of what is sealed, none."""
    told = {"role": "guardian", "contact_name": "赵", "contact_phone": "13900001111"}
    if mine == "sealed":
        return Scene({"party": 1}, {**told, "reason": "x"})
    matter = _like(world, mine, ASKING)
    party = PartyFacts("guardian", contact=ContactFacts("李", "+8613900002222", ""))
    party_actions.name_party(matter_id=matter.pk, actor=WALK, party=party)
    return Scene({"number": matter.number, "party": 1}, {**told, "reason": "x"})


def asked_for(world: "World", _account: Account, mine: str) -> Scene:
    """A step that somebody of the unit has asked for; of what is sealed, none."""
    if mine == "sealed":
        return Scene({"request_id": 1}, {"word": "agree", "reason": "x"})
    matter = _like(world, mine, ASKING)
    officer = world.city.officer if mine == "own" else world.city.other_officer
    request = approvals.ask(matter_id=matter.pk, code="longer", actor=Actor.of(officer), reason="x")
    told = {"word": "agree", "reason": "x"}
    return Scene({"number": matter.number, "request_id": request.pk}, told)
