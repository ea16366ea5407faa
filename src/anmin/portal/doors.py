"""The ways in that the front page offers. One whose page is not there is not shown."""

from dataclasses import dataclass

from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from anmin.matters.flow import Text


@dataclass(frozen=True, slots=True)
class Door:
    """A way in: where it leads, what it is called, and what stands behind it."""

    address: str
    title: Text
    hint: Text = ""


DOORS = (
    Door("/r/", _("Report something"), _("You get a number, somebody responsible and a deadline")),
    Door("/f/", _("Follow what you reported"), _("Status, answer and deadline, with your code")),
    Door("/tell/", _("Tell secretly"), _("Without a name: only the inspectorate can read it")),
    Door("/read/", _("Read"), _("What is published: problem places, results, figures, answers")),
    Door("/take-part", _("Take part"), _("An idea, a survey, an answer to our questions")),
)
FURTHER = (
    Door("/services", _("Services of the windows")),
    Door("/board/", _("Places to be put right")),
    Door("/goods/", _("Things that wait for their owners")),
    Door("/read/?series=figures", _("Figures and how they are made")),
    Door("/read/?series=questions", _("Questions and answers")),
    Door("/quiz", _("A small quiz")),
    Door("/read/?series=promises", _("Promises, kept and missed")),
    Door("/draws", _("Random draws")),
    Door("/records", _("Check a receipt, keep a root")),
    Door("/privacy", _("How we use your data")),
)


def doors() -> list[Door]:
    """The five doors, as far as their pages are there."""
    return [one for one in DOORS if is_there(one.address)]


def further() -> list[Door]:
    """What else there is to read and to do."""
    return [one for one in FURTHER if is_there(one.address)]


def is_there(address: str) -> bool:
    """Whether there is a page at an address."""
    try:
        resolve(address.partition("?")[0])
    except Resolver404:
        return False
    return True
