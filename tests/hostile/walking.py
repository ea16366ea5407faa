"""Sends requests, takes their writes back, and keeps what went wrong."""

import logging
from dataclasses import dataclass, field

from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests.addresses import Route

FORM = "application/x-www-form-urlencoded"


class Faults(logging.Handler):
    """Keeps what is logged as an error: a page that hides a fault behind a calm answer has one."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("django.security"):
            return  # a refusal that the framework writes down
        told = record.exc_info[1] if record.exc_info else None
        self.said.append(f"{record.getMessage()[:200]} {told!r}"[:400])


@dataclass
class Walk:
    """One walk, and what went wrong on it."""

    faults: Faults
    sent: int = 0
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    """Routes that files were sent to."""

    def send(
        self,
        client: Client,
        route: Route,
        path: str,
        query: str = "",
        body: str | bytes | None = None,
        wrapping: str = FORM,
    ) -> int:
        """One request, and the page that a file leads to; its status, 599 for a fault."""
        self.sent += 1
        self.files |= {route.name} if wrapping != FORM else set()
        self.faults.said.clear()
        url, told = path + (f"{'&' if '?' in path else '?'}{query}" if query else ""), ""
        kept = client.cookies.copy()
        status = 599
        with transaction.atomic():
            try:
                response = self._answer(client, url, body, wrapping)
                status = response.status_code
                if wrapping != FORM and status in (302, 303):
                    status = self._answer(client, response["Location"], None, FORM).status_code
            except Exception as fault:  # the walk goes on; the test says all at its end
                told = f"{type(fault).__name__}: {fault}"[:300]
            transaction.set_rollback(True)
        client.cookies = kept
        if status >= 500 and route.name == "readyz":
            return status  # nobody has started a worker here
        if status >= 500 or self.faults.said:
            told = told or f"{status} {self.faults.said}"
            method = "GET" if body is None else "POST"
            self.wrong.setdefault(
                (route.name, told[:100]), f"{method} {url[:300]!r} {(body or '')[-300:]!r}: {told}"
            )
        return status

    @staticmethod
    def _answer(client: Client, url: str, body: str | bytes | None, wrapping: str) -> HttpResponse:
        response = client.get(url) if body is None else client.post(url, body, wrapping)
        if response.streaming:
            b"".join(response.streaming_content)
        return response
