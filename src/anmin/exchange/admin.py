"""Who uses which column profile, in the reference-data admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from anmin.exchange.models import ProfileUse
from anmin.exchange.profiles import list_profiles
from anmin.people.actions import log_access


class ProfileUseForm(forms.ModelForm[ProfileUse]):
    """One line: a profile, and a role, a unit or a person."""

    class Meta:
        model = ProfileUse
        fields = ("profile", "role", "unit", "account")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(one.name, f"{one.title} ({one.name})") for one in list_profiles()]
        self.fields["profile"] = forms.ChoiceField(
            label=self.fields["profile"].label, choices=[("", "—"), *known]
        )


@admin.register(ProfileUse)
class ProfileUseAdmin(admin.ModelAdmin["ProfileUse"]):
    """Every change is on record."""

    form = ProfileUseForm
    list_display = ("profile", "role", "unit", "account")
    list_filter = ("profile",)
    list_select_related = ("unit", "account")
    search_fields = ("profile",)
    autocomplete_fields = ("unit", "account")

    def save_model(self, request: HttpRequest, obj: ProfileUse, form: Any, change: bool) -> None:
        """Save, and put it on record."""
        super().save_model(request, obj, form, change)
        self._log(request, obj, "assign_profile")

    def delete_model(self, request: HttpRequest, obj: ProfileUse) -> None:
        """Remove, and put it on record."""
        self._log(request, obj, "withdraw_profile")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Remove several, each on record."""
        for obj in queryset:
            self.delete_model(request, obj)

    def _log(self, request: HttpRequest, obj: ProfileUse, action: str) -> None:
        log_access(
            account=request.user,  # type: ignore[arg-type]
            action=action,
            subject=f"profile:{obj.profile}",
            reason=str(obj.account or obj.unit or obj.role),
            request=request,
        )
