"""Refusals: the only errors that a user is ever told about."""

from collections.abc import Mapping

SAID: dict[str, object] = {}
"""What refusals of this room, which knows no language, say in the reader's, by their code: filled
once by the room that is above all others."""


class Refusal(Exception):  # noqa: N818  (a refusal is an answer, not a fault)
    """An action that is not done, with a reason that may be shown to the user.

    ``message`` may be a lazy translation; it is only rendered when shown. ``field`` names the
    input at fault, ``line`` the line of a file (counted from 1), ``code`` is for machines.
    ``values`` are what the message says of this case, so that a room above can say it by the code
    in the user's language.
    """

    default_code = "refused"

    def __init__(
        self,
        message: object,
        *,
        field: str | None = None,
        line: int | None = None,
        code: str | None = None,
        values: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.line = line
        self.code = code or self.default_code
        self.values = values or {}

    def __str__(self) -> str:
        if (said := SAID.get(self.code)) is None:
            return str(self.message)
        return str(said) % self.values if self.values else str(said)


class NotAllowed(Refusal):
    """The actor's role or scope does not reach this."""

    default_code = "not_allowed"


class Conflict(Refusal):
    """Somebody else was first, or the record has changed since it was read."""

    default_code = "conflict"


class NotFound(Refusal):
    """There is nothing under that name, number or key."""

    default_code = "not_found"


class Unavailable(Refusal):
    """A part that is needed cannot be reached or read now."""

    default_code = "unavailable"
