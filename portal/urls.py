"""The public's addresses."""

from django.urls import URLPattern, path

from followup.actions import Then
from portal import views


def urls(then: Then | None = None) -> tuple[list[URLPattern], str]:
    """`then` is what follows an answer in the same transaction (scoring's lines)."""
    patterns = [
        path("", views.home, name="home"),
        path("q/", views.query, name="query"),
        path("e/<str:token>/", views.evaluation, {"then": then}, name="evaluation"),
        path("q/<str:number>/", views.status, name="status"),
        path("q/<str:number>/answers/", views.answers, {"then": then}, name="answers"),
        path("q/<str:number>/add/", views.add, name="add"),
        path("q/<str:number>/urge/", views.urge, name="urge"),
        path("q/<str:number>/withdraw/", views.withdraw, name="withdraw"),
        path("help/", views.help_page, name="help"),
        path("accessibility/", views.accessibility, name="accessibility"),
        path("privacy/", views.privacy, name="privacy"),
    ]
    return patterns, "portal"
