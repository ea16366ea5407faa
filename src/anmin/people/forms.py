"""The sign-in's forms: the library's, with the limits of this house."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.people import attempts
from anmin.people.limits import give_back


class SignIn(LoginForm):  # type: ignore[misc]
    """Name and password; after too many wrong ones, the code of the second factor as well."""

    code = forms.CharField(
        label=gettext_lazy("Code of your second step"),
        required=False,
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    @property
    def wants_code(self) -> bool:
        """Whether a password alone is not enough at the moment."""
        return self.is_bound and (
            bool(self.data.get("code"))
            or self.has_error(NON_FIELD_ERRORS, "too_many_login_attempts")
        )


class _Counted:
    """Checks a code, unless too many were wrong before; the library's own limit is off."""

    user: Any

    def clean_code(self) -> str:
        """The code, if it is right."""
        # The library's forms are not given the request.
        taken = attempts.code_attempt(context.request, self.user)
        if taken.over:
            raise ValidationError(
                _("Too many wrong codes. Wait a while, or use a passkey."),
                code="too_many_login_attempts",
            )
        code: str = super().clean_code()  # type: ignore[misc]
        give_back(taken)
        return code


class SecondFactor(_Counted, AuthenticateForm):  # type: ignore[misc]
    """The code after the password."""


class SecondFactorAgain(_Counted, ReauthenticateForm):  # type: ignore[misc]
    """The code once more, before something that matters."""
