"""Addresses of the unit's inbox."""

from django.urls import path

from handling.views import co, decisions, extension, inbox, objections, oversight, whistle

app_name = "handling"

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("counts/", inbox.counts, name="counts"),
    path("sign/", inbox.sign_many, name="sign_many"),
    path("decisions/", decisions.desk, name="decisions"),
    path("decisions/<str:kind>/<int:key>/", decisions.case, name="decision"),
    path("decisions/extension/<int:key>/answer/", extension.answer, name="extension"),
    path("objections/", objections.raised, name="objections"),
    path("cards/", oversight.cards, name="cards"),
    path("cards/<int:key>/", oversight.account, name="card"),
    path("whistles/", whistle.whistles, name="whistles"),
    path("<str:number>/", inbox.pane, name="pane"),
    path("<str:number>/sign/", inbox.sign, name="sign"),
    path("<str:number>/contact/", inbox.contact, name="contact"),
    path("<str:number>/assign/", inbox.assign, name="assign"),
    path("<str:number>/note/", inbox.note, name="note"),
    path("<str:number>/report/", inbox.report, name="report"),
    path("<str:number>/report/preview/", inbox.preview, name="preview"),
    path("<str:number>/approve/", inbox.approve, name="approve"),
    path("<str:number>/co/add/", co.add, name="co_add"),
    path("<str:number>/co/done/", co.done, name="co_done"),
    path("<str:number>/co/<int:key>/urge/", co.urge, name="co_urge"),
    path("<str:number>/object/", objections.raise_one, name="object"),
    path("<str:number>/extend/", extension.ask, name="extend"),
    path("<str:number>/oversight/", oversight.reply, name="oversight"),
    path("<str:number>/whistle/", whistle.whistle, name="whistle"),
    path("<str:number>/whistle/<int:key>/ack/", whistle.ack, name="whistle_ack"),
    path("<str:number>/whistle/<int:key>/arrive/", whistle.arrive, name="whistle_arrive"),
    path("<str:number>/whistle/<int:key>/act/", whistle.act, name="whistle_act"),
    path("<str:number>/whistle/<int:key>/leave/", whistle.leave, name="whistle_leave"),
    path("<str:number>/whistle/<int:key>/rate/", whistle.rate, name="whistle_rate"),
    path("<str:number>/whistle/<int:key>/end/", whistle.end, name="whistle_end"),
    path("<str:number>/send-back/", inbox.send_back, name="send_back"),
]
