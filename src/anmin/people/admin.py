"""Accounts and the duty roster in the reference-data admin; the access log to read."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from anmin.people import second_person
from anmin.people.actions import log_access
from anmin.people.kept import kept_from
from anmin.people.log_words import SUBJECTS
from anmin.people.models import AccessLog, Account, AccountManager, Duty
from anmin.people.policy import Capability, can
from anmin.people.roles import Role
from anmin.people.sessions import end_sessions
from anmin.places.models import Unit

OWN = {"username", "role", "unit", "is_active"}
"""What nobody changes of their own account."""
PAGE = "page"
GUARDED = {"username": "username", "role": "role", "unit": "unit_id", "is_active": "is_active"}
"""What a second person has to confirm, and its field; switching an account off needs nobody."""


class AccountForm(forms.ModelForm[Account]):
    """An account, and a password to give it."""

    new_password = forms.CharField(
        label=_("New password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Empty: the password stays as it is."),
    )

    class Meta:
        model = Account
        fields = (
            "username",
            "display_name",
            "badge_number",
            "role",
            "unit",
            "language",
            "is_active",
        )

    editor: Account | None = None
    """Who fills the form in."""
    asked: dict[str, Any]
    """What was asked for and a second person has to confirm."""

    def clean(self) -> dict[str, Any]:
        """Nobody takes their own key away, or gives themselves another role."""
        given = super().clean() or {}
        if self.editor is not None and self.instance.pk == self.editor.pk:
            for name in OWN & set(self.changed_data):
                self.add_error(name, _("Somebody else must change this of your own account."))
        return given

    def clean_new_password(self) -> str:
        """A password strong enough for the account, or none."""
        password: str = self.cleaned_data["new_password"]
        if password:
            validate_password(password, self.instance)
        return password

    def save(self, commit: bool = True) -> Account:
        """Save what one person may change alone; ``asked`` is what a second one has to confirm."""
        account, before = self.instance, Account.objects.filter(pk=self.instance.pk).first()
        self.asked = {}
        if before is None:
            account.set_unusable_password()
            if account.is_active:
                self.asked = {
                    "role": account.role,
                    "unit": account.unit_id,
                    "is_active": True,
                }
                account.is_active = False
        else:
            for name, field in GUARDED.items():
                value = getattr(account, field)
                if value != getattr(before, field) and not (name == "is_active" and not value):
                    self.asked[name] = value
                    setattr(account, field, getattr(before, field))
        if password := self.cleaned_data["new_password"]:
            self.asked[second_person.PASSWORD] = make_password(password)
        return super().save(commit)


class NeedsCapability[M: Model](admin.ModelAdmin[M]):
    """Open to whoever has ``capability``, beyond maintaining reference data."""

    capability: Capability

    def _may(self, request: HttpRequest) -> bool:
        return can(request.user, self.capability)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """A list is narrowed by what its page offers: no address asks a password bit by bit."""
        offered = {str(one) for one in (*self.list_filter, self.date_hierarchy) if one}
        return lookup.partition("__")[0] in offered and super().lookup_allowed(
            lookup, value, request
        )

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
class AccountAdmin(NeedsCapability[Account]):
    """Every change is on record. Accounts are switched off, not removed: history names them."""

    capability = Capability.MANAGE_ACCOUNTS
    form = AccountForm
    list_display = (
        "username",
        "display_name",
        "service_number",
        "role",
        "unit",
        "is_active",
        "last_login",
    )
    list_filter = ("role", "is_active")
    list_select_related = ("unit",)
    search_fields = ("username", "display_name", "badge_number", "unit__name", "unit__code")
    autocomplete_fields = ("unit",)
    actions = ("reset_second_factors", "end_all_sessions")

    @admin.display(description=_("badge number"))
    def service_number(self, obj: Account) -> str:
        """What this person says on the telephone."""
        return obj.service_number

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def get_form(
        self, request: HttpRequest, obj: Account | None = None, change: bool = False, **kwargs: Any
    ) -> type[AccountForm]:
        """The form, told who fills it in."""
        form = super().get_form(request, obj, change=change, **kwargs)
        return type("EditedAccountForm", (form,), {"editor": request.user})

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        """Save, put what was changed on record, and ask for what a second person must confirm."""
        super().save_model(request, obj, form, change)
        who = cast("Account", request.user)
        if said := _changes(form) if change else (form.cleaned_data["role"] or "-"):
            log_access(
                account=who,
                action="change_account" if change else "add_account",
                subject=f"account:{obj.username}",
                reason=said,
                request=request,
            )
        if change and "is_active" in form.changed_data and not obj.is_active and not form.asked:
            end_sessions(account=obj, by=who, request=request)
        if form.asked:
            second_person.ask(account=obj, changes=form.asked, by=who)
            self.message_user(request, _("A second person has to confirm this."))

    @admin.action(description=_("Take second factors away (lost telephone)"))
    def reset_second_factors(self, request: HttpRequest, queryset: Any) -> None:
        """For people who lost theirs, once a second person confirms it; then they set new ones up."""
        for account in queryset:
            who = cast("Account", request.user)
            second_person.ask(account=account, changes={second_person.FACTOR: True}, by=who)
        self.message_user(request, _("A second person has to confirm this."))

    @admin.action(description=_("End all their sessions (a lost or stolen machine)"))
    def end_all_sessions(self, request: HttpRequest, queryset: Any) -> None:
        """They sign in again; what they had typed is kept for an hour."""
        for account in queryset:
            end_sessions(
                account=account,
                by=cast("Account", request.user),
                keep=request.session.session_key,
                request=request,
            )
        self.message_user(request, _("Done. It is on record."))


@admin.register(Duty)
class DutyAdmin(NeedsCapability[Duty]):
    """The roster, for corrections; day to day it is kept at the desk."""

    capability = Capability.ROSTER_DUTY
    list_display = ("date", "unit", "role", "shift", "account")
    list_filter = ("role", "shift")
    date_hierarchy = "date"
    list_select_related = ("unit", "account")
    autocomplete_fields = ("unit", "account")


@admin.register(AccessLog)
class AccessLogAdmin(NeedsCapability[AccessLog]):
    """To read only: nothing here can be added, changed or removed."""

    capability = Capability.VIEW_ACCESS_LOG
    fields = ("number", "at", "account", "actor", "action", "subject_kind", "subject", "reason")
    list_display = ("number", "at", "actor", "action", "about_kind", "about", "why")
    list_filter = ("action",)
    search_fields = ("actor", "subject")
    date_hierarchy = "at"
    list_display_links = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessLog]:
        """What this person reads of it: nothing that tells of sealed matters of others."""
        return super().get_queryset(request).exclude(kept_from(cast(Account, request.user)))

    @admin.display(description=_("kind of subject"), ordering="subject_kind")
    def about_kind(self, entry: AccessLog) -> str:
        """What sort of thing it was about."""
        return str(SUBJECTS.get(entry.subject_kind, entry.subject_kind))

    @admin.display(description=_("subject"), ordering="subject")
    def about(self, entry: AccessLog) -> str:
        """Which one; a page by its address."""
        return entry.reason if entry.subject_kind == PAGE else entry.subject

    @admin.display(description=_("reason"))
    def why(self, entry: AccessLog) -> str:
        """Why; roles in words, and an address only once."""
        if entry.subject_kind == PAGE:
            return ""
        return str(Role(entry.reason).label) if entry.reason in Role else entry.reason

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


def _changes(form: Any) -> str:
    """What a form changed, as “role: officer → inspector”; never a password."""
    told = []
    for name in form.changed_data:
        if name == "new_password" or name in form.asked:
            continue
        before, after = form.initial.get(name), form.cleaned_data[name]
        if name == "username":
            after = AccountManager.normalise(after)
        if name == "unit":
            before = Unit.objects.filter(pk=before).values_list("code", flat=True).first()
            after = after.code if after else None
        if before != after:
            told.append(f"{name}: {_said(before)} → {_said(after)}")
    return "; ".join(told)[:300]


def _said(value: object) -> str:
    return "—" if value in (None, "") else str(value)
