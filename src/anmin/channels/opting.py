"""Who wants no messages: none at all, or none about one subject. One record, whichever way it came."""

from collections.abc import Iterable

from anmin.channels.addresses import clean_recipient, recipient_index
from anmin.channels.conversation import end_question_of, end_with
from anmin.channels.letters import letters
from anmin.channels.models import Ended, OptOut, Question
from anmin.channels.subjects import whole_of
from anmin.evidence.log import atomic
from anmin.evidence.prepared import Prepared

_opt_outs = Prepared(lambda index: OptOut.objects.filter(recipient_index=index), like=b"")


def refuses(index: bytes, subject_ref: str = "", letter: str = "") -> bool:
    """Whether somebody wants no messages, or none about that; not what he asked for himself just now
    (``Letter.asked``), unless he wants none at all."""
    about = {one.about for one in _opt_outs(index)}
    if "" in about or not about:
        return bool(about)
    return letter not in _asked() and bool(about & {subject_ref, whole_of(subject_ref)})


def _asked() -> Iterable[str]:
    return {one.code for one in letters() if one.asked}


@atomic
def opt_out_index(index: bytes, *, via: str, about: str = "") -> OptOut:
    """Record that whoever has that number, known by its index only, wants no messages: none at all,
    or none ``about`` one subject."""
    if about:
        for one in Question.objects.filter(recipient_index=index, closed_at=None):
            if whole_of(one.message.subject_ref) == about:
                end_question_of(one.message_id, Ended.STOPPED)
    else:
        end_with(index, Ended.STOPPED)
    row, _made = OptOut.objects.get_or_create(
        recipient_index=index, about=about, defaults={"via": via}
    )
    return row


@atomic
def opt_out(*, medium: str, recipient: str, via: str, about: str = "") -> OptOut:
    """Record that somebody wants no messages, told on another way than by reply."""
    index = recipient_index(medium, clean_recipient(medium, recipient))
    return opt_out_index(index, via=via, about=about)


def opt_in_index(index: bytes, *, about: str | None = None) -> None:
    """Record that somebody wants messages again: all, or those ``about`` one subject."""
    rows = OptOut.objects.filter(recipient_index=index)
    (rows if about is None else rows.filter(about=about)).delete()
