"""Addresses of the pages that read everything: tickets, the palette, boards."""

from django.urls import path

from reports.views import cases

app_name = "reports"

urlpatterns = [
    path("cases/", cases.cases, name="cases"),
    path("cases/by-phone/", cases.find_caller, name="find_caller"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cmd/", cases.palette, name="palette"),
]
