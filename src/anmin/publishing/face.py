"""What the public would read of a text: its words without what is hidden; and whether that still fits."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from anmin.kernel.errors import NotFound
from anmin.matters.models import Matter
from anmin.publishing.content import Content
from anmin.publishing.models import Did, Publication, Step, Text
from anmin.publishing.names import of_matter
from anmin.publishing.redaction import Hiding, Known, applied, propose, rules


@dataclass(frozen=True, slots=True)
class Face:
    """The public side of a text. ``stale``: something is to be hidden now that was not then.

    ``own`` is what its source would say today; nothing where it has nothing to say any more.
    """

    content: Content
    hidings: list[Hiding]
    lifted: dict[str, str]
    stale: bool
    own: Content | None


def lifted_in(text: Text) -> dict[str, str]:
    """The hidings of a text that were lifted, by their keys, with the reasons; none by law."""
    found: dict[str, str] = {}
    steps = Step.objects.filter(
        publication_id=text.publication_id, text=text.seq, did__in=(Did.LIFT, Did.HIDE)
    )
    for step in steps.order_by("seq"):
        if step.did == Did.LIFT:
            found[step.about] = step.reason
        else:
            found.pop(step.about, None)
    free = {one.key for one in text.places if not rules()[one.rule].law}
    return {key: why for key, why in found.items() if key in free}


def read_as(text: Text) -> Content:
    """The words of a text without what was hidden when it was written, but for what was lifted."""
    return applied(text.content, text.places, lifted_in(text))


def known_of(
    publication: Publication, names: Iterable[Known], marked: Iterable[str]
) -> list[Known]:
    """The words to be hidden: what its source names, everybody in the matter that it is about, what was marked.

    The gate looks at the matter itself: no source can forget it.
    """
    matter = Matter.objects.filter(number=publication.key).first()
    people = of_matter(matter) if matter is not None else []
    found = [*names, *people, *(Known(one, "marked") for one in marked)]
    return list(dict.fromkeys(found))


def face_of(text: Text) -> Face:
    """What the public would read of it, by the rules and names of now."""
    publication = text.publication
    known, own = known_of(publication, (), text.marked), None
    with suppress(NotFound):
        made = publication.of.draft(publication.key)
        known, own = known_of(publication, made.names, text.marked), made.content
    places, lifted = text.places, lifted_in(text)
    now = {one.key for one in propose(text.content, known)}
    then = {one.key for one in places}
    shown = applied(text.content, places, lifted)
    return Face(shown, places, lifted, stale=not now <= then, own=own)
