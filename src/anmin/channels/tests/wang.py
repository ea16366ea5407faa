"""Messages to 王女士, and time that passes."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from anmin.channels.actions import queue_message
from anmin.channels.models import Message

WANG = "13812345678"


def to_wang(key: str = "callback:1:1", **changes: Any) -> Message:
    """A message to 王女士; with ``expects`` a question."""
    facts: dict[str, Any] = {
        "key": key,
        "medium": "sms",
        "recipient": WANG,
        "body": "请评价：1满意 2基本满意 3不满意",
        "language": "zh-hans",
        "subject_ref": "callback:1",
    }
    return queue_message(**{**facts, **changes})


def pass_time(**time: float) -> None:
    """Let everything that waits have waited that much longer."""
    for message in Message.objects.all():
        message.not_before -= timedelta(**time)
        if message.lease_until:
            message.lease_until -= timedelta(**time)
        message.save()


def in_(**time: float) -> datetime:
    """That much from now."""
    return timezone.now() + timedelta(**time)
