"""A citizen complains of how a matter was handled, on the way from its page."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anmin.kernel.errors import Refusal
from anmin.matters import complaining
from anmin.portal.forms import Complaint
from anmin.portal.views.follow import enter, let_in
from anmin.portal.views.report import show_code


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest, number: str) -> HttpResponse:
    """The questions of a complaint; the number and code of what was opened, or what it was added to."""
    if not complaining.takes_complaints():
        raise Http404
    matter = let_in(request, number)
    if matter is None:
        return enter(request, number)
    before = complaining.complained_before(matter)
    left = ["topic"] if before else []
    left += ["reachable"] if before or not complaining.can_be_reached(matter) else []
    status, added = 200, None
    if request.method == "POST":
        form = Complaint(request.POST, left=left)
        status = 422
        if form.is_valid():
            told = form.cleaned_data
            secret = f"{matter.number}:{told['key']}"
            try:
                done = complaining.complain(
                    matter_id=matter.pk,
                    topic=told.get("topic", ""),
                    text=told["text"],
                    reachable=told.get("reachable") == "yes",
                    key=secret,
                )
            except Refusal as refusal:
                field = refusal.field if refusal.field in form.fields else None
                form.add_error(field, str(refusal))
            else:
                if not done.open:
                    return show_code(request, done.matter, secret)
                return redirect(f"{request.path}?added")
    else:
        form = Complaint(initial={"key": uuid.uuid4().hex}, left=left)
        added = before if "added" in request.GET else None
    context = {
        "matter": matter,
        "kind": complaining.complaints_kind(),
        "form": form,
        "before": before,
        "added": added,
    }
    return render(request, "portal/complain.html", context, status=status)
