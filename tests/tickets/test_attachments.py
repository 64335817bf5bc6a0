"""Files: known by content, without metadata, read only by those who may read the ticket."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from PIL import Image, PngImagePlugin

from tests.city import NOON, City
from tickets.attachments import add_attachment, kept
from tickets.book import book
from tickets.errors import Refused
from tickets.models import Attachment, Setting, Ticket


@pytest.fixture(autouse=True)
def _own_media(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def photo(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **more: object) -> bytes:
    """A picture, red on the left and blue on the right."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    body = BytesIO()
    image.save(body, kind, **more)
    return body.getvalue()


def with_place() -> bytes:
    """A photo that tells where, with what and by whom it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010F] = "SecretCamera"
    exif[0x8825] = {1: "N", 2: (39.0, 54.0, 1.0)}
    return photo(exif=exif, comment=b"SecretComment")


def add(ticket: Ticket, name: str, body: bytes, city: City) -> Attachment:
    return add_attachment(ticket, SimpleUploadedFile(name, body), purpose="evidence", by=city.clerk, at=NOON)


def test_a_photo_loses_where_and_how_it_was_taken_but_stands_upright(city: City, dispatched: Ticket) -> None:
    assert b"SecretCamera" in with_place()
    row = add(dispatched, "现场.jpg", with_place(), city)
    kept = row.file.read()
    assert b"Secret" not in kept
    assert b"Exif" not in kept
    image = Image.open(BytesIO(kept))
    assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (20, 40), {})
    assert row.size == len(kept)
    assert row.content_type == "image/jpeg"


def test_a_png_loses_its_text_and_keeps_its_transparency(city: City, dispatched: Ticket) -> None:
    image = Image.new("RGBA", (4, 4), (10, 20, 30, 0))
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "SecretName")
    body = BytesIO()
    image.save(body, "PNG", pnginfo=told)
    row = add(dispatched, "a.png", body.getvalue(), city)
    kept = row.file.read()
    assert b"SecretName" not in kept
    assert Image.open(BytesIO(kept)).getpixel((0, 0)) == (10, 20, 30, 0)


@pytest.mark.parametrize(
    ("name", "body", "ending", "content_type"),
    [
        ("照片.png", photo("JPEG"), "jpg", "image/jpeg"),
        ("a.webp", photo("WEBP"), "webp", "image/webp"),
        ("证明.exe", b"%PDF-1.7\n%%EOF", "pdf", "application/pdf"),
    ],
)
def test_the_content_says_what_a_file_is(
    city: City, dispatched: Ticket, name: str, body: bytes, ending: str, content_type: str
) -> None:
    row = add(dispatched, name, body, city)
    assert row.content_type == content_type
    assert row.name == f"{name.split('.')[0]}.{ending}"
    assert row.file.name.endswith(f".{ending}")


@pytest.mark.parametrize(
    "body",
    [b"", b"<script>alert(1)</script>", b"\xff\xd8\xff broken", photo("GIF"), photo("BMP"), photo()[:300]],
)
def test_anything_else_is_refused_and_nothing_is_kept(
    city: City, dispatched: Ticket, body: bytes, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="只接受 JPEG、PNG、WebP 图片和 PDF 文件"):
        add(dispatched, "a.jpg", body, city)
    assert not Attachment.objects.exists()
    assert not list(tmp_path.rglob("*.*"))


def test_a_file_over_the_citys_limit_is_refused(city: City, dispatched: Ticket) -> None:
    with pytest.raises(Refused, match="超过 10 MB"):
        add(dispatched, "a.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024), city)
    assert not Attachment.objects.exists()


def test_a_picture_with_too_many_pixels_is_refused(city: City, dispatched: Ticket) -> None:
    Setting.objects.create(key="attachment_max_megapixels", value="1", effective_from="2026-01-01")
    book.cache_clear()
    with pytest.raises(Refused, match="像素过大"):
        add(dispatched, "a.jpg", photo(size=(1200, 1000)), city)
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("failure", [Refused("示例"), LookupError("no row in force"), KeyboardInterrupt()])
def test_whatever_fails_meanwhile_takes_the_files_off_the_disk(
    city: City, dispatched: Ticket, tmp_path: Path, failure: BaseException
) -> None:
    with pytest.raises(type(failure)), transaction.atomic():
        with kept(dispatched, [SimpleUploadedFile("a.png", photo("PNG"))], by=city.clerk, at=NOON) as held:
            assert Path(held[0].file.path).is_relative_to(tmp_path) and Path(held[0].file.path).exists()
            raise failure
    assert not Attachment.objects.exists()
    assert not [found for found in tmp_path.rglob("*") if found.is_file()]


def test_a_long_number_in_a_name_is_left_out(city: City, dispatched: Ticket) -> None:
    assert add(dispatched, "C:\\x\\身份证110101199001011234.jpg", photo(), city).name == "身份证….jpg"


def test_who_may_read_the_ticket_may_read_its_files(
    city: City, dispatched: Ticket, client_of: Callable[[str], Client]
) -> None:
    row = add(dispatched, "现场.jpg", photo(), city)
    answer = client_of("street_clerk").get(f"/attachments/{row.pk}/")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == row.file.open().read()
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert "private" in answer["Cache-Control"]


def test_a_paper_is_saved_not_shown(
    city: City, dispatched: Ticket, client_of: Callable[[str], Client]
) -> None:
    row = add(dispatched, "a.pdf", b"%PDF-1.7\n%%EOF", city)
    answer = client_of("clerk").get(f"/attachments/{row.pk}/")
    assert answer["Content-Disposition"] == 'attachment; filename="a.pdf"'


def test_a_stranger_gets_404_and_nobody_a_login(
    city: City, dispatched: Ticket, client_of: Callable[[str], Client]
) -> None:
    row = add(dispatched, "a.jpg", photo(), city)
    assert client_of("stranger").get(f"/attachments/{row.pk}/").status_code == 404
    assert client_of("clerk").get(f"/attachments/{row.pk + 1}/").status_code == 404
    assert Client().get(f"/attachments/{row.pk}/").status_code == 302
