"""Addresses of the follow-up desk."""

from django.urls import URLPattern, path

from followup import views
from followup.actions import Then


def urls(then: Then | None) -> tuple[list[URLPattern], str]:
    """The patterns with what follows an answer in the same transaction, for `include()`."""
    return [
        path("", views.desk, name="desk"),
        path("next/", views.following, name="next"),
        path("<str:number>/", views.case, name="case"),
        path("<str:number>/attempt/", views.attempt, name="attempt"),
        path("<str:number>/answers/", views.answers, {"then": then}, name="answers"),
        path("<str:number>/withdrawal/", views.withdrawal, {"then": then}, name="withdrawal"),
        path("<str:number>/end/", views.end, {"then": then}, name="end"),
    ], "followup"
