"""The people room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Accounts, what each role may do, duty, and the record of who looked at what."""

    name = "anmin.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        """Check the policy tables at boot; attest the sign-in library's rows, and listen to it."""
        from anmin.people import on_record, policy, sign_in_rows

        policy.role_table()
        sign_in_rows.adopt_all()
        on_record.listen()
