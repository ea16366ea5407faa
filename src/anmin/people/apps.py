"""The people room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Accounts, what each role may do, duty, and the record of who looked at what."""

    name = "anmin.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        """Check the policy tables at boot, and listen to the sign-in library.

        Its signals are the only way it tells of second factors; the house itself uses none.
        """
        from allauth.mfa import signals

        from anmin.people import policy, sign_in

        policy.role_table()
        signals.authenticator_added.connect(sign_in.second_factor_added)
        signals.authenticator_removed.connect(sign_in.second_factor_removed)
        signals.authentication_failed.connect(sign_in.second_factor_failed)
