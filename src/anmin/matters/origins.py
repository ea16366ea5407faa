"""Who brought a matter: told by its first entry, and by whether a system of record knows it.

It is derived and never stored: an entry says which role opened a matter, the row whether the
system of record has spoken of it since (``bringing.UNHEARD``).
"""

from collections.abc import Mapping
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anmin.matters.bringing import OWN, UNHEARD
from anmin.people.policy import rated_roles


class Origin(StrEnum):
    """Who brought a matter."""

    RECORD = "record"
    CITIZEN = "citizen"
    HOUSE = "house"
    BODY = "body"
    UNIT = "unit"


LABELS: Mapping[Origin, Promise] = {
    Origin.RECORD: _("A system of record"),
    Origin.CITIZEN: _("A citizen, by the portal or by message"),
    Origin.HOUSE: _("The house itself, after an answer"),
    Origin.BODY: _("Another body, by hand"),
    Origin.UNIT: _("A rated unit itself, by hand or by its own file"),
}
"""In words."""


def origin_sql(matter: str = "m") -> str:
    """The origin of a matter, by its name in the query, as SQL of the lake.

    What the system of record knows costs nothing: only of others the first entry is read.
    """
    rated = ", ".join(f"'{role.value}'" for role in sorted(rated_roles()))
    heard = (
        f"{matter}.facts_at > '{UNHEARD:%Y-%m-%d} 23:59:59'"
        f" AND substr({matter}.source, 1, 4) <> '{OWN}'"
    )
    first = f"""
        SELECT CASE WHEN e.actor_role IN ({rated}) THEN '{Origin.UNIT}'
                    WHEN {matter}.facts_at IS NOT NULL THEN '{Origin.RECORD}'
                    WHEN e.actor_role = 'citizen' THEN '{Origin.CITIZEN}'
                    WHEN e.actor_role = 'system' THEN '{Origin.HOUSE}'
                    ELSE '{Origin.BODY}' END
        FROM matters_entry e WHERE e.matter_id = {matter}.id AND e.seq = 1
    """  # noqa: S608 - roles and words of the program itself
    return f"CASE WHEN {heard} THEN '{Origin.RECORD}' ELSE ({first}) END"
