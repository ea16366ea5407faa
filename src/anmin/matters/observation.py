"""What a system of record says about one event."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from anmin.kernel import chain
from anmin.matters.clock import stamp
from anmin.matters.contacts import ContactFacts, fingerprint

FACT_COLUMNS = ("category", "area_id", "unit_id", "summary", "place", "longitude", "latitude")


@dataclass(slots=True)
class Observation:
    """The facts of one event; ``(source, external_id)`` is its key.

    ``facts_at`` tells how new these facts are. Details hold moments as ISO strings in UTC.
    """

    source: str
    external_id: str
    kind: str
    category: str
    area_id: int | None
    unit_id: int | None
    summary: str
    place: str
    longitude: float | None
    latitude: float | None
    opened_at: datetime
    facts_at: datetime
    details: dict[str, Any]
    reply: str = ""
    contact: ContactFacts | None = None
    _digest: bytes | None = field(default=None, init=False, repr=False, compare=False)
    _fingerprint: bytes | None = field(default=None, init=False, repr=False, compare=False)

    def known_details(self) -> dict[str, Any]:
        """The details that say something; blanks say nothing."""
        known = {k: v for k, v in self.details.items() if v is not None and v != ""}
        if self.reply:
            known["reply"] = self.reply
        return known

    def fingerprint(self) -> bytes:
        """The contact's fingerprint; empty where there is none."""
        if self._fingerprint is None:
            self._fingerprint = fingerprint(self.contact) if self.contact else b""
        return self._fingerprint

    def digest(self) -> bytes:
        """16 bytes that are equal exactly when the facts are; kept once reckoned."""
        if self._digest is None:
            facts = [
                self.category,
                self.area_id,
                self.unit_id,
                self.summary,
                self.place,
                self.longitude,
                self.latitude,
                stamp(self.opened_at),
                self.known_details(),
                self.fingerprint().hex(),
            ]
            key = settings.KEYRING.chain_key
            self._digest = chain.digest(chain.canonical(facts), key=key)[:16]
        return self._digest
