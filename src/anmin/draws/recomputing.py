"""What of a draw is published for anybody to compute it again, and the script that does."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from anmin.draws.models import PublicNumber
from anmin.draws.numbers import source_of


@cache
def script() -> str:
    """A program of some lines, of Python's standard library alone, that reads ``Published.text``."""
    return Path(__file__).with_name("recompute.txt").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Published:
    """A draw as it is told to everybody.

    ``frame`` holds, for each who could be drawn, what the lot is drawn over, the stratum and the
    cluster. Either ``share`` of all are drawn, or ``sizes`` of each stratum, in clusters of ``take``.
    ``secret`` is empty, and nobody is told as drawn, while it is sealed.
    """

    name: str
    population: str
    secret_hash: str
    secret: str
    number: PublicNumber | None
    frame: Sequence[tuple[str, str, str]]
    frame_digest: str
    share: Decimal | None
    sizes: Mapping[str, int]
    take: int | None
    drawn: Iterable[str]
    drawn_digest: str
    times: Mapping[str, str]

    def text(self) -> str:
        """The file: every field is covered by ``digest``, so that no copy of it is altered unseen."""
        told: dict[str, Any] = {
            "name": self.name,
            "population": self.population,
            "secret_hash": self.secret_hash,
            "secret": self.secret,
            "number": _number(self.number),
            "frame": [list(row) for row in self.frame],
            "frame_digest": self.frame_digest,
            "share": None if self.share is None else str(self.share),
            "sizes": dict(self.sizes),
            "take": self.take,
            "drawn": sorted(self.drawn) if self.secret else [],
            "drawn_digest": self.drawn_digest if self.secret else "",
            "times": dict(self.times),
        }
        whole = json.dumps(told, sort_keys=True, ensure_ascii=False)
        told["digest"] = hashlib.sha256(whole.encode()).hexdigest()
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _number(number: PublicNumber | None) -> dict[str, str] | None:
    if number is None:
        return None
    return {
        "source": number.source,
        "round": number.round,
        "due_at": number.due_at.isoformat(),
        "where": source_of(number).where(number.round),
        "value": number.value,
        "signature": number.signature,
    }
