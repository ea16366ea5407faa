"""The town that the hostile walk goes through: the demo city, and one of everything it lacks."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, override_settings
from django.urls import resolve
from django.utils import timezone

from anmin.callbacks import citizen
from anmin.callbacks.models import Callback
from anmin.channels.models import Message
from anmin.channels.queries import body_of
from anmin.config import demo
from anmin.exchange.template import SAMPLE
from anmin.kernel.errors import Refusal
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.reactions import ask_citizen
from anmin.people.models import Account, Duty
from anmin.places.actions import load_shipped
from anmin.surveys import citizen as survey_citizen
from anmin.surveys.models import Case
from tests.addresses import Form, Route, Walker, filled

NOBODY = "nobody"
STARTS = (
    "/",
    "/desk/",
    "/desk/admin/",
    "/accounts/login/",
    "/draws",
    "/healthz",
    "/readyz",
    "/desk/filters/",
    "/desk/surveys/file/",
)
OFFERED = ("/desk/", "/desk/surveys/", "/desk/callbacks/checks/")
"""Pages that offer something to take, themselves or one link away."""
TAKEN = ("desk:callback_next", "desk:survey_next", "desk:callback_check")
"""Steps taken once before the walk, so that somebody has something in hand."""


MOST = ("inspector", "admin", "analyst", "duty_leader")
"""These and a stranger open nearly every address between them (``config/rights.csv``)."""


@dataclass
class Town:
    """Who walks, where they came, and what else addresses can be made of."""

    walkers: dict[str, Walker] = field(default_factory=dict)
    parts: dict[str, set[str]] = field(default_factory=dict)
    """Values seen in addresses, by the name of the parameter."""

    def real(self, role: str, route: Route) -> list[str]:
        """Addresses of a route: where this role came, else where others came, else made ones."""
        everybody = [self.walkers[role], *self.walkers.values()]
        known = [url for one in everybody for url in one.seen.get(route.name, [])]
        known += [form.action for one in everybody for form in one.forms_to(route.name)]
        return list(dict.fromkeys(known))[:2] or self._made(route)

    def _made(self, route: Route) -> list[str]:
        each = {name: sorted(self.parts.get(name, {"1"})) for name in route.parameters}
        some = [{name: values[n % len(values)] for name, values in each.items()} for n in (0, 1)]
        return list(dict.fromkeys(filled(route, values) for values in some))

    def forms_of(self, role: str, route: Route) -> list[Form]:
        """The forms that pages of this role, else of anybody, send to a route."""
        everybody = [self.walkers[role], *self.walkers.values()]
        return next((forms for one in everybody if (forms := one.forms_to(route.name))), [])


@contextmanager
def town(*, everybody: bool = True) -> Iterator[Town]:
    """Build it for real (other connections read it, too), walk it once; empty it afterwards.

    As everybody, or as those few who see most of it.

    It has a home of its own: profiles, rules and rejects that a hostile form leaves there are
    seen by no other test.
    """
    with tempfile.TemporaryDirectory() as home, override_settings(ANMIN_HOME=Path(home)):
        load_shipped()
        demo.load(days=4, per_day=6, surveys_share=0.2)
        made = Town()
        with transaction.atomic():
            _leave_questions(made)
        accounts = {one.role: one for one in Account.objects.order_by("-pk")}
        for role, account in accounts.items():
            if not (everybody or role in MOST):
                continue
            client = Client()
            client.force_login(account)
            made.walkers[role] = Walker(client)
        made.walkers[NOBODY] = Walker(Client())
        for walker in made.walkers.values():
            _go_round(walker)
        for walker in made.walkers.values():
            for urls in [*walker.seen.values(), [one.action for one in walker.forms.values()]]:
                for url in urls:
                    for name, value in resolve(url.partition("?")[0]).kwargs.items():
                        made.parts.setdefault(name, set()).add(str(value))
        yield made


def _go_round(walker: Walker) -> None:
    """Take what is offered, bring a file, keep a filter; then walk everywhere."""
    walker.walk(*OFFERED, steps=1)
    for route in TAKEN:
        for form in walker.forms_to(route):
            moved = walker.client.post(form.action, dict(form.fields)).headers.get("Location", "")
            walker.walk(*filter(None, [moved]), steps=0)
    walker.client.post("/desk/filters/", {"name": "一个", "query": "view=late"})
    for name, data in (("bad.csv", b"\xff\xfe,\n1,2"), ("good.csv", FEW)):
        file = SimpleUploadedFile(name, data)
        moved = walker.client.post("/desk/import/", {"file": file}).headers.get("Location", "")
        if moved.startswith("/desk/import/"):
            walker.walk(moved, steps=0)
    walker.client.post("/desk/surveys/file/", {"file": SimpleUploadedFile("s.csv", SURVEY)})
    walker.seen = {}
    walker.walk(*STARTS)


FEW = b"".join(SAMPLE.read_bytes().splitlines(keepends=True)[:41])
"""The head of the file that is shipped as an example: every page of it reads it anew."""
SURVEY = b"y,w,stratum,psu\n" + b"".join(
    b"%d,%d,%d,%d\n" % (n % 2, 1 + n % 3, n % 4, n % 8) for n in range(80)
)
"""A survey's file to compute from."""
LINK = re.compile(r"/q/([\w-]+)", re.ASCII)


def _leave_questions(made: Town) -> None:
    """One open link of each sort that citizens get, and a duty for tomorrow."""
    now = timezone.now()
    callback = Callback.objects.filter(closed_at=None).order_by("pk").last()
    case = Case.objects.filter(closed_at=None).order_by("pk").last()
    assert callback is not None
    assert case is not None
    made.parts["token"] = {
        citizen.make_link(callback, now),
        survey_citizen.make_link(case, now),
        _question(),
    }
    made.parts["provider"] = {"http_sms", "inbox"}
    leader = Account.objects.filter(role="duty_leader").first()
    assert leader is not None
    tomorrow = timezone.localdate() + timedelta(days=1)
    Duty.objects.create(date=tomorrow, unit=leader.unit, account=leader)


def _question() -> str:
    """The token of a question that an officer has put to a citizen."""
    for matter in Matter.objects.filter(kind="incident", state__in=("arrived", "handled")):
        officer = Account.objects.filter(unit=matter.unit_id, role="officer").first()
        if officer is None:
            continue
        try:
            ask_citizen(matter_id=matter.pk, code="ask", actor=Actor.of(officer), question="几点？")
        except Refusal:
            continue
        found = LINK.search(body_of(Message.objects.order_by("pk").last()))
        assert found
        return found[1]
    raise AssertionError("there is nobody to ask")
