"""The admin site for reference data: signed in to as everywhere else, never on its own."""

from collections.abc import Callable
from functools import update_wrapper
from inspect import isclass
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
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

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only this house's own rooms: libraries would bring sign-in secrets into reach."""
        models = [model_or_iterable] if isclass(model_or_iterable) else list(model_or_iterable)
        own = [model for model in models if model.__module__.startswith("anmin.")]
        super().register(own, admin_class, **options)

    @property
    def login(self) -> Callable[..., HttpResponseBase]:  # type: ignore[override]
        """The house's own sign-in instead of the library's."""
        login: Callable[..., HttpResponseBase] = secure_admin_login(super().login)
        return login

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Whoever is signed in and maintains no reference data is refused, not asked to sign in."""
        inner = super().admin_view(view, cacheable)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            response: HttpResponseBase = inner(request, *args, **kwargs)
            return response

        return update_wrapper(guarded, inner)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        """The house's own page, which puts it on record and ends the other sessions."""
        return HttpResponseRedirect(reverse("account_change_password"))

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseRedirect:
        """The house's own page, which puts it on record."""
        return HttpResponseRedirect(reverse("account_logout"))

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person maintains reference data."""
        user: Any = request.user
        return bool(user.is_authenticated and user.is_staff)
