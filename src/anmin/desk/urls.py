"""The addresses of the desk: each file of views brings its own."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "desk"

# The files of views of each room, in the order in which an address is looked for: ``matters/new/``
# comes before ``matters/<number>/``.
ROOMS = {
    "shell": "views",
    "day": "views.home views.board views.morning",
    "matters": "views.matters views.opening views.bulk views.requests views.demands views.together "
    "views.parties views.holds views.rewards views.matter views.files views.dossier views.own_data views.here views.search views.filters",
    "bodies": "views.owed views.asked",
    "calls": "views.callbacks views.callback views.correcting views.claims views.interview views.numbers",
    "replies": "views.replies views.undelivered",
    "measures": "views.measures views.records",
    "watch": "views.overview views.concerns views.compare views.repeats views.hotspots "
    "views.index views.ranks views.baselines views.candidates",
    "campaign": "views.versions views.items views.board",
    "surveys": "views.waves views.results views.outside views.plain_file",
    "publishing": "views.consents views.lists views.photos views.one",
    "property": "views.events views.stores views.items views.owners",
    "imports": "views.imports views.files",
    "documents": "views.about views.sign_in views.reports",
    "notices": "views",
    "accounts": "views",
}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"anmin.desk.{room}.{file}"))
    for room, files in ROOMS.items()
    for file in files.split()
]
