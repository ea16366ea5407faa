"""The admin site for reference data: signed in to as everywhere else, never on its own."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from unfold.sites import UnfoldAdminSite

POLICY: Mapping[str, Collection[str]] = {
    **cast("Mapping[str, Collection[str]]", settings.SECURE_CSP),
    # The library's pages compute small expressions in attributes and carry their own styles.
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}


class ReferenceSite(UnfoldAdminSite):  # type: ignore[misc]
    """Sign-in limits, second factors and the access log hold here, too."""

    @property
    def login(self) -> Callable[..., HttpResponseBase]:
        """The house's own sign-in instead of the library's."""
        login: Callable[..., HttpResponseBase] = secure_admin_login(super().login)
        return login

    def admin_view(
        self, view: Callable[..., HttpResponseBase], cacheable: bool = False
    ) -> Callable[..., HttpResponseBase]:
        """Every page of the admin, with the content policy it needs."""
        wrapped: Callable[..., HttpResponseBase] = csp_override(POLICY)(
            super().admin_view(view, cacheable)
        )
        return wrapped

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person maintains reference data."""
        user: Any = request.user
        return bool(user.is_authenticated and user.is_staff)
