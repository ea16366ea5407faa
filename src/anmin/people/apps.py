"""The people room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Accounts, what each role may do, duty, and the record of who looked at what."""

    name = "anmin.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        """Check the policy tables at boot, and listen to the sign-in library."""
        from anmin.people import on_record, policy

        policy.role_table()
        on_record.listen()
