"""Where the recording of a call is: a port to the call platform, found by the matter's reference.

``ANMIN_RECORDINGS`` names the platform. An address with ``{reference}`` (``{round}``, ``{day}``,
``{badge}`` if wanted) leads into the platform's own player; a folder holds files whose names begin
with the reference, as platforms export them: ``JQ-2026-0000708-X_20261128.wav``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone

from anmin.callbacks.models import Attempt, Callback

SUFFIXES = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".m4a": "audio/mp4"}
"""Sound files that browsers play, and what they are."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording: an ``address`` of the platform, or a ``file`` here."""

    address: str = ""
    file: Path | None = None


class Platform(Protocol):
    """Finds the recording of the call in which a callback was answered."""

    def find(self, callback: Callback, call: Attempt | None) -> Recording | None:
        """The recording, if the platform has one."""


@dataclass(frozen=True, slots=True)
class Player:
    """The platform's own page for a recording."""

    pattern: str

    def find(self, callback: Callback, call: Attempt | None) -> Recording | None:
        """Its address; whether there is a recording only the platform knows."""
        operator = call.operator if call else None
        words = {
            "reference": callback.matter.number,
            "round": callback.round,
            "day": timezone.localdate(call.at).isoformat() if call else "",
            "badge": operator.service_number if operator else "",
        }
        return Recording(
            self.pattern.format_map({key: quote(str(told), safe="") for key, told in words.items()})
        )


@dataclass(frozen=True, slots=True)
class Folder:
    """Files that the platform exports into a folder."""

    path: Path

    def find(self, callback: Callback, call: Attempt | None) -> Recording | None:
        """The newest file of the reference; of the call's own day, where names tell it."""
        name = callback.matter.number
        found = [
            one
            for one in self.path.glob(f"{name}*")
            if one.suffix.lower() in SUFFIXES
            and not one.name[len(name)].isalnum()
            and one.resolve().is_relative_to(self.path.resolve())
        ]
        day = f"{timezone.localdate(call.at):%Y%m%d}" if call else ""
        of_day = [one for one in found if day and day in one.name]
        chosen = max(of_day or found, key=lambda one: one.name, default=None)
        return Recording(file=chosen) if chosen else None


def platform() -> Platform | None:
    """The call platform of this installation, if it has named one."""
    told = settings.RECORDINGS
    if not told:
        return None
    return Player(told) if told.startswith(("https://", "http://")) else Folder(Path(told))


def recorded() -> bool:
    """Whether calls are recorded here: whoever is called is told so (个人信息保护法 17)."""
    return bool(settings.RECORDINGS)


def recording_of(callback: Callback) -> Recording | None:
    """The recording of the call in which a callback was answered, if there is one."""
    known = platform()
    if known is None:
        return None
    calls = callback.attempt_rows.filter(channel=Attempt.Channel.CALL, outcome="reached")
    return known.find(callback, calls.select_related("operator").order_by("-seq").first())
