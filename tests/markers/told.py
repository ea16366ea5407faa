"""Publications of every source about what was planted, by their own drafts and through the real gate."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from anmin.evidence.log import atomic
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters.models import Matter
from anmin.people.models import Account
from anmin.publishing import actions
from anmin.publishing.content import Content, content_of
from anmin.publishing.models import Publication
from anmin.publishing.names import of_matter
from anmin.publishing.queries import sheet
from anmin.publishing.sources import Source, all_sources
from tests.markers.marks import Somebody
from tests.personas import City


@dataclass
class Told:
    """How many of each source were published, and why some were not."""

    published: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


def publish_all(city: City, planted: Sequence[Matter], *, most: int) -> Told:
    """Everything that any source has to say, at most so many of each; with a sentence that somebody wrote in."""
    told, serials = Told(), {one.number: serial for serial, one in enumerate(planted)}
    for label, source in all_sources().items():
        for key in keys(source, city.programme, planted):
            if told.published[label] >= most:
                break
            if Publication.objects.filter(source=label, key=key).exists():
                continue
            try:
                with atomic():
                    publish(source, key, city, Somebody(serials.get(key, 0)), serials)
            except Refusal as refusal:
                told.refused[f"{label}: {refusal}"] += 1
            else:
                told.published[label] += 1
    return told


def keys(source: Source, by: Account, planted: Iterable[Matter]) -> Iterator[str]:
    """What the source offers, and every planted matter of a kind and state of which it has something to say."""
    offered = [one.key for one in source.offers(by)]
    yield from offered
    known: dict[tuple[str, str], bool] = {}
    for one in planted:
        sort = (one.kind, one.state)
        if sort not in known:
            known[sort] = _says(source, one.number, by)
        if known[sort] and one.number not in offered:
            yield one.number


def _says(source: Source, key: str, by: Account) -> bool:
    try:
        source.draft(key)
    except (NotFound, ValueError):
        return False
    return source.may_draft(by, key)


def publish(
    source: Source, key: str, city: City, somebody: Somebody, serials: dict[str, int]
) -> Publication:
    """One publication from draft to public, with a line about the person spelled somehow in both languages."""
    made = source.draft(key)
    lines = [_told_of(key, somebody)] if key in serials else []
    written = actions.Written(_with_lines(made.content, lines, frame=made.frame))
    row = actions.begin(source=source.label, key=key, by=city.programme, written=written)
    row = actions.submit(publication_id=row.pk, by=city.programme)
    for one in sheet(city.leader, row).warnings:
        actions.answer(
            publication_id=row.pk, warning=one.warning.key, reason="不涉个人", by=city.leader
        )
    digest = sheet(city.leader, row).digest
    if source.sign_off:
        actions.sign_off(publication_id=row.pk, digest=digest, reason="合法", by=city.inspector)
    return actions.approve(
        publication_id=row.pk, text=row.newest, digest=digest, examined=True, by=city.leader
    )


def _told_of(key: str, somebody: Somebody) -> str:
    """The person spelled somehow; by name only where the house knows it: what nobody told it, it cannot hide."""
    known = {one.text for one in of_matter(Matter.objects.get(number=key))}
    spelled = list(somebody.spelled())
    return "；".join(spelled if somebody.name in known else spelled[1:])


def _with_lines(content: Content, lines: list[str], *, frame: bool) -> Content:
    data: dict[str, Any] = content.model_dump(mode="json")
    for said in filter(None, (data["zh"], data["en"])):
        body = [f"{line} 1" for line in said["body"]] if frame else said["body"]
        said["body"] = [*body, *lines]
    return content_of(data)
