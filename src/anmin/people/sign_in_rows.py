"""The rows by which people prove who they are, kept by the sign-in library: attested, and bound.

The library knows nothing of whose a secret is when it opens one. So each second factor carries a
keyed mark over its account, its sort and all that it says; a row that was moved to another
account, invented, or changed in the database opens nothing.
"""

from collections.abc import Callable
from hmac import compare_digest
from typing import Any

import orjson
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from anmin.evidence.adopted import adopt
from anmin.evidence.evidenced import Evidenced
from anmin.kernel.crypto import Unreadable

MARK = "mark"
"""The name of the mark in what a second factor keeps."""


class Bound(Evidenced):
    """A second factor: it is marked when it is written, and is opened only if its mark holds."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Mark the row as its account's, and save it."""
        fields = kwargs.get("update_fields")
        if fields is None or {"user", "user_id", "type", "data"} & set(fields):
            row: Any = self
            row.data = {**row.data, MARK: mark_of(row)}
        super().save(*args, **kwargs)


def mark_of(row: Any) -> str:
    """The mark that a second factor must have."""
    told = {name: value for name, value in row.data.items() if name != MARK}
    message = orjson.dumps([row.user_id, row.type, told], option=orjson.OPT_SORT_KEYS)
    mark: bytes = settings.KEYRING.mac(message, purpose="second factor", size=16)
    return mark.hex()


def _only_bound(opened: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The library's one way to the secret of a second factor, past the mark."""

    def wrap(self: Any) -> Any:
        """The library's object for this row. Raises ``Unreadable`` if its mark does not hold."""
        if not compare_digest(str(self.data.get(MARK, "")), mark_of(self)):
            raise Unreadable(
                _(
                    "A second factor of this account was changed in the database or belongs to"
                    " another account. Ask the administrator to reset it."
                )
            )
        return opened(self)

    return wrap


def adopt_all() -> None:
    """Attest every table of the sign-in library on which a right rests."""
    adopt(
        Authenticator,
        left_out={"last_used_at": "the access log has every sign-in"},
        name="user__username type",
        label=_("second factor"),
        base=Bound,
    )
    Authenticator.wrap = _only_bound(Authenticator.wrap)
    adopt(
        SocialAccount,
        left_out={"last_login": "the access log has every sign-in"},
        name="user__username provider",
        label=_("tie to single sign-on"),
    )
    adopt(SocialToken, left_out={}, name="account__user__username", label=_("sign-on token"))
    adopt(SocialApp, left_out={}, name="provider", label=_("sign-on server"))
    adopt(EmailAddress, left_out={}, name="user__username", label=_("address for mail"))
