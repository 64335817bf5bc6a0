"""The desk's addresses; what follows a filing (dispatch) is handed in from outside."""

from django.urls import URLPattern, path

from intake.actions import Then
from intake.api import Requests
from intake.views import desk as views
from intake.views import guides


def urls(then: Then | None = None) -> tuple[list[URLPattern], str]:
    """The patterns and their namespace, for `include`."""
    patterns = [
        path("desk/", views.desk, name="desk"),
        path("desk/call/", views.call, name="call"),
        path("desk/hang-up/", views.hang_up, name="hang_up"),
        path("desk/file/", views.file_request, {"then": then}, name="file"),
        path("desk/filed/<slug:number>/", views.filed, name="filed"),
        path("desk/words/<slug:number>/", views.word, name="word"),
        path("desk/guides/", guides.desk, name="guides"),
        path("desk/guides/<slug:number>/", guides.case, name="guide"),
        path("desk/guides/<slug:number>/decide/", guides.decide, {"then": then}, name="guide_decide"),
        path("desk/places/", views.places, name="places"),
        path("desk/categories/", views.categories, name="categories"),
        path("desk/units/", views.units, name="units"),
        path("desk/alike/", views.alike, name="alike"),
        path("cases/<slug:number>/look/", views.look, name="look"),
        path("api/requests/", Requests.as_view(then=then), name="api_requests"),
    ]
    return patterns, "intake"
