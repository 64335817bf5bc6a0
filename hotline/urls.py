"""Every address of the platform, room by room."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

from dispatch.actions import route
from dispatch.urls import policy_urls, supervision_urls
from followup.urls import urls as followup_urls
from hotline.health import healthz
from intake.urls import urls as intake_urls
from portal.urls import urls as portal_urls
from reports.urls import anomalies_urls
from scoring.actions import score
from scoring.queries.grades import grades_at
from tickets.urls import notices_urls

urlpatterns = [
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("attachments/", include("tickets.urls")),
    path("inbox/", include("handling.urls")),
    path("callback/", include(anomalies_urls)),
    path("callback/", include(followup_urls(score, grades_at))),
    path("", include(intake_urls(then=route))),
    path("dispatch/", include("dispatch.urls")),
    path("supervision/", include(supervision_urls)),
    path("policy/", include(policy_urls)),
    path("ruler/", include("scoring.urls")),
    path("notices/", include(notices_urls)),
    path("", include("reports.urls")),
    path("", include(portal_urls(then=score))),
]
