"""Addresses of the dispatch desk."""

from django.urls import path

from dispatch import views

app_name = "dispatch"

urlpatterns = [
    path("", views.desk, name="desk"),
    path("suggest/", views.suggest, name="suggest"),
    path("<str:number>/", views.case, name="case"),
    path("<str:number>/by-hand/", views.by_hand, name="by_hand"),
    path("<str:number>/redispatch/", views.redispatch, name="redispatch"),
    path("<str:number>/correct/", views.correct, name="correct"),
]
