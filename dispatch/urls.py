"""Addresses of the dispatch desk."""

from django.urls import path

from dispatch.views import (
    bulk,
    desk,
    lab,
    lessons,
    merging,
    objections,
    reckoning,
    replay,
    splitting,
    supervision,
)

app_name = "dispatch"

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("suggest/", desk.suggest, name="suggest"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("objections/", objections.desk, name="objections"),
    path("objections/accuracy/", objections.accurate, name="accuracy"),
    path("objections/<str:number>/", objections.case, name="objection"),
    path("objections/<str:number>/rule/", objections.rule_on, name="rule_on"),
    path("lab/", lab.lab, name="lab"),
    path("lab/begin/", lab.begin, name="lab_begin"),
    path("lab/named/", lab.offered, name="lab_named"),
    path("lab/lessons/", lessons.lessons, name="lessons"),
    path("lab/lessons/<int:key>/", lessons.settle, name="lesson"),
    path("lab/<int:key>/", lab.catalogue, name="lab_catalogue"),
    path("lab/<int:key>/rule/", lab.set_rule, name="lab_rule"),
    path("lab/<int:key>/remove/", lab.remove_rule, name="lab_remove"),
    path("lab/<int:key>/replay/", replay.replay, name="lab_replay"),
    path("lab/<int:key>/publish/", replay.publish, name="lab_publish"),
    path("lab/<int:key>/roll-back/", replay.roll_back, name="lab_roll_back"),
    path("lab/<int:key>/catch-up/", replay.catch_up, name="lab_catch_up"),
    path("lab/<int:key>/discard/", replay.discard, name="lab_discard"),
    path("<str:number>/", desk.case, name="case"),
    path("<str:number>/by-hand/", desk.by_hand, name="by_hand"),
    path("<str:number>/redispatch/", desk.redispatch, name="redispatch"),
    path("<str:number>/correct/", desk.correct, name="correct"),
    path("<str:number>/merge/", merging.merge, name="merge"),
    path("<str:number>/unmerge/", merging.unmerge, name="unmerge"),
    path("<str:number>/split/", splitting.split, name="split"),
]

#: What a change of calendars and limits would do stands under an address of its own.
policy_urls = (
    [
        path("preview/", reckoning.preview, name="preview"),
        path("write/", reckoning.write, name="write"),
    ],
    "policy",
)

#: So does the supervisors' desk.
supervision_urls = (
    [
        path("", supervision.desk, name="desk"),
        path("<str:number>/", supervision.case, name="case"),
        path("<str:number>/order/", supervision.order, name="order"),
        path("<str:number>/again/", supervision.again, name="again"),
        path("<str:number>/end/", supervision.end, name="end"),
    ],
    "supervision",
)
