"""Addresses of what belongs to a ticket itself."""

from django.urls import path

from tickets import views

app_name = "tickets"

urlpatterns = [
    path("<int:pk>/", views.attachment, name="attachment"),
]

#: What somebody was told, under an address of its own.
notices_urls = (
    [
        path("", views.notices, name="list"),
        path("count/", views.notice_count, name="count"),
        path("ack/", views.acknowledge_all, name="ack_all"),
        path("<int:pk>/ack/", views.acknowledge, name="ack"),
    ],
    "notices",
)
