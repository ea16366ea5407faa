"""The citizens' addresses: short, for they are typed from a text message."""

from django.urls import path

from anmin.portal.views import (
    answer,
    complain,
    draws,
    follow,
    home,
    messages_wanted,
    privacy,
    question,
    records,
    report,
    services,
    survey,
)

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("a/<str:token>", answer.answer, name="answer"),
    path("a/<str:token>/messages", messages_wanted.of_link, name="messages_of_link"),
    path("q/<str:token>", question.question, name="question"),
    path("s/<str:token>", survey.survey, name="survey"),
    path("r/", report.choose, name="report"),
    path("r/sent/", report.sent, name="reported"),
    path("r/<slug:kind>/", report.report, name="report_kind"),
    path("f/", follow.enter, name="follow"),
    path("f/<str:number>", follow.followed, name="followed"),
    path("f/<str:number>/complain", complain.complain, name="complain"),
    path("f/<str:number>/messages", messages_wanted.of_followed, name="messages"),
    path("services", services.services, name="services"),
    path("services/<slug:code>", services.service, name="service"),
    path("records", records.records, name="records"),
    path("records/key.txt", records.key, name="root_key"),
    path("records/<int:size>.txt", records.note, name="root"),
    path("records/<int:size>/continued.txt", records.consistency, name="root_continued"),
    path("receipt", records.receipt, name="receipt"),
    path("receipt/<str:code>.txt", records.proof, name="proof"),
    path("privacy", privacy.privacy, name="privacy"),
    path("draws", draws.draws, name="draws"),
    path("draws/<slug:code>.csv", draws.frame, name="frame"),
]
