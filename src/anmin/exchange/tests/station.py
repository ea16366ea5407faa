"""The files of a station: exports of the Chinese template, taken in by its people."""

import csv
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from anmin.callbacks.models import Callback
from anmin.exchange.imports import ImportResult, import_file
from anmin.exchange.template import template_columns
from anmin.matters.models import Contact, Deadline, Entry, LaterContact, Matter
from anmin.people.models import Account
from anmin.places.models import Unit

DAY = f"{timezone.localdate() - timedelta(days=1)}"


@dataclass
class Files:
    """Writes and takes in exports of the Chinese template."""

    folder: Path

    def path(self, *rows: dict[str, str]) -> Path:
        columns = [title.strip("*") for title in template_columns()]
        path = self.folder / "file.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            sheet = csv.DictWriter(file, columns)
            sheet.writeheader()
            sheet.writerows(rows)
        return path

    def take(self, actor: Account | None, *rows: dict[str, str], **more: Any) -> ImportResult:
        return import_file(self.path(*rows), **{"profile": "template_zh", "actor": actor, **more})

    def reasons(self, result: ImportResult) -> list[str]:
        assert result.rejects_file is not None
        rows = list(csv.reader(result.rejects_file.open(encoding="utf-8-sig", newline="")))
        return [row[-1] for row in rows[1:]]


def row(number: str = "J1", hour: int = 12, **cells: str) -> dict[str, str]:
    """An answered theft of Jinhu, as the city's export tells it."""
    return {
        "警情编号": number, "报警时间": f"{DAY} 08:00:00", "警情类别": "盗窃",
        "社区代码": "330381003099", "管辖单位": "RA-JH", "报警人": "王女士",
        "联系电话": "13857712345", "更新时间": f"{DAY} {hour:02}:00:00", **cells,
    }  # fmt: skip


ANSWERED = {"答复时间": f"{DAY} 09:10:00", "答复内容": "已立案"}
YUHAI = {"管辖单位": "RA-YH", "社区代码": ""}


def everything() -> list[Any]:
    """All that an import could have changed."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Matter, Entry, Deadline, Contact, LaterContact, Callback, Unit)
    ]


def mine(folder: Path, source: str = "template_zh") -> Path:
    """A profile of one's own."""
    path = folder / "mine.toml"
    path.write_text(
        f'name = "mine"\ntitle = "x"\nsource = "{source}"\n[time]\n'
        'formats = ["%Y-%m-%d %H:%M:%S"]\n[columns]\nexternal_id = "警情编号"\n'
        'received_at = "报警时间"\nanswered_at = "答复时间"\nreply = "答复内容"\n'
        'contact_phone = "联系电话"\nupdated_at = "更新时间"\nunit = "管辖单位"\n'
        'category = "警情类别"\n[category]\nlabels = true\ndefault = "other"\n',
        "utf-8",
    )
    return path
