"""What callbacks keep of a matter that tells of somebody, taken out when the matter's time is over."""

from collections.abc import Collection

from anmin.callbacks.models import Answer, Attempt, Callback, ClaimDecision
from anmin.callbacks.recording import SUBJECT
from anmin.callbacks.reply_models import DeliveryCase, ReplyItem
from anmin.channels.erasing import erase_about
from anmin.matters.models import Matter
from anmin.matters.retention import erases


def erase_words(matters: Collection[int]) -> None:
    """Erase open answers, notes on calls, messages, replies and reasons. Inside a transaction.

    What was answered by choice stays, as does each attempt.
    """
    callbacks = list(Callback.objects.filter(matter__in=matters).values_list("pk", flat=True))
    answers = Answer.objects.filter(callback__in=callbacks)
    answers.exclude(text=b"").erase("text")
    answers.exclude(spoken_to=b"").erase("spoken_to")
    Attempt.objects.filter(callback__in=callbacks).exclude(note=b"").erase("note")
    ClaimDecision.objects.filter(matter__in=matters).erase("reason")
    subjects = [f"{SUBJECT}{pk}" for pk in callbacks]
    looked_at = ReplyItem.objects.filter(about__subject_ref__in=subjects)
    replies = list(looked_at.values_list("reply_id", flat=True))
    looked_at.update(reason=b"")
    about = [*subjects, *(f"matter:{number}" for number in _numbers(matters))]
    DeliveryCase.objects.filter(message__subject_ref__in=about).exclude(reason="").erase("reason")
    erase_about(subjects, replies)


def _numbers(matters: Collection[int]) -> list[str]:
    return list(Matter.objects.filter(pk__in=matters).values_list("number", flat=True))


def still_called(matters: Collection[int]) -> set[int]:
    """Those of these matters whose citizens are still to be called."""
    rows = Callback.objects.filter(matter__in=matters, closed_at=None)
    return set(rows.values_list("matter_id", flat=True))


erases(erase_words, rests=still_called)
