"""What the made-up citizens answer, and what puts them off."""

import random

from anmin.callbacks.models import Callback, Satisfaction, Solved
from anmin.callbacks.recording import Said
from anmin.config.demo.events import stories

CONCERNS = {
    "slow": ("slow_arrival", "no_feedback"),
    "usual": ("not_explained", "no_feedback", "not_solved", "attitude", "not_careful"),
    "property": ("loss_not_recovered", "no_feedback", "not_solved"),
}
WORDS = (
    "希望案件有进展能主动告诉我们。",
    "来得有点慢，等了快一个小时。",
    "处理得不清不楚，没有解释。",
    "态度一般，希望耐心一点。",
    "晚上又开始吵了，没解决。",
)
SAD = 0.12
"""Of those who brought something else than a call, who is dissatisfied."""
THANKS = ("", "", "", "谢谢民警。", "处理得很快。", "")


def reply_to(callback: Callback, rng: random.Random, *, late: bool, weak_unit: bool) -> Said:
    """One citizen's answer: mostly content, less so after a long wait or at a weak station."""
    matter = callback.matter
    told = stories().get(matter.category)
    sad = (told.sad if told else SAD) * (2.2 if late else 1) * (1.6 if weak_unit else 1)
    if callback.round > 1:
        sad = 0.28
    if rng.random() < sad:
        return unhappy(matter.category, rng, late=late)
    fairly = rng.random() < 0.13
    return Said(
        satisfaction=Satisfaction.FAIRLY if fairly else Satisfaction.SATISFIED,
        solved=rng.choices((Solved.YES, Solved.PARTLY, Solved.DONT_KNOW), (0.75, 0.15, 0.1))[0],
        text=rng.choice(THANKS),
        consent_contact=True,
    )


def unhappy(category: str, rng: random.Random, *, late: bool) -> Said:
    """The answer of somebody who is dissatisfied."""
    property_loss = category in ("theft", "burglary", "robbery", "fraud")
    pool = CONCERNS["slow"] if late else CONCERNS["property" if property_loss else "usual"]
    return Said(
        satisfaction=Satisfaction.DISSATISFIED,
        solved=rng.choices((Solved.NO, Solved.PARTLY, Solved.YES), (0.6, 0.3, 0.1))[0],
        concerns=tuple(rng.sample(pool, k=min(len(pool), rng.choice((1, 1, 2))))),
        text=rng.choice(WORDS),
        consent_contact=rng.random() < 0.8,
    )
