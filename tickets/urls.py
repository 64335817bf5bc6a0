"""Addresses of what belongs to a ticket itself."""

from django.urls import path

from tickets import views

app_name = "tickets"

urlpatterns = [
    path("<int:pk>/", views.attachment, name="attachment"),
]
