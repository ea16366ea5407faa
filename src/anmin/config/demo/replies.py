"""What the demo's citizens wrote back that a person has to look at, and a message that was lost.

Through the gateway's own door; only that the gateway refuses one number is pretended.
"""

from contextlib import redirect_stdout, suppress
from io import StringIO
from unittest import mock

from django.conf import settings

from anmin.callbacks.replies import take_replies
from anmin.channels.actions import receive_reply
from anmin.channels.delivery import deliver_due
from anmin.channels.models import Ended, Question, Status
from anmin.channels.providers.base import PermanentProblem
from anmin.channels.queries import recipient_of
from anmin.channels.registry import provider_class
from anmin.kernel.errors import Refusal
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.matters.reactions import ask_citizen
from anmin.people.models import Account
from anmin.people.roles import Role

OPEN = ("3，来得太晚了，东西也没追回来", "楼上晚上还是吵，麻烦再来看看", "你们是哪个单位？")
LATER = "还想补充一句：出警的同志态度很好，就是等得久了点"
STRANGER = ("+8613905770000", "打错了吧，我没有报过警")


def hold() -> None:
    """A few replies wait in the inbox, and one message did not arrive."""
    asked = Question.objects.filter(
        message__status=Status.SENT, message__template="callback"
    ).select_related("message")
    waiting = list(asked.filter(closed_at=None).order_by("-pk")[: len(OPEN)])
    written = [(recipient_of(one.message), text) for one, text in zip(waiting, OPEN, strict=False)]
    answered = asked.filter(ended=Ended.ANSWERED).order_by("-pk").first()
    if answered is not None:
        written.append((recipient_of(answered.message), LATER))
    written.append(STRANGER)
    for number, (sender, text) in enumerate(written, start=1):
        receive_reply(provider="demo", provider_ref=f"demo-{number}", sender=sender, text=text)
    take_replies()
    _lose_one()


def _lose_one() -> None:
    """An officer asks somebody whose number the gateway refuses."""
    ready = Matter.objects.filter(
        kind="incident", state__in=("arrived", "handled"), contact__phone_index__isnull=False
    )
    officers = {one.unit_id: one for one in Account.objects.filter(role=Role.OFFICER)}
    gateway = provider_class(settings.MESSAGE_ROUTES["sms"])
    refusal = PermanentProblem("SMS gateway answered 410")
    with redirect_stdout(StringIO()):
        while deliver_due(limit=500):
            pass
    for matter in ready.filter(unit_id__in=[unit for unit in officers if unit]).order_by("pk"):
        with suppress(Refusal):
            ask_citizen(
                matter_id=matter.pk,
                code="ask",
                actor=Actor.of(officers[matter.unit_id]),
                question="请问当时停放的位置附近有没有监控？",
                key="demo",
            )
            with (
                mock.patch.object(gateway, "send", side_effect=refusal),
                redirect_stdout(StringIO()),
            ):
                deliver_due()
            return
