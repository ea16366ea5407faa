"""A citizen answers a question that an officer asked about a matter."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anmin.kernel.errors import NotFound
from anmin.matters.reactions import answer_question, question_for, receipt_of
from anmin.portal.forms import Reply
from anmin.portal.guard import count_miss


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, token: str) -> HttpResponse:
    """Show the question; take the answer once."""
    try:
        asked = question_for(token)
        form = Reply(request.POST if request.method == "POST" else None)
        form.fields["text"].label = asked.question  # before it is looked at: errors name it, too
        if form.is_bound and form.is_valid():
            answer_question(token=token, text=form.cleaned_data["text"])
            return _done(request, *receipt_of(token))
    except NotFound:
        number, receipt = receipt_of(token)
        if receipt:
            return _done(request, number, receipt, status=410)
        count_miss(request)
        return render(request, "portal/link_gone.html", status=404)
    context = {"form": form, "number": asked.matter.number}
    return render(request, "portal/question.html", context, status=422 if form.errors else 200)


def _done(request: HttpRequest, number: str, receipt: str, status: int = 200) -> HttpResponse:
    """That the answer has arrived, with its receipt: also when the page is sent or opened again."""
    context = {"number": number, "receipt": receipt}
    return render(request, "portal/question_done.html", context, status=status)
