"""What a step tells somebody: declared with the kind, sent by ``messages``. Without a database."""

from dataclasses import dataclass
from string import Formatter

from django.utils.functional import Promise

WORDS = frozenset({"bureau", "about", "number", "office", "due", "page", "days", "rule"})
"""What every text may name: see ``messages.words``; ``{rule[key]}`` is the number of a rule. Besides these
the facts that are told."""
GIVEN_ONCE = frozenset({"code"})
"""What only the text of an opening may name: the code to follow the matter by."""


@dataclass(frozen=True)
class Tell:
    """One message to whoever reported the matter, or to the party of role ``to``.

    ``text`` names in braces what it tells (``{office}``, ``{reply}``). ``followed``: only for those
    who follow it by a code; whoever telephoned is told by word of mouth, and is not told twice.
    """

    text: str | Promise
    to: str = ""
    followed: bool = False

    @property
    def names(self) -> frozenset[str]:
        """What its text names."""
        return frozenset(name.partition("[")[0] for name in self._fields())

    @property
    def rules(self) -> frozenset[str]:
        """The rules whose numbers its text tells."""
        return frozenset(name[5:-1] for name in self._fields() if name.startswith("rule["))

    def _fields(self) -> list[str]:
        return [name for _1, name, _2, _3 in Formatter().parse(str(self.text)) if name]

    def check(self, known: frozenset[str]) -> None:
        """Refuse a text that names what is not there when it is sent."""
        if strange := self.names - known:
            raise ValueError(f"a message names {sorted(strange)}")
