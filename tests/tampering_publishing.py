"""Changes to what publishing keeps."""

from datetime import datetime

from anmin.people.models import Account
from anmin.publishing.models import Clipping, Edition, Publication, Step, StoryConsent, Text
from tests.tampering import MISSING, Change

PUBLISHING = [
    Change(
        "a publication put before the public",
        "publishing_publication",
        "UPDATE publishing_publication SET shown = 2, version = version + 1 WHERE id = {id}",
    ),
    Change(
        "what somebody wrote",
        "publishing_text",
        "UPDATE publishing_text SET hidings = '[]', area = 'x' WHERE id = {id}",
    ),
    Change(
        "what the public reads",
        "publishing_edition",
        "UPDATE publishing_edition SET words = 'mine' WHERE id = {id}",
    ),
    Change(
        "an approval removed",
        "publishing_step",
        "DELETE FROM publishing_step WHERE id = {id}",
        MISSING,
    ),
    Change(
        "a clipping",
        "publishing_clipping",
        "UPDATE publishing_clipping SET outlet = 'mine' WHERE id = {id}",
    ),
    Change(
        "a consent that was taken back",
        "publishing_storyconsent",
        "UPDATE publishing_storyconsent SET withdrawn_at = NULL, how = 'x' WHERE id = {id}",
    ),
]


def published(by: Account, at: datetime) -> None:
    """One row of each table. Inside ``atomic``."""
    row = Publication.objects.create(
        series="board",
        source="listing",
        key="GP-1",
        number="BG-2000-0001",
        standing="live",
        shown=1,
        made_at=at,
        made_by=by,
        published_at=at,
        changed_at=at,
    )
    Text.objects.create(publication=row, seq=1, at=at, by=by, sealed=b"x", hidings=[{"path": "x"}])
    Edition.objects.create(
        publication=row, seq=1, at=at, content={}, digest="0" * 64, face="plain", words="x"
    )
    Step.objects.create(publication=row, seq=1, at=at, actor=by, did="approve", text=1)
    Clipping.objects.create(publication=row, at=at, by=by, outlet="x", on=at.date(), key="x")
    StoryConsent.objects.create(
        title="x", account=by, given_on=at.date(), how="?", written_at=at, written_by=by, key="x"
    )
