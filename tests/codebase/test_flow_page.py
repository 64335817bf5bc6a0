from pathlib import Path

from django.conf import settings

from tickets.drawing import drawn


def test_the_page_of_the_flow_is_drawn_from_the_table() -> None:
    page = Path(settings.BASE_DIR) / "docs" / "flow.md"
    assert page.read_text(encoding="utf-8") == drawn(), "run: manage.py draw_flow"
