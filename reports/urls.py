"""Addresses of the pages that read everything: tickets, the palette, boards."""

from django.urls import path

from reports.views import anomalies, boards, cases, mine, why

app_name = "reports"

urlpatterns = [
    path("cases/", cases.cases, name="cases"),
    path("cases/by-phone/", cases.find_caller, name="find_caller"),
    path("cases/<str:number>/", cases.case, name="case"),
    path("cmd/", cases.palette, name="palette"),
    path("board/", boards.board, name="board"),
    path("board/mine/", mine.mine, name="mine"),
    path("board/data/", boards.board_data, name="board_data"),
    path("board/tables/", boards.board_tables, name="board_tables"),
    path("board/file.<str:ending>", boards.board_file, name="board_file"),
    path("board/<str:period>/adjusted/", boards.adjusted, name="adjusted"),
    path("board/<str:period>/<str:code>/", boards.unit, name="unit"),
    path("board/<str:period>/<str:code>/why/", why.explained, name="why"),
    path("board/<str:period>/<str:code>/<str:column>/", why.tickets_behind, name="tickets_behind"),
    path("board/<str:period>/<str:code>/<str:column>/file.<str:ending>", why.lines_file, name="lines_file"),
]

#: Beside the follow-up desk, for those who watch it.
anomalies_urls = ([path("anomalies/", anomalies.anomalies, name="list")], "anomalies")
