"""What the walk over all addresses finds in publishing: a text that waits, one in hand, a place to write about."""

from tests.personas import City

from anmin.matters.models import Matter
from anmin.publishing.models import Publication, Work
from anmin.publishing.tests import scene


def written(city: City) -> None:
    """One that waits for another person, one draft, and a listed place without a text."""
    scene.submitted(city)
    scene.drafted(city)
    scene.listed(city)


def in_hand(name: str) -> Publication:
    """The one that an address is about."""
    work = Work.DRAFT if name == "desk:publication_draft" else Work.SUBMITTED
    return Publication.objects.get(work=work)


def to_write_about() -> str:
    """The number of a listed place that nobody has written about."""
    rows = Matter.objects.filter(kind="listing", state="listed")
    return rows.exclude(number__in=Publication.objects.values("key"))[:1].get().number
