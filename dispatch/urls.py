"""Addresses of the dispatch desk."""

from django.urls import path

from dispatch.views import desk

app_name = "dispatch"

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("suggest/", desk.suggest, name="suggest"),
    path("<str:number>/", desk.case, name="case"),
    path("<str:number>/by-hand/", desk.by_hand, name="by_hand"),
    path("<str:number>/redispatch/", desk.redispatch, name="redispatch"),
    path("<str:number>/correct/", desk.correct, name="correct"),
]
