"""Sessions in the database, of no use to whoever has only the database.

The row stands under a keyed digest of what the browser holds, and its content is signed for that
row: neither does a key that was read there open somebody's session, nor can the content of
somebody's session be copied into one's own.
"""

from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as InDatabase
from django.contrib.sessions.models import Session
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from anmin.evidence.prepared import Prepared

_kept = Prepared(lambda key: Session.objects.filter(session_key=key), like="")


def stored_key(key: str | None) -> str:
    """What stands in the database for the key that a browser holds; nothing for none."""
    if not key:
        return ""
    index: bytes = settings.KEYRING.blind_index(key, purpose="session")
    return index.hex()


class SessionStore(InDatabase):
    """Django's sessions in the database, under keyed digests."""

    @property
    def key_salt(self) -> str:
        """What the signature of a session's content is bound to."""
        return f"anmin.people.session:{stored_key(self.session_key)}"

    def exists(self, session_key: str) -> bool:
        """Whether there is a session of that key."""
        return bool(Session.objects.filter(session_key=stored_key(session_key)).exists())

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row for this session with that content."""
        return Session(
            session_key=stored_key(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
        )

    def save(self, must_create: bool = False) -> None:
        """Keep it. When it is the machine that cannot write now, that is the fault, and not that
        somebody has ended the session meanwhile."""
        try:
            super().save(must_create=must_create)
        except UpdateError as ended:
            if isinstance(ended.__context__, OperationalError | InterfaceError):
                raise ended.__context__ from None
            raise

    def delete(self, session_key: str | None = None) -> None:
        """End a session: this one, or that of the key."""
        Session.objects.filter(session_key=stored_key(session_key or self.session_key)).delete()

    def _get_session_from_db(self) -> Session | None:
        found = _kept.one(stored_key(self.session_key))
        if found is None or found.expire_date <= timezone.now():
            self._session_key = None
            return None
        return found
