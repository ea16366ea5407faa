"""Tables of libraries on which a right rests: their rows are attested like those of the house.

A library writes them by its own code. Its signals would come after the write and outside its
transaction, so its model is given the base that notes each write by itself.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models

from anmin.evidence.evidenced import Evidenced, EvidencedRows


def adopt(
    model: type[models.Model],
    *,
    left_out: Mapping[str, str],
    name: str = "",
    label: Any = "",
    base: Any = Evidenced,
) -> None:
    """Let the log attest a library's model; once, when every model is known.

    ``left_out``, ``name`` and ``label`` are what a model of the house says as ``EVIDENCE_EXCEPT``,
    ``EVIDENCE_NAME`` and ``EVIDENCE_LABEL``. ``base`` may do more on the way to the database.
    """
    adopted: Any = model
    if issubclass(model, base):
        return
    if model.__bases__ != (models.Model,):
        raise TypeError(f"{model.__name__} has a base of its own: its writes would not be noted")
    adopted.__bases__ = (base,)
    rows = type(adopted.objects).from_queryset(EvidencedRows)()
    others = [one for one in adopted._meta.local_managers if one.name != "objects"]
    adopted._meta.local_managers = others
    adopted.add_to_class("objects", rows)
    adopted.EVIDENCE_EXCEPT = left_out
    adopted.EVIDENCE_NAME = name
    adopted.EVIDENCE_LABEL = label
