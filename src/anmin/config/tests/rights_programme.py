"""A programme for the walk: in force, a version that waits, a proof that waits and one to be brought."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile

from anmin.campaign import actions
from anmin.campaign.tests.scene import SMALL, changed, in_force
from anmin.files.actions import keep
from anmin.property.tests.scene import picture

if TYPE_CHECKING:
    from tests.personas import City

MORE = """
[[item]]
code = "B5"
activity = "order"
title = "座谈会"
lead = "RA-JH"
proof = "milestone"
"""
KEYS = {"desk:programme_judge": "p1.B3", "desk:programme_records": "p1.B1"}
"""The item that each page is asked for; the others for the one to be proved."""
TO_PROVE = "p1.B5"


def programme(city: "City") -> dict[str, int]:
    """Loaded by 孙平 and approved by 郑局; the key of the document of each of its milestones."""
    in_force(city, (SMALL + MORE).encode())
    again = changed(("target = 40", "target = 41")) + MORE.encode()
    actions.load(name="p.toml", content=again, by=city.programme)
    files = {}
    for key in ("p1.B3", TO_PROVE):
        row = keep(
            label=actions.LABEL,
            key=key,
            name="notes.jpg",
            chunks=[picture()],
            by=city.officer,
            request=key,
        )
        files[key] = row.pk
    actions.submit(key="p1.B3", file_id=files["p1.B3"], note="", by=city.officer)
    return files


def third() -> bytes:
    """A file that is neither in force nor waits."""
    return changed(("target = 40", "target = 42")) + MORE.encode()


def part(part: str, name: str, files: Mapping[str, int]) -> Any:
    """What stands for a part of an address: 2 is the version that waits."""
    known = {
        "key": KEYS.get(name, TO_PROVE),
        "code": "p1",
        "number": 2,
        "seq": 1,
        "file_id": files[TO_PROVE],
        "ending": "csv",
    }
    return known[part]


def forms(files: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """What the pages of programmes send."""
    return {
        "desk:programme_load": {"file": SimpleUploadedFile("p.toml", third())},
        "desk:programme_decide": {"do": "keep"},
        "desk:programme_judge": {"do": "keep"},
        "desk:programme_proof": {"file": str(files[TO_PROVE])},
        "desk:programme_files": {"file": SimpleUploadedFile("b.jpg", picture())},
    }
