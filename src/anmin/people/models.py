"""Accounts, the duty roster, and the append-only record of who looked at what."""

import unicodedata
from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced, EvidencedRows
from anmin.kernel import chain
from anmin.people.log_words import action_choices
from anmin.people.policy import Capability, can, works
from anmin.people.roles import Role, role_choices
from anmin.places.queries import directory


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; ``actions.add_account`` is the door for everybody else."""

    def get_queryset(self) -> EvidencedRows["Account"]:
        """Accounts, every write of which is noted."""
        return EvidencedRows(self.model, using=self._db)

    @classmethod
    def normalise(cls, username: str) -> str:
        """A sign-in name as it is stored and looked up: folded and in lower case."""
        return unicodedata.normalize("NFKC", username).strip().casefold()

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Find an account by its sign-in name, however it was typed."""
        return self.get(username=self.normalise(username or ""))

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Account":
        """Add an account; without a password it can only sign in by single sign-on or passkey."""
        account = self.model(username=self.normalise(username), **fields)
        account.set_password(password)
        account.full_clean()
        account.save(using=self._db)
        return account

    def create_superuser(
        self, username: str, password: str | None = None, **fields: Any
    ) -> "Account":
        """Add an administrator."""
        return self.create_user(username, password, **{"role": Role.ADMIN, **fields})


class Account(Evidenced, AbstractBaseUser):
    """Somebody who works with the system: one role, one unit."""

    username = models.CharField(
        _("sign-in name"),
        max_length=64,
        unique=True,
        validators=[
            RegexValidator(r"^[\w.@+-]+$", _("Letters, digits and . @ + - _ only, no blanks."))
        ],
    )
    display_name = models.CharField(_("full name"), max_length=80, blank=True)
    badge_number = models.CharField(
        _("badge number"),
        max_length=16,
        blank=True,
        help_text=_("What is said on the telephone. Empty: a number of this system."),
    )
    role = models.CharField(_("role"), max_length=16, choices=role_choices)
    unit = models.ForeignKey(
        "places.Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="accounts",
        verbose_name=_("unit"),
    )
    language = models.CharField(
        _("language"), max_length=8, blank=True, help_text=_("Empty: as the browser asks.")
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(_("added"), default=timezone.now, editable=False)

    EVIDENCE_EXCEPT = {"last_login": "the access log has every sign-in"}
    EVIDENCE_NAME = "username"

    objects = AccountManager()  # type: ignore[misc,assignment]

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ("username",)

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def service_number(self) -> str:
        """What this person says on the telephone: the badge number, never the sign-in name."""
        return self.badge_number or f"{self.pk:04d}"

    def clean(self) -> None:
        """Keep one spelling of a sign-in name, and role and unit such that one can work."""
        self.username = AccountManager.normalise(self.username)
        if self.is_active and self.role in set(Role) and not works(self):
            if self.unit_id is None:
                fault = _("Somebody in this role needs a unit.")
            elif self.unit_id in directory().closed_units:
                fault = _("This unit is out of service: choose another.")
            elif self.role == Role.PARTNER:
                fault = _("A partner works in a body outside the police: choose one.")
            else:
                fault = _("This is a body outside the police: only a partner works there.")
            raise ValidationError({"unit": fault})

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What each session of this account holds: a new password, role or unit ends them all.

        Django's own covers the password alone.
        """
        standing = (self.password, self.role, str(self.unit_id), str(self.is_active))
        return salted_hmac(
            "anmin.people.session", "\n".join(standing), secret=secret, algorithm="sha256"
        ).hexdigest()

    def get_full_name(self) -> str:
        """The name that other staff see."""
        return str(self)

    @property
    def is_staff(self) -> bool:
        """Whether the reference-data admin opens for this account."""
        return self.is_active and can(self, Capability.MANAGE_REFERENCE)

    @property
    def is_superuser(self) -> bool:
        """Nobody stands above policy; what this grants is the reference-data admin."""
        return self.is_staff

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Django's permissions are asked by the reference-data admin only."""
        return self.has_module_perms(perm.partition(".")[0])

    def has_perms(self, perms: Iterable[str], obj: models.Model | None = None) -> bool:
        """See ``has_perm``."""
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        """Only this house's own rooms; libraries keep sign-in secrets in the admin's reach."""
        return self.is_staff and apps.get_app_config(app_label).name.startswith("anmin.")


class AppendOnly(EvidencedRows["AccessLog"]):
    """Rows that may be added and read, and nothing else."""

    def _refuse(self) -> NoReturn:
        raise TypeError("the access log is append-only")

    def update(self, **kwargs: Any) -> int:
        """Refused."""
        self._refuse()

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused."""
        self._refuse()

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        """Refused."""
        self._refuse()


class AccessLog(Evidenced):
    """One look at something that is not for everybody, or one sign-in; added, never changed.

    ``hash`` covers the row and the ``previous`` row's hash, with a key from outside the database,
    and ``AccessHead`` keeps the newest, so that a changed, removed or cut-off row shows.
    """

    number = models.PositiveBigIntegerField(_("number"), unique=True)
    at = models.DateTimeField(_("time"), db_index=True)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("account"),
    )
    actor = models.CharField(_("who"), max_length=80)
    action = models.CharField(_("action"), max_length=32, choices=action_choices)
    subject_kind = models.CharField(_("kind of subject"), max_length=32, blank=True)
    subject = models.CharField(_("subject"), max_length=64, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    ip_hash = models.BinaryField(_("network address, keyed digest"), max_length=16, null=True)
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    EVIDENCE_NAME = "number"

    objects = models.Manager.from_queryset(AppendOnly)()  # type: ignore[misc]

    class Meta:
        verbose_name = _("access log entry")
        verbose_name_plural = _("access log")
        ordering = ("-number",)
        indexes = [
            models.Index(fields=("account", "-at"), name="people_log_account"),
            models.Index(fields=("subject_kind", "subject"), name="people_log_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.actor} {self.action} {self.subject}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; a row that exists is never written again."""
        if not self._state.adding:
            raise TypeError("the access log is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused."""
        raise TypeError("the access log is append-only")

    def expected_hash(self, key: bytes) -> bytes:
        """The hash this row must have, given the one before it and the installation's key."""
        record = chain.canonical(
            [
                self.number,
                self.at,
                self.account_id,
                self.actor,
                self.action,
                self.subject_kind,
                self.subject,
                self.reason,
                bytes(self.ip_hash or b""),
            ]
        )
        return chain.link(key, bytes(self.previous), record)


class AccessHead(models.Model):
    """The newest number and hash of the access log: one row, locked while one is added."""

    number = models.PositiveBigIntegerField(default=0)
    hash = models.BinaryField(max_length=32)

    NO_EVIDENCE = "compared with the entries, which have evidence"

    class Meta:
        verbose_name = _("head of the access log")
        verbose_name_plural = _("head of the access log")


class AccountRequest(Evidenced):
    """A change to an account that waits for a second person (``second_person``), or what became of it.

    A password is held as the digest that the account would get, and goes once it is decided.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="requests")
    changes = models.JSONField()
    asked_by = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        Account, models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    accepted = models.BooleanField(null=True)

    EVIDENCE_NAME = "account__username"

    class Meta:
        verbose_name = _("request to change an account")
        verbose_name_plural = _("requests to change accounts")
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=models.Q(decided_at__isnull=True),
                name="account_request_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.asked_at:%Y-%m-%d}"


class DutyRole(models.TextChoices):
    """What one is rostered for."""

    DUTY_LEADER = "duty_leader", _("Duty leader")
    OPERATOR = "operator", _("Callback operator")


class Shift(models.TextChoices):
    """The part of the day a duty covers."""

    WHOLE = "whole", _("Whole day")
    DAY = "day", _("Day shift")
    NIGHT = "night", _("Night shift")


class Duty(Evidenced):
    """Who is on duty where, and as what, on a day."""

    date = models.DateField(_("date"))
    unit = models.ForeignKey(
        "places.Unit", models.PROTECT, related_name="duties", verbose_name=_("unit")
    )
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="duties", verbose_name=_("who")
    )
    role = models.CharField(
        _("on duty as"), max_length=16, choices=DutyRole, default=DutyRole.DUTY_LEADER
    )
    shift = models.CharField(_("shift"), max_length=8, choices=Shift, default=Shift.WHOLE)

    EVIDENCE_NAME = "date unit__code"

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duty roster")
        ordering = ("-date", "unit__code", "shift")
        constraints = [
            models.UniqueConstraint(
                fields=("date", "unit", "role", "shift"),
                condition=models.Q(role="duty_leader"),
                name="people_one_duty_leader_per_shift",
            ),
            models.UniqueConstraint(
                fields=("date", "unit", "role", "shift", "account"),
                name="people_rostered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.unit} {self.account}"

    def clean(self) -> None:
        """Refuse somebody whose role cannot do this duty."""
        needed = {
            DutyRole.DUTY_LEADER: Capability.CLOSE_DAY,
            DutyRole.OPERATOR: Capability.WORK_CALLBACKS,
        }
        if self.unit_id is not None and self.unit_id in directory().outside:
            raise ValidationError({"unit": _("A body outside the police has no roster.")})
        if self.account_id is None or self.role not in needed:
            return  # said already, at the field that is empty
        if not can(self.account, needed[DutyRole(self.role)]):
            raise ValidationError(
                {"account": _("%(name)s has no role for this duty.") % {"name": self.account}}
            )


from anmin.people.session_models import SharedCache as SharedCache  # noqa: E402
from anmin.people.session_models import SignedIn as SignedIn  # noqa: E402
from anmin.people.session_models import Tally as Tally  # noqa: E402
