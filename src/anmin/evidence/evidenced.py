"""The mixin of every model whose rows are attested: each way of writing them notes itself."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, ClassVar, NoReturn

from django.apps import apps
from django.db import connection, models
from django.db.models.deletion import Collector
from django.db.models.lookups import Exact, In
from django.db.models.sql.where import AND
from django.utils.functional import Promise

from anmin.evidence.body import Note
from anmin.evidence.log import Notes, atomic, note
from anmin.evidence.shapes import Shape, Uncertain, shape

TOGETHER = 10_000


class EvidencedRows[M: models.Model](models.QuerySet[M]):
    """Rows of which every write is noted."""

    def update(self, **values: Any) -> int:
        """Update, and note which rows that were."""
        if not shape(self.model).names & values.keys():
            return super().update(**values)
        with atomic(savepoint=False):
            pks = _named_keys(self)
            if pks is None:
                pks = list(self.order_by().values_list("pk", flat=True))
                if connection.vendor == "postgresql":  # others may make rows match meanwhile
                    return sum(
                        _update_those(self, pks[start : start + TOGETHER], values)
                        for start in range(0, len(pks), TOGETHER)
                    )
            changed = super().update(**values) if pks else 0
            if changed:
                note(self.model, dict.fromkeys(pks))
        return changed

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete, and note what went, with everything that went along."""
        going = _going(self)
        with atomic(savepoint=False):
            deleted = super().delete()
            _note_all(going)
        return deleted

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        """Add rows, and note them."""
        if kwargs.get("ignore_conflicts") or kwargs.get("update_conflicts"):
            raise TypeError("rows that may be there already have no evidence")
        with atomic(savepoint=False):
            made = super().bulk_create(objs, *args, **kwargs)
            note(self.model, {row.pk: _given(row) for row in made})
        return made


class AppendOnlyRows[M: models.Model](EvidencedRows[M]):
    """Rows that may be added and read, and nothing else."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{self.model.__name__} rows are only ever added")

    update = delete = bulk_update = _refuse

    def erase(self, *columns: str) -> int:
        """Take texts out of rows that may not be kept any longer; the rows stay, and it is noted."""
        if not set(columns) <= set(self.model.EVIDENCE_ERASES):  # type: ignore[attr-defined]
            raise TypeError(f"{self.model.__name__} does not say that {columns} may be erased")
        fields = {one.name: one for one in self.model._meta.concrete_fields}
        blank = {name: fields[name].get_default() for name in columns}
        if any(blank.values()):
            raise TypeError(f"{sorted(blank)} have no blank that stands for what was erased")
        return super().update(**blank)


class Evidenced(models.Model):
    """A row that the evidence log attests.

    ``EVIDENCE_EXCEPT`` names columns that are mere bookkeeping, each with the reason;
    ``EVIDENCE_NAME`` leads to a short name that tells no personal data (``matter__number``);
    ``EVIDENCE_LABEL`` is the word for a row, where the verbose name is not it.
    """

    EVIDENCE_EXCEPT: ClassVar[Mapping[str, str]] = {}
    EVIDENCE_NAME: ClassVar[str] = ""
    EVIDENCE_LABEL: ClassVar[str | Promise] = ""

    objects = models.Manager.from_queryset(EvidencedRows)()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and note the row."""
        fields = kwargs.get("update_fields")
        if fields is not None and not shape(type(self)).names & set(fields):
            super().save(*args, **kwargs)
            return
        with atomic(savepoint=False):
            super().save(*args, **kwargs)
            note(type(self), {self.pk: _given(self) if fields is None else None})

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete, and note what went, with everything that went along."""
        going = _going([self])
        with atomic(savepoint=False):
            deleted = super().delete(*args, **kwargs)
            _note_all(going)
        return deleted


class AppendOnly(Evidenced):
    """A row that is written once.

    ``EVIDENCE_ERASES`` names the texts that may be taken out later: the log then tells of the row twice,
    and rightly.
    """

    EVIDENCE_ERASES: ClassVar[tuple[str, ...]] = ()

    objects = models.Manager.from_queryset(AppendOnlyRows)()  # type: ignore[misc]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row; a row that exists is never written again."""
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} rows are only ever added")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError(f"{type(self).__name__} rows are only ever added")


def attest(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    names: Sequence[str] = (),
) -> None:
    """Note rows that were inserted past the ORM, given as the database keeps them.

    ``columns`` are attribute names and hold the primary key and every attested column. Inside
    ``atomic``. O(rows), nothing is read.
    """
    if not rows:
        return
    form = shape(model)
    key = columns.index(form.pk.attname)
    macs = form.macs(columns, rows)
    told = map(Note, macs, names) if names else map(Note, macs)
    note(model, dict(zip([row[key] for row in rows], told, strict=True)))


def reread(rows: models.QuerySet[Any]) -> None:
    """Note rows that a statement of SQL changed past the ORM. Inside ``atomic``."""
    note(rows.model, dict.fromkeys(rows.order_by().values_list("pk", flat=True)))


def _given(row: models.Model) -> Note | None:
    form = shape(type(row))
    try:
        return Note(form.mac_of(row), form.name_of(row))
    except Uncertain:
        return None


def _update_those(rows: EvidencedRows[Any], pks: list[int], values: dict[str, Any]) -> int:
    changed = models.QuerySet.update(rows.filter(pk__in=pks), **values)
    note(rows.model, dict.fromkeys(pks))
    return changed


def _named_keys(rows: models.QuerySet[Any]) -> list[int] | None:
    """The primary keys that the query itself names, so that nobody need ask for them."""
    where = rows.query.where
    if where.connector != AND or where.negated:
        return None
    for one in where.children:
        target = getattr(getattr(one, "lhs", None), "target", None)
        if target is None or not target.primary_key or target.model is not rows.model:
            continue
        given = getattr(one, "rhs", None)
        if isinstance(one, Exact) and isinstance(given, int):
            return [given]
        if isinstance(one, In) and isinstance(given, list | tuple | set):
            return [key for key in given if isinstance(key, int)]
    return None


def _going(rows: Any) -> Notes:
    """The rows to be deleted and, as Django finds them, those that go or change with them."""
    found = list(rows)
    notes: Notes = {}
    collector = Collector(using=connection.alias, origin=rows)
    collector.collect(found)
    for model, gone in collector.data.items():
        notes.setdefault(model, {}).update({row.pk: Note.gone() for row in gone})
    for few in collector.fast_deletes:
        pks = few.values_list("pk", flat=True)
        notes.setdefault(few.model, {}).update({pk: Note.gone() for pk in pks})
    for changes in collector.field_updates.values():
        given: Iterable[Any] = changes  # lists and querysets of rows
        for row in chain.from_iterable(given):
            notes.setdefault(type(row), {}).setdefault(row.pk, None)
    return notes


def _note_all(notes: Notes) -> None:
    for model, rows in notes.items():
        if issubclass(model, Evidenced):
            note(model, rows)


def shapes() -> list[Shape]:
    """Every attested model, by its label."""
    found = [model for model in apps.get_models() if issubclass(model, Evidenced)]
    return [shape(model) for model in sorted(found, key=_label)]


_label = attrgetter("_meta.label_lower")
