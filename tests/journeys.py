"""A matter's journey through the real pages: at the desk as somebody signed in, outside by its code."""

import re
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from anmin.channels.models import Message
from anmin.channels.queries import body_of
from anmin.matters.models import ApprovalRequest, Matter
from anmin.people.models import Account
from tests.personas import SignIn

PERSON = {"contact_name": "王秀英", "contact_phone": "138-5771-2345"}


def text(response: Any) -> str:
    return str(response.content.decode())


def errors(response: Any) -> str:
    """What a page says is wrong, for whoever reads a test that failed."""
    page = text(response)
    found = page.find("error-summary")
    return f"{response.status_code} {page[found : found + 1500] if found >= 0 else page[-1500:]}"


def sent(matter: Matter) -> list[str]:
    """What was told about a matter, in order."""
    rows = Message.objects.filter(subject_ref=f"matter:{matter.number}").order_by("pk")
    return [body_of(one) for one in rows]


@dataclass
class Desk:
    """Somebody at the desk, who signs in anew each time: a journey takes longer than a session."""

    sign_in: SignIn
    account: Account

    @property
    def client(self) -> Client:
        found: Client = self.sign_in(self.account)
        return found

    def open(self, kind: str, **data: Any) -> Matter:
        """A matter opened by its form, with who brought it."""
        client, address = self.client, f"/desk/matters/new/?kind={kind}"
        key = re.search(r'name="key" value="(\w+)"', text(client.get(address)))
        assert key
        now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
        given = {"key": key[1], "opened_at": now, **PERSON, **data}
        answer = client.post(address, given)
        assert answer.status_code == 303, errors(answer)
        return Matter.objects.get(external_id=key[1])

    def page(self, matter: Matter) -> str:
        answer = self.client.get(f"/desk/matters/{matter.number}/")
        assert answer.status_code == 200
        return text(answer)

    def step(self, matter: Matter, code: str, *, status: int = 303, **given: Any) -> Matter:
        """A step taken by its form; another status is what the page answers to a refusal."""
        matter.refresh_from_db()
        sent_with = {"key": f"{code}-{matter.version}", "version": matter.version}
        address = f"/desk/matters/{matter.number}/step/{code}/"
        answer = self.client.post(address, {**sent_with, **given})
        assert answer.status_code == status, errors(answer)
        matter.refresh_from_db()
        return matter

    def agree(self, matter: Matter, reason: str = "同意") -> Matter:
        """The word on what waits for another person."""
        request = ApprovalRequest.objects.get(matter=matter, outcome="")
        address = f"/desk/matters/{matter.number}/requests/{request.pk}/"
        answer = self.client.post(address, {"word": "agree", "reason": reason})
        assert answer.status_code == 303, errors(answer)
        matter.refresh_from_db()
        return matter


@dataclass
class Citizen:
    """Whoever brought a matter, with the code from the first message, given anew each time."""

    matter: Matter
    language: str = "zh-hans"

    @property
    def client(self) -> Client:
        found = re.search(r"([2-9A-Z]{6})\W*$", sent(self.matter)[0])
        assert found, sent(self.matter)
        client = Client(headers={"Accept-Language": self.language})
        answer = client.post("/f/", {"number": self.matter.number, "code": found[1]})
        assert answer.status_code == 302
        return client

    def page(self, client: Client | None = None) -> str:
        answer = (client or self.client).get(f"/f/{self.matter.number}")
        assert answer.status_code == 200
        return text(answer)

    def steps(self) -> list[str]:
        """What the page offers to do."""
        return re.findall(r'name="step"\s+value="(\w+)"', self.page())

    def do(self, step: str, reason: str = "", *, status: int = 302) -> Matter:
        client = self.client
        key = re.search(r'name="key" value="(\w+)"', self.page(client))
        given = {"key": key[1] if key else "0" * 32, "step": step, "reason": reason}
        answer = client.post(f"/f/{self.matter.number}", given)
        assert answer.status_code == status, errors(answer)
        self.matter.refresh_from_db()
        return self.matter
