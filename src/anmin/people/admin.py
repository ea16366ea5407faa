"""Accounts and the duty roster in the reference-data admin; the access log to read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminPasswordWidget

from anmin.people.actions import log_access, reset_second_factor
from anmin.people.models import AccessLog, Account, Duty
from anmin.people.policy import Capability, can


class AccountForm(forms.ModelForm[Account]):
    """An account, and a password to give it."""

    new_password = forms.CharField(
        label=_("New password"),
        required=False,
        strip=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: the password stays as it is."),
    )

    class Meta:
        model = Account
        fields = ("username", "display_name", "role", "unit", "language", "is_active")

    def clean_new_password(self) -> str:
        """A password strong enough for the account, or none."""
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password

    def save(self, commit: bool = True) -> Account:
        """Save with the new password, if one was given."""
        if password := self.cleaned_data["new_password"]:
            self.instance.set_password(password)
        elif self.instance.pk is None:
            self.instance.set_unusable_password()
        return super().save(commit)


class NeedsCapability(ModelAdmin):  # type: ignore[misc]
    """Open to whoever has ``capability``, beyond maintaining reference data."""

    capability: Capability

    def _may(self, request: HttpRequest) -> bool:
        return can(request.user, self.capability)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether it is listed."""
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether it may be read."""
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether one may be added."""
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether one may be changed."""
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether one may be removed."""
        return self._may(request)


@admin.register(Account)
class AccountAdmin(NeedsCapability):
    """Every change is on record. Accounts are switched off, not removed: history names them."""

    capability = Capability.MANAGE_ACCOUNTS
    form = AccountForm
    list_display = ("username", "display_name", "role", "unit", "is_active", "last_login")
    list_filter = ("role", "is_active")
    list_select_related = ("unit",)
    search_fields = ("username", "display_name", "unit__name", "unit__code")
    autocomplete_fields = ("unit",)
    actions = ("reset_second_factors",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        """Save, and put what was changed on record."""
        super().save_model(request, obj, form, change)
        log_access(
            account=request.user,  # type: ignore[arg-type]
            action="change_account" if change else "add_account",
            subject=f"account:{obj.username}",
            reason=", ".join(form.changed_data),
            request=request,
        )

    @admin.action(description=_("Take second factors away (lost telephone)"))
    def reset_second_factors(self, request: HttpRequest, queryset: Any) -> None:
        """For people who lost theirs; they set a new one up at the next sign-in."""
        for account in queryset:
            reset_second_factor(account=account, by=request.user)  # type: ignore[arg-type]
        self.message_user(request, _("Done. It is on record."))


@admin.register(Duty)
class DutyAdmin(NeedsCapability):
    """The roster, for corrections; day to day it is kept at the desk."""

    capability = Capability.ROSTER_DUTY
    list_display = ("date", "unit", "role", "shift", "account")
    list_filter = ("role", "shift")
    date_hierarchy = "date"
    list_select_related = ("unit", "account")
    autocomplete_fields = ("unit", "account")


@admin.register(AccessLog)
class AccessLogAdmin(NeedsCapability):
    """To read only: nothing here can be added, changed or removed."""

    capability = Capability.VIEW_ACCESS_LOG
    fields = ("number", "at", "account", "actor", "action", "subject_kind", "subject", "reason")
    list_display = ("number", "at", "actor", "action", "subject_kind", "subject", "reason")
    list_filter = ("action",)
    search_fields = ("actor", "subject")
    date_hierarchy = "at"
    list_display_links = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False
