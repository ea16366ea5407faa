"""The register of property: its facts, states and steps. Declared; ``registers`` does the rest."""

from datetime import date, datetime
from typing import Annotated

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from anmin.matters.kind import Details, fact
from anmin.property.policy import REGISTER, require_step
from anmin.registers.declaration import Handing, Register, Standing, declare
from anmin.registers.holders import Hand

PERSON, STORE, OUTSIDE = (frozenset({one}) for one in (Hand.PERSON, Hand.STORE, Hand.OUTSIDE))


class PropertyDetails(Details):
    """What is known of one thing. Money is in whole yuan."""

    sort: str = fact(_("Class"), "", terms="property_sorts")
    title: str = fact(_("What it is"), "", longest=80)
    brand: str = fact(_("Brand"), "", longest=40)
    colour: str = fact(_("Colour"), "", terms="property_colours")
    description: str = fact(_("Description and marks"), "", longest=1000)
    serials: Annotated[list[str], Field(max_length=10)] = fact(
        _("Serial numbers, plates"), factory=list
    )
    value: Annotated[int, Field(ge=0, le=10**11)] | None = fact(_("Value, in yuan"))
    value_source: str = fact(_("Value known from"), "", terms="property_value_sources")
    valued_on: date | None = fact(_("Valued on"))
    procedure: str = fact(_("Kind of case"), "", terms="property_procedures")
    case_number: str = fact(_("Case number"), "", longest=64)
    found_place: str = fact(_("Where it was found"), "", longest=200)
    investigator: str = fact(_("Seized by"), "", longest=64)
    custody_ground: str = fact(
        _("Why the time to the keeper begins later"), "", terms="property_custody_grounds"
    )
    custody_from: datetime | None = fact(_("Time to the keeper begins"))
    keep_by: datetime | None = fact(_("To be with the keeper by"))
    kept_at: datetime | None = fact(_("Handed over to the keeper"))
    unrelated_on: date | None = fact(_("Found to have nothing to do with the case on"))
    unrelated_why: str = fact(_("What shows that"), "", longest=200)
    release_by: date | None = fact(_("To be released by"))
    noticed_on: date | None = fact(_("Owner told or announced on"))
    notice: str = fact(_("How it was announced"), "", longest=200)
    unclaimed_from: date | None = fact(_("Nobody's property after"))
    extended: bool | None = fact(_("Time for the owner extended"))


KNOWN = ("title", "brand", "colour", "description", "serials", "case_number", "found_place")
PROPERTY = declare(
    Register(
        code=REGISTER,
        prefix="CW",
        label=_("Property"),
        details=PropertyDetails,
        states={
            "seized": Standing(_("With whoever seized it"), live=True, tone="open"),
            "kept": Standing(_("In store"), live=True, tone="working"),
            "out": Standing(_("Taken out"), live=True, tone="waiting"),
            "returned": Standing(_("Given back"), live=False, tone="done"),
            "treasury": Standing(_("Handed over to the treasury"), live=False, tone="declined"),
            "with_case": Standing(_("Handed over with the case"), live=False, tone="declined"),
            "destroyed": Standing(_("Destroyed"), live=False, tone="withdrawn"),
        },
        steps=(
            Handing(
                "keep",
                ("seized",),
                "kept",
                _("Take into the store"),
                PERSON,
                STORE,
                stamps="kept_at",
            ),
            Handing("move", ("kept",), "kept", _("Move to another store"), STORE, STORE, told=True),
            Handing(
                "take_out", ("kept",), "out", _("Give out of the store"), STORE, PERSON, told=True
            ),
            Handing("bring_back", ("out",), "kept", _("Take back into the store"), PERSON, STORE),
            Handing(
                "value",
                ("seized", "kept", "out"),
                "",
                _("Value it"),
                needs=("value", "value_source", "valued_on"),
            ),
            Handing(
                "describe",
                ("seized", "kept", "out"),
                "",
                _("Describe it better"),
                takes=KNOWN,
                told=True,
            ),
            Handing(
                "announce",
                ("seized", "kept", "out"),
                "",
                _("Record the notice or announcement"),
                needs=("noticed_on", "notice"),
                takes=("unclaimed_from",),
            ),
            Handing(
                "unrelated",
                ("seized", "kept", "out"),
                "",
                _("Record that it has nothing to do with the case"),
                needs=("unrelated_on", "unrelated_why"),
                takes=("release_by",),
            ),
            Handing(
                "extend", ("kept",), "", _("Wait longer"), needs=("unclaimed_from", "extended")
            ),
            Handing("return", ("kept",), "returned", _("Give it back"), STORE, OUTSIDE),
            Handing(
                "treasury", ("kept",), "treasury", _("Hand over to the treasury"), STORE, OUTSIDE
            ),
            Handing(
                "with_case", ("kept",), "with_case", _("Hand over with the case"), STORE, OUTSIDE
            ),
            Handing("destroy", ("kept",), "destroyed", _("Destroy"), STORE, OUTSIDE),
        ),
        asks=("sort", "title", "procedure", "investigator"),
        source="found",
        outside={
            "found": _("where it was found"),
            "owner": _("its owner"),
            "treasury": _("the treasury"),
            "case": _("the procuratorate or court, with the case"),
            "nobody": _("nobody: destroyed"),
        },
        require=require_step,
    )
)
