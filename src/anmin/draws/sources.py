"""Where public numbers come from (``sources.toml``): when the next comes, and what it looks like.

Pure: no database, no network.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict

from anmin.kernel.bilingual import english
from anmin.kernel.errors import Refusal


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Beacon(_Strict):
    """A network that publishes a number every few seconds; a round is counted from 1."""

    chain: str
    genesis: int
    period: int
    addresses: tuple[str, ...]


class Results(_Strict):
    """A public drawing on certain days (Monday is 1). A round is the day from which the first
    result counts, so that a holiday without one stops nobody.
    """

    weekdays: tuple[int, ...]
    at: time
    zone: str
    ascending: int
    address: str


class Source(_Strict):
    """One row of ``sources.toml``."""

    zh: str
    en: str
    value: str
    hint_zh: str
    hint_en: str
    source: str
    beacon: Beacon | None = None
    results: Results | None = None

    @property
    def title(self) -> str:
        """What it is called, in the reader's language."""
        return self.en if english() else self.zh

    @property
    def hint(self) -> str:
        """How its number is written, in the reader's language."""
        return self.hint_en if english() else self.hint_zh

    def first_after(self, moment: datetime) -> tuple[str, datetime]:
        """The first round whose number comes at ``moment`` or later, and when it comes."""
        if self.beacon is not None:
            passed = max(moment.timestamp() - self.beacon.genesis, 0)
            steps = int(-(-passed // self.beacon.period))
            at = self.beacon.genesis + steps * self.beacon.period
            return str(steps + 1), datetime.fromtimestamp(at, UTC)
        assert self.results is not None
        zone = ZoneInfo(self.results.zone)
        day = moment.astimezone(zone).date()
        while True:
            at_hour = datetime.combine(day, self.results.at, zone)
            if day.isoweekday() in self.results.weekdays and at_hour >= moment:
                return day.isoformat(), at_hour.astimezone(UTC)
            day += timedelta(days=1)

    def where(self, number: str) -> str:
        """Where anybody can look a round up."""
        if self.beacon is not None:
            return self.beacon.addresses[0].format(chain=self.beacon.chain, round=number)
        assert self.results is not None
        return self.results.address

    def clean(self, text: str) -> str:
        """The number as it is kept. Raises ``Refusal`` for what cannot be one."""
        found = " ".join(re.sub(r"[\s,，+|、]+", " ", text).split()).lower()
        balls = found.split(" ")[: self.results.ascending] if self.results else []
        if not re.fullmatch(self.value, found) or balls != sorted(set(balls)):
            raise Refusal(
                _("This cannot be the number: %(hint)s.") % {"hint": self.hint}, field="text"
            )
        return found

    def read_round(self, number: str, told: Mapping[str, Any]) -> tuple[str, str]:
        """Value and signature out of a beacon's answer about that round. Raises ``Refusal``.

        The value must be the SHA-256 of the signature. Whether the network made the signature is not
        checked here; anybody can, for both are published.
        """
        value, signature = told.get("randomness"), told.get("signature")
        if not (isinstance(value, str) and isinstance(signature, str)):
            raise Refusal("the answer lacks the number")
        if str(told.get("round")) != number or not re.fullmatch(
            "(?:[0-9a-f]{2}){1,128}", signature
        ):
            raise Refusal("the answer is about another round")
        if hashlib.sha256(bytes.fromhex(signature)).hexdigest() != value:
            raise Refusal("the number is not the SHA-256 of its signature")
        return self.clean(value), signature


@cache
def sources() -> Mapping[str, Source]:
    """The sources by code."""
    text = Path(__file__).with_name("sources.toml").read_text("utf-8")
    found = {code: Source.model_validate(row) for code, row in tomllib.loads(text).items()}
    for code, one in found.items():
        if (one.beacon is None) == (one.results is None):
            raise ValueError(f"sources.toml: {code} is either a beacon or has results")
    return found
