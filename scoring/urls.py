"""Addresses of what is left out, put right and published."""

from django.urls import path

from scoring.views import corrections, declarations, desk, mine, periods

app_name = "ruler"

urlpatterns = [
    path("mine/", mine.mine, name="mine"),
    path("mine/<str:number>/", mine.case, name="application"),
    path("mine/<str:number>/ask/", mine.ask, name="ask"),
    path("mine/<str:number>/review/", mine.review, name="review"),
    path("exclusions/", desk.desk, name="exclusions"),
    path("exclusions/rates/", desk.rates, name="rates"),
    path("exclusions/<int:key>/", desk.case, name="exclusion"),
    path("exclusions/<int:key>/decide/", desk.decide, name="decide"),
    path("exclusions/<int:key>/revoke/", desk.revoke, name="revoke"),
    path("answers/<str:number>/", corrections.answers, name="answers"),
    path("answers/<str:number>/<int:key>/", corrections.right, name="right"),
    path("periods/", periods.periods, name="periods"),
    path("periods/<str:code>/", periods.period, name="period"),
    path("periods/<str:code>/publish/", periods.publish, name="publish"),
    path("periods/<str:code>/publishing/", periods.publishing, name="publishing"),
    path("periods/<str:code>/mark/", periods.add_mark, name="mark"),
    path("declarations/", declarations.declarations, name="declarations"),
    path("declarations/new/", declarations.declare, name="declare"),
    path("declarations/<int:key>/", declarations.declaration, name="declaration"),
    path("declarations/<int:key>/confirm/", declarations.confirm, name="confirm"),
    path("declarations/<int:key>/revoke/", declarations.undeclare, name="undeclare"),
]
