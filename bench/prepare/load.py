"""Makes a home ready for load: who is signed in, which links wait, which matters can be moved.

Runs in a process of its own (``python -m bench.prepare.load LINKS``) and prints one JSON object.
"""

import json
import secrets
import sys
from datetime import timedelta

from anmin.config import console

PASSWORD = secrets.token_urlsafe(16)


def main() -> None:
    """Print sessions, tokens, live matters and matter numbers."""
    console.boot()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils import timezone

    from anmin.callbacks.citizen import _digest
    from anmin.callbacks.models import AnswerLink, Callback, Status
    from anmin.matters.models import Matter
    from anmin.people.actions import add_account
    from anmin.people.models import Account
    from anmin.people.roles import Role
    from anmin.people.session_store import SessionStore
    from anmin.places.models import Unit

    links = int(sys.argv[1])

    def session(username: str, role: Role, unit: str) -> str:
        account = Account.objects.filter(username=username).first() or add_account(
            username=username, role=role, unit=Unit.objects.get(code=unit), password=PASSWORD
        )
        store = SessionStore()
        store[SESSION_KEY] = str(account.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = account.get_session_auth_hash()
        store.create()
        return str(store.session_key)

    now = timezone.now()
    week = now + timedelta(days=7)
    ready = list(Callback.objects.order_by("-pk").values_list("pk", flat=True)[:links])
    Callback.objects.filter(pk__in=ready).update(
        status=Status.MESSAGED, exclusion="", closed_at=None, not_before=week, due_at=week
    )
    tokens = [secrets.token_urlsafe(16) for _ in ready]
    AnswerLink.objects.bulk_create(
        [
            AnswerLink(callback_id=pk, token_digest=_digest(token), expires_at=week)
            for pk, token in zip(ready, tokens, strict=True)
        ],
        batch_size=2000,
    )
    live = Matter.objects.filter(kind="incident", state="handled").order_by("pk")
    some = Matter.objects.order_by("?").values_list("number", flat=True)
    told = {
        "inspector": session("bench-inspector", Role.INSPECTOR, "RA-DC"),
        "officer": session("bench-officer", Role.OFFICER, "RA"),
        "tokens": tokens,
        "live": list(live.values_list("number", "version")[:links]),
        "numbers": list(some[:3000]),
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
