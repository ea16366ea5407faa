"""What was published: the exposure board, everything by series and by words, one text, older ones.

These pages read ``anmin.publishing.public`` and nothing else.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from anmin.portal.cached import everybodys
from anmin.portal.forms import ReadWords
from anmin.publishing import public


@require_safe
@everybodys()
def board(request: HttpRequest) -> HttpResponse:
    """The exposure board: listed places, those that were put right, and what was taken back."""
    on, lifted, over = public.board()
    context = {"on": on, "lifted": lifted, "over": over, "series": public.BOARD}
    return render(request, "portal/board.html", context)


@require_safe
@everybodys("q", "series", "before")
def read(request: HttpRequest) -> HttpResponse:
    """Everything that may be read now, or what of it says the words that were searched for."""
    form = ReadWords(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    words, chosen = given.get("q", ""), given.get("series", "")
    cards, more = public.search(words, chosen, request.GET.get("before", ""))
    context = {
        "form": form,
        "words": words,
        "chosen": chosen,
        "series": public.series(),
        "cards": cards,
        "more": more,
        "later": bool(request.GET.get("before")),
    }
    return render(request, "portal/read.html", context, status=200 if form.is_valid() else 422)


@require_safe
@everybodys()
def one(request: HttpRequest, publication: str, seq: int | None = None) -> HttpResponse:
    """One publication as it stands now, or an older edition of it."""
    page = public.read(publication, seq)
    context = {
        "page": page,
        "card": page.card,
        "said": page.card.said,
        "faces": [f"portal/faces/{page.face}.html", "portal/faces/plain.html"],
    }
    return render(request, "portal/published.html", context)


@require_safe
@everybodys(keeps=False)
def photo(request: HttpRequest, publication: str, digest: str) -> HttpResponse:
    """A photo as it was approved: the digest in its address is that of these bytes."""
    return HttpResponse(public.photo(publication, digest), content_type="image/jpeg")


@require_safe
@everybodys()
def sheet(request: HttpRequest, publication: str, seq: int) -> HttpResponse:
    """The bytes whose SHA-256 is the digest of an edition, for whoever checks it."""
    return HttpResponse(public.sheet(publication, seq), content_type="application/json")
