"""Addresses for gateways; mounted below ``/hooks/channels/``."""

from django.urls import path

from anmin.channels import views

app_name = "channels"

urlpatterns = [path("<slug:provider>/", views.receive, name="receive")]
