"""Addresses of the follow-up desk."""

from django.urls import URLPattern, path

from followup.actions import Then
from followup.rules import GradesAt
from followup.views import desk, first


def urls(then: Then | None = None, grades: GradesAt | None = None) -> tuple[list[URLPattern], str]:
    """The patterns for `include()`: with what follows an answer in its transaction, and which there are."""
    ruler = {"ruler": desk.Ruler(then, grades)}
    return [
        path("", desk.desk, name="desk"),
        path("next/", desk.following, name="next"),
        path("<str:number>/", desk.case, ruler, name="case"),
        path("<str:number>/first/", first.first, name="first"),
        path("<str:number>/attempt/", desk.attempt, ruler, name="attempt"),
        path("<str:number>/answers/", desk.answers, ruler, name="answers"),
        path("<str:number>/withdrawal/", desk.withdrawal, ruler, name="withdrawal"),
        path("<str:number>/end/", desk.end, ruler, name="end"),
    ], "followup"
