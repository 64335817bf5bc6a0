"""Addresses of the unit's inbox."""

from django.urls import path

from handling import views

app_name = "handling"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("counts/", views.counts, name="counts"),
    path("sign/", views.sign_many, name="sign_many"),
    path("<str:number>/", views.pane, name="pane"),
    path("<str:number>/sign/", views.sign, name="sign"),
    path("<str:number>/contact/", views.contact, name="contact"),
    path("<str:number>/assign/", views.assign, name="assign"),
    path("<str:number>/note/", views.note, name="note"),
    path("<str:number>/report/", views.report, name="report"),
    path("<str:number>/report/preview/", views.preview, name="preview"),
    path("<str:number>/approve/", views.approve, name="approve"),
    path("<str:number>/send-back/", views.send_back, name="send_back"),
]
