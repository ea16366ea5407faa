"""The admin site for reference data: signed in to as everywhere else, never on its own."""

from collections.abc import Callable
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _


class ReferenceSite(AdminSite):
    """Sign-in limits, second factors, sessions, the access log and the content policy of the desk
    hold here, too.
    """

    site_title = _("Anmin")
    site_header = _("Reference data")
    index_title = _("Areas, units, accounts")
    site_url = "/desk/"
    enable_nav_sidebar = False

    @property
    def login(self) -> Callable[..., HttpResponseBase]:  # type: ignore[override]
        """The house's own sign-in instead of the library's."""
        login: Callable[..., HttpResponseBase] = secure_admin_login(super().login)
        return login

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person maintains reference data."""
        user: Any = request.user
        return bool(user.is_authenticated and user.is_staff)
