"""The citizens' addresses: short, for they are typed from a text message."""

from django.urls import path

from anmin.portal.views import answer, draws, home, question, survey

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("a/<str:token>", answer.answer, name="answer"),
    path("q/<str:token>", question.question, name="question"),
    path("s/<str:token>", survey.survey, name="survey"),
    path("draws", draws.draws, name="draws"),
    path("draws/<slug:code>.csv", draws.frame, name="frame"),
]
