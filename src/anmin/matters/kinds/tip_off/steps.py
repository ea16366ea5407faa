"""The steps of a tip-off: opened by holders of the key, asked about, verified, passed on, rewarded."""

from django.utils.translation import gettext_lazy as _

from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Approval, Flow, Move, Rewarding, Stage, State, Text
from anmin.people.roles import Role

INSPECTION = frozenset({Role.INSPECTOR})
ENDED = frozenset({"founded", "unfounded", "unverifiable", "passed_on", "handed_over"})
LARGEST = 1_000_000
"""More than any local rule rewards: a slip of the hand."""


def answerable(matter: MatterFacts) -> Text | None:
    """Who told it on paper or by telephone has no code to read a word by."""
    if matter.details.get("way") == "online":
        return None
    return _("It came without a code: nobody can be answered.")


def not_rewarded(matter: MatterFacts) -> Text | None:
    """One reward for a tip-off."""
    return _("A reward was granted already.") if matter.details.get("reward") else None


def an_amount(matter: MatterFacts) -> Text | None:
    """A reward is a sum of money."""
    amount = matter.details.get("reward") or 0
    return None if 0 < amount <= LARGEST else _("This is no sum that is rewarded.")


def _verified(code: str, target: str, label: Text) -> Move:
    return Move(
        code,
        ("verifying", "asked"),
        target,
        label,
        INSPECTION,
        needs=("finding",),
        stamps="verified_at",
        public=False,
    )


FLOW = Flow(
    "received",
    {
        "received": State(Stage.OPEN, _("Sealed, not opened yet"), _("Received, not opened yet")),
        "verifying": State(Stage.WORKING, _("Under verification")),
        "asked": State(
            Stage.WAITING, _("Whoever told it was asked"), _("There is a question to you")
        ),
        "founded": State(Stage.DONE, _("Verified: founded")),
        "unfounded": State(Stage.DONE, _("Verified: unfounded")),
        "unverifiable": State(Stage.DONE, _("Cannot be verified")),
        "passed_on": State(
            Stage.DONE, _("Founded, passed on as a matter of its own"), _("Verified: founded")
        ),
        "handed_over": State(
            Stage.DONE,
            _("Handed over to the authority that answers for it"),
            _("Handed to another authority"),
        ),
    },
    (
        Move(
            "open_seal",
            "received",
            "verifying",
            _("Opened by the holders of the key"),
            frozenset({"system"}),
            unsealing=True,
            public=False,
        ),
        Move(
            "ask",
            "verifying",
            "asked",
            _("Ask whoever told it"),
            INSPECTION,
            needs=("question",),
            when=(answerable,),
            public=False,
        ),
        Move(
            "go_on",
            "asked",
            "verifying",
            _("Go on verifying"),
            INSPECTION,
            replies=True,
            public=False,
        ),
        Move(
            "remark",
            ("verifying", "asked"),
            "",
            _("Write down what was found out"),
            INSPECTION,
            needs=("remark",),
            public=False,
        ),
        Move(
            "extend",
            ("verifying", "asked"),
            "",
            _("Take longer to verify it"),
            INSPECTION,
            needs=("extension_ground",),
            extends="verify",
            approval=Approval(by=INSPECTION),
            public=False,
        ),
        _verified("find_founded", "founded", _("It is founded")),
        _verified("find_unfounded", "unfounded", _("It is unfounded")),
        _verified("find_unverifiable", "unverifiable", _("It cannot be verified")),
        # What is for another authority goes to it, and whoever told it learns so (刑事诉讼法 第一百一十条);
        # offences in office go to the supervisory authority (监察法 第三十七条).
        Move(
            "hand_over",
            ("verifying", "asked"),
            "handed_over",
            _("Hand it over to the authority that answers for it"),
            INSPECTION,
            needs=("handed_to", "finding"),
            stamps="verified_at",
            public=False,
        ),
        Move(
            "pass_on",
            "founded",
            "passed_on",
            _("Record the matter that was opened for it"),
            INSPECTION,
            needs=("passed_as",),
            public=False,
        ),
        Move(
            "grant",
            ("founded", "passed_on"),
            "",
            _("Grant a reward"),
            INSPECTION,
            needs=("reward",),
            when=(answerable, not_rewarded),
            guards=(an_amount,),
            approval=Approval(by=INSPECTION),
            rewards=Rewarding("reward", "tip_off.reward_claim"),
            public=False,
        ),
        Move(
            "take_up",
            ("unfounded", "unverifiable"),
            "verifying",
            _("Verify it again"),
            INSPECTION,
            needs=("remark",),
            public=False,
        ),
    ),
)
