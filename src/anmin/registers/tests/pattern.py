"""Two registers that only tests have: locks to be issued by the number, and keys, each of which is one."""

from typing import Annotated

from pydantic import Field

from anmin.kernel.errors import NotAllowed
from anmin.matters.kind import Details, fact
from anmin.people.models import Account
from anmin.registers.declaration import Handing, Proposed, Register, Standing, declare
from anmin.registers.holders import Hand

ANYWHERE = frozenset({Hand.PERSON, Hand.STORE})
OUT = frozenset({Hand.OUTSIDE})
REFUSED = "nobody"


class StockDetails(Details):
    """What it is."""

    title: str = fact("What it is", "", longest=40)
    price: Annotated[int, Field(ge=0)] | None = fact("Price")


def _require(account: Account, step: Proposed) -> None:
    if account.username == REFUSED:
        raise NotAllowed("not you")


def _register(code: str, prefix: str, *, single: bool) -> Register:
    return declare(
        Register(
            code=code,
            prefix=prefix,
            label=code,
            details=StockDetails,
            states={"here": Standing("Here", live=True), "gone": Standing("Gone", live=False)},
            steps=(
                Handing("hand", ("here",), "here", "Hand over", ANYWHERE, ANYWHERE),
                Handing("price", ("here",), "", "Price it", needs=("price",)),
                Handing(
                    "give", ("here",), "gone" if single else "here", "Give away", ANYWHERE, OUT
                ),
                *([] if single else [Handing("add", ("here",), "here", "Add", OUT, ANYWHERE)]),
            ),
            asks=("title",),
            source="maker",
            outside={"maker": "the maker", "citizen": "a citizen"},
            require=_require,
            single=single,
        )
    )


LOCKS = _register("test_locks", "TLK", single=False)
KEYS = _register("test_keys", "TKY", single=True)
