"""In which order kinds are offered to whoever opens a matter."""

from collections.abc import Iterable

import pytest

from anmin.matters import usual
from anmin.matters.registry import kind_of


class Opened:
    """Stands for the entries: the kinds that were opened lately."""

    def __init__(self, kinds: Iterable[str]) -> None:
        self.kinds = list(kinds)

    def filter(self, **_said: object) -> "Opened":
        return self

    def order_by(self, _by: str) -> "Opened":
        return self

    def values_list(self, _column: str, *, flat: bool) -> list[str]:
        assert flat
        return self.kinds


def test_the_first_kind_comes_first_then_what_is_opened_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lately = Opened(["window_service"] * 5 + ["suggestion"] * 9)
    monkeypatch.setattr(usual.Entry, "objects", lately)
    kinds = [kind_of(code) for code in ("petition", "window_service", "suggestion", "incident")]
    offered = [kind.code for kind in usual.usual_first(kinds)]
    assert offered == ["incident", "suggestion", "window_service", "petition"]
    assert [kind.code for kind in usual.usual_first(kinds[:3])] == offered[1:]
