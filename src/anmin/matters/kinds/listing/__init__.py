"""挂牌整治: a place with too many offences is listed in public until what is missing is there."""

from datetime import date, datetime, time

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.matters.checks import Found, points_of
from anmin.matters.clock import Clock, Extension
from anmin.matters.data_rights import ARCHIVED
from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Approval, Flow, Move, Stage, State, Text
from anmin.matters.guards import by_now, no_open_children
from anmin.matters.kind import Board, Figure, Kind, Public, Retention
from anmin.matters.kinds.listing.details import CHECKLISTS, ListingDetails
from anmin.matters.outcome import Outcome
from anmin.matters.party_roles import PartyRole, Who
from anmin.matters.reckoning import reckoner
from anmin.matters.registry import register
from anmin.people.listing import listed
from anmin.people.roles import Role
from anmin.places.queries import responsible_unit

OFFICE = frozenset({Role.PROGRAMME})
STATION = frozenset({Role.DUTY_LEADER})
HEAD = frozenset({Role.LEADER})
ON_THE_BOARD = ("listed", "inspected", "checked_once", "checked_twice")


def heard(matter: MatterFacts) -> Text | None:
    """Nobody is listed before the bodies replied, or had the time to."""
    if matter.details.get("reply"):
        return None
    told = matter.details.get("told_on")
    if not told:
        return _("Tell the bodies that answer for the place first; they may reply.")
    begun = datetime.combine(date.fromisoformat(told), time(12), timezone.get_current_timezone())
    until = reckoner()("listing.reply", begun).at
    if timezone.now() > until:
        return None
    days = settings.RULES.get("listing.reply", timezone.localdate(begun)).value
    return _("The bodies have %(days)s working days to reply.") % {"days": days}


def looked_over(matter: MatterFacts) -> Text | None:
    """A joint inspection has looked at every checklist."""
    missing = [_TITLES[name] for name in CHECKLISTS if not matter.details.get(name)]
    if not missing:
        return None
    return _("Not looked at yet: %(lists)s.") % {"lists": listed(missing)}


def nothing_lacking(matter: MatterFacts) -> Text | None:
    """A place leaves the list when no checklist says that something is lacking."""
    lacking = [
        _TITLES[name] for name in CHECKLISTS if points_of(matter.details.get(name), Found.LACKING)
    ]
    if not lacking:
        return None
    return _("Still lacking by the checklists: %(lists)s.") % {"lists": listed(lacking)}


_TITLES = {name: ListingDetails.model_fields[name].title for name in CHECKLISTS}

FLOW = Flow(
    start="prepared",
    states={
        "prepared": State(Stage.OPEN, _("Listing prepared")),
        "notified": State(Stage.WAITING, _("Bodies told, reply possible")),
        "listed": State(Stage.WORKING, _("On the list")),
        "inspected": State(Stage.WORKING, _("Inspected jointly")),
        "checked_once": State(Stage.WORKING, _("Checked by the community")),
        "checked_twice": State(Stage.WORKING, _("Checked by the town or subdistrict")),
        "delisted": State(Stage.DONE, _("Taken off the list")),
        "spared": State(Stage.DECLINED, _("Not listed")),
    },
    moves=(
        Move(
            "notify",
            "prepared",
            "notified",
            _("Tell the bodies that answer for it"),
            OFFICE,
            needs=("bodies", "told_on"),
            guards=(by_now("told_on"),),
        ),
        Move(
            "hear",
            "notified",
            "",
            _("Record their reply"),
            OFFICE,
            needs=("reply",),
            public=False,
        ),
        Move(
            "list",
            "notified",
            "listed",
            _("List it"),
            OFFICE,
            needs=("board_number", "lacks"),
            stamps="listed_at",
            guards=(heard,),
            approval=Approval(by=HEAD),
        ),
        Move(
            "spare",
            ("prepared", "notified"),
            "spared",
            _("Do not list it"),
            OFFICE,
            needs=("note",),
        ),
        Move(
            "reach",
            "listed",
            "",
            _("Record what was reached"),
            OFFICE | STATION,
            needs=("milestone", "milestone_on"),
            guards=(by_now("milestone_on"),),
        ),
        Move(
            "look_over",
            "listed",
            "",
            _("Fill in the checklists"),
            OFFICE | STATION,
            takes=CHECKLISTS,
            public=False,
        ),
        Move(
            "inspect",
            "listed",
            "inspected",
            _("Record the joint inspection"),
            OFFICE,
            needs=("inspected_on", "inspection"),
            guards=(by_now("inspected_on"), looked_over),
        ),
        Move(
            "go_on",
            ("inspected", "checked_once", "checked_twice"),
            "listed",
            _("Something is still missing"),
            OFFICE,
            needs=("note",),
        ),
        Move(
            "check_first",
            "inspected",
            "checked_once",
            _("The community has checked it"),
            OFFICE | STATION,
            needs=("community_checked_on",),
            guards=(by_now("community_checked_on"),),
        ),
        Move(
            "check_second",
            "checked_once",
            "checked_twice",
            _("The town or subdistrict has checked it"),
            OFFICE,
            needs=("town_checked_on",),
            guards=(by_now("town_checked_on"),),
        ),
        Move(
            "delist",
            "checked_twice",
            "delisted",
            _("Take it off the list"),
            OFFICE,
            needs=("result",),
            stamps="delisted_at",
            guards=(no_open_children, nothing_lacking),
            outcomes=(Outcome.FIXED,),
            approval=Approval(by=HEAD),
        ),
        Move(
            "extend",
            ON_THE_BOARD,
            "",
            _("Keep it on the list for longer"),
            OFFICE,
            needs=("extension_reason",),
            extends="term",
            approval=Approval(by=HEAD),
        ),
    ),
)

register(
    Kind(
        code="listing",
        prefix="GP",
        label=_("Listing of a place"),
        details=ListingDetails,
        flow=FLOW,
        clocks=(
            Clock(
                "decide",
                _("Decision whether it is listed"),
                "listing.decide",
                stops=frozenset({"listed", "spared"}),
                counted=True,
            ),
            Clock(
                "term",
                _("Put right and taken off the list"),
                "listing.term",
                stops=frozenset({"delisted"}),
                starts="listed",
                extension=Extension("listing.extension"),
                promise=True,
            ),
        ),
        owner=responsible_unit,
        opened_by=OFFICE,
        asks=("ground", "case"),
        unasked=frozenset({"contact"}),
        children=("listing_order",),
        lists=True,
        parties=(
            PartyRole("responsible", _("Police unit in charge"), who=frozenset({Who.UNIT}), most=9),
        ),
        public=Public(
            fields=("ground", "counted", "usual", "since", "lacks", "listed_at", "delisted_at"),
            when=frozenset({*ON_THE_BOARD, "delisted"}),
        ),
        board=Board(
            listed=frozenset(ON_THE_BOARD),
            lifted=frozenset({"delisted"}),
            since="since",
            counted="counted",
            usual="usual",
            ground="ground",
            bodies="bodies",
            lacks="lacks",
            listed_at="listed_at",
            lifted_at="delisted_at",
            due="term",
            milestone="milestone",
            reached="milestone_on",
            reply="reply",
            result="result",
        ),
        retention=Retention(
            "listing.retention",
            duty=ARCHIVED,
            keeps=frozenset({"case", "bodies", "milestone", "inspection", "result"}),
        ),
        figures=(
            Figure(
                "delisted",
                _("Listed places taken off the list"),
                _("Of the places that were listed, those that were taken off the list since."),
                of=lambda rows: rows.state == "delisted",
                among=lambda rows: rows.listed_at.notnull(),
            ),
        ),
    )
)
