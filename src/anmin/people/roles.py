"""The roles of the people who work with the system. What a role may do is said in policy."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """One person, one role."""

    OPERATOR = "operator"
    DUTY_LEADER = "duty_leader"
    OFFICER = "officer"
    CLERK = "clerk"
    INSPECTOR = "inspector"
    PROGRAMME = "programme"
    ANALYST = "analyst"
    LEADER = "leader"
    ADMIN = "admin"
    PARTNER = "partner"

    @property
    def label(self) -> Promise:
        """The role's name for people."""
        return LABELS[self]


LABELS: dict[Role, Promise] = {
    Role.OPERATOR: _("Callback operator"),
    Role.DUTY_LEADER: _("Duty leader"),
    Role.OFFICER: _("Officer"),
    Role.CLERK: _("Window clerk"),
    Role.INSPECTOR: _("Petitions and inspectorate"),
    Role.PROGRAMME: _("Programme office"),
    Role.ANALYST: _("Analyst"),
    Role.LEADER: _("Bureau leader"),
    Role.ADMIN: _("Administrator"),
    Role.PARTNER: _("Partner body"),
}


def role_choices() -> list[tuple[str, Promise]]:
    """Choices for forms and model fields."""
    return [(role.value, role.label) for role in Role]
