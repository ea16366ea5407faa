"""Makes a home ready for `kills`: who is signed in, which links wait, which calls are due.

Runs in a process of its own (``python -m bench.prepare.kills LINKS CALLS``), prints one JSON object.
"""

import json
import sys
from datetime import timedelta

from anmin.config import console

UNIT, STATIONS = "RA", ("RA-TT", "RA-FY", "RA-XJ", "RA-NB")


def main(links: int, calls: int) -> None:
    """Print sessions, links, live matters and the units that sign days."""
    console.boot()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils import timezone

    from anmin.callbacks.citizen import make_link
    from anmin.callbacks.dayboard import signing_units
    from anmin.callbacks.models import Callback, Status
    from anmin.matters.models import Matter
    from anmin.people.models import Account
    from anmin.people.roles import Role
    from anmin.people.session_store import SessionStore
    from anmin.places.models import Unit

    def account(role: Role, name: str, unit: str) -> Account:
        return Account.objects.create_user(
            f"kills-{role}-{name}",
            None,
            display_name=f"{role} {name}",
            role=role,
            unit=Unit.objects.get(code=unit),
        )

    def session(role: Role, number: int) -> str:
        one = account(role, str(number), "RA-ZH" if role == Role.OPERATOR else UNIT)
        store = SessionStore()
        store[SESSION_KEY] = str(one.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = one.get_session_auth_hash()
        store.create()
        return str(store.session_key)

    for unit in STATIONS:
        account(Role.DUTY_LEADER, unit, unit)
    now = timezone.now()
    week = now + timedelta(days=7)
    some = list(Callback.objects.order_by("pk")[: links + calls])
    asked, called = some[:links], some[links:]
    free = {"exclusion": "", "closed_at": None, "disposition": "", "due_at": week}
    Callback.objects.filter(pk__in=[one.pk for one in asked]).update(
        status=Status.MESSAGED, not_before=week, **free
    )
    Callback.objects.filter(pk__in=[one.pk for one in called]).update(
        status=Status.CALLING, not_before=now, **free
    )
    roles = (Role.OFFICER, Role.OPERATOR, Role.DUTY_LEADER)
    told = {
        "sessions": {role.value: [session(role, n) for n in range(2)] for role in roles},
        "links": [[one.pk, make_link(one, now)] for one in asked],
        "live": list(
            Matter.objects.filter(state="handled")
            .order_by("pk")
            .values_list("number", flat=True)[:links]
        ),
        "units": [one.code for one in signing_units()],
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
