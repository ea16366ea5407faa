"""What the walk over all addresses finds in publishing: a text that waits, one in hand, a place to write about."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.personas import City

from anmin.config.tests.rights_scene import Made, Scene
from anmin.files.actions import keep
from anmin.files.models import File
from anmin.matters.models import Matter
from anmin.people.models import Account
from anmin.property.tests.scene import picture
from anmin.publishing import actions
from anmin.publishing.models import Publication, Work
from anmin.publishing.photos import ORIGINAL, SHOWN
from anmin.publishing.tests import scene

if TYPE_CHECKING:
    from anmin.config.tests.rights_world import World


def written(city: City) -> None:
    """One that waits for another person, one draft, and a listed place without a text."""
    scene.submitted(city)
    scene.drafted(city)
    scene.listed(city)


def in_hand(name: str) -> Publication:
    """The one that an address is about."""
    drafts = name == "desk:publication_draft" or name.startswith("desk:publication_photo")
    work = Work.DRAFT if drafts else Work.SUBMITTED
    return Publication.objects.get(work=work)


def to_write_about() -> str:
    """The number of a listed place that nobody has written about."""
    rows = Matter.objects.filter(kind="listing", state="listed")
    return rows.exclude(number__in=Publication.objects.values("key"))[:1].get().number


def photo_kept(world: "World", _account: Account, _mine: str) -> Scene:
    """A photo of the draft, and what puts it into the text."""
    row, by = Publication.objects.get(work=Work.DRAFT), world.city.programme
    known = File.objects.filter(label=ORIGINAL, key=str(row.pk)).first()
    kept = known or keep(
        label=ORIGINAL, key=str(row.pk), name="门.jpg", chunks=[picture()], by=by, request="p"
    )
    form = {"looked": "on", "zh": "小区大门", "en": "The gate of the place"}
    return Scene({"file_id": kept.pk}, {**form, "file": SimpleUploadedFile("门.jpg", picture())})


def photo_covered(world: "World", account: Account, mine: str) -> Scene:
    """The same in the text of the draft."""
    kept, row = photo_kept(world, account, mine), Publication.objects.get(work=Work.DRAFT)
    actions.put_in(
        publication_id=row.pk,
        file_id=int(kept.parts["file_id"]),
        boxes=[],
        looked=True,
        zh="小区大门",
        en="The gate of the place",
        by=world.city.programme,
        form_key="covered",
    )
    return Scene({"file_id": File.objects.filter(label=SHOWN).latest("pk").pk})


SCENES: Mapping[str, Made] = {
    "desk:publication_photo": photo_kept,
    "desk:publication_photos": photo_kept,
    "desk:publication_photo_original": photo_kept,
    "desk:publication_photo_shown": photo_covered,
}
