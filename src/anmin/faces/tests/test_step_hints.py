"""Beside each box of a step stands whether the citizen reads it; no two boxes say the same."""

import pytest
from django.utils import translation

from anmin.faces.forms import step_form
from anmin.matters.registry import all_kinds

READS, NOT = {"群众可以看到这一项。"}, {"群众看不到这一项。"}


def hints(kind: str, step: str) -> dict[str, str]:
    with translation.override("zh-hans"):
        fields = step_form(kind, step)().fields
        return {name: str(one.help_text) for name, one in fields.items()}


@pytest.mark.parametrize(
    ("kind", "step", "read", "unread"),
    [
        ("petition", "extend", {"extension_reason"}, {"note"}),
        ("petition", "review_begins", {"review_body", "review_begun_on"}, set()),
        ("petition", "decide", {"review_result", "review_reply"}, {"note"}),
        ("petition", "close", {"second_result", "second_reply"}, {"note"}),
        ("petition", "reply", {"outcome", "reasons", "reply"}, set()),
        ("petition", "withdraw", {"note"}, set()),
        ("petition", "object", set(), set()),
        ("window_service", "longer", {"longer_reason"}, {"note"}),
        ("window_service", "finish", {"result", "visits"}, set()),
        ("incident", "answer", {"reply"}, set()),
        ("incident", "handle", set(), set()),
        ("listing", "go_on", set(), set()),
        ("listing", "list", {"lacks"}, {"note"}),
        ("listing_order", "accept", set(), set()),
        ("violation_outcome", "overturn", set(), set()),
        ("unreasonable_demand", "withdraw", {"note"}, set()),
    ],
)
def test_what_the_citizen_reads_says_so_and_nothing_else(
    kind: str, step: str, read: set[str], unread: set[str]
) -> None:
    told = hints(kind, step)
    assert {name for name, hint in told.items() if {hint} == READS} == read
    assert {name for name, hint in told.items() if {hint} == NOT} == unread


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_two_boxes_of_a_step_bear_one_label(language: str) -> None:
    with translation.override(language):
        for kind in all_kinds():
            for edge in kind.flow.moves:
                fields = step_form(kind.code, edge.code)().fields
                labels = [
                    str(one.label) for name, one in fields.items() if name not in ("key", "version")
                ]
                assert len(labels) == len(set(labels)), (kind.code, edge.code, labels)
                assert not {"原因", "Why"} & set(labels)
