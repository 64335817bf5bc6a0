"""Photos and papers on their way in: known by their content, re-encoded, measured and hashed."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import PurePath
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from tickets.book import book
from tickets.errors import Refused
from tickets.models import Attachment, Ticket
from units.models import User

#: Pillow's name of a format → ending, content type. MPO is what many telephones write into a .jpg.
IMAGES = {
    "JPEG": ("JPEG", "jpg", "image/jpeg"),
    "MPO": ("JPEG", "jpg", "image/jpeg"),
    "PNG": ("PNG", "png", "image/png"),
    "WEBP": ("WEBP", "webp", "image/webp"),
}
PDF_MAGIC = b"%PDF-"
JPEG_QUALITY = 88
#: Telephone and identity numbers in a file's name.
LONG_NUMBER = re.compile(r"\d{11,}")


@dataclass(frozen=True)
class Cleaned:
    """A file as it will be kept."""

    body: bytes
    ending: str
    content_type: str


@transaction.atomic
def add_attachment(
    ticket: Ticket, uploaded: UploadedFile, *, purpose: str, by: User | None, at: datetime
) -> Attachment:
    """Keep a file with the ticket; images lose their metadata (place, device, time) by re-encoding.

    The event is that of the action the file belongs to (a report names its evidence). Raises Refused for
    a file over `attachment_max_mb` or `attachment_max_megapixels`, and for anything but JPEG, PNG, WebP
    and PDF by content, whatever the name says.
    """
    limit = book().number("attachment_max_mb", at)
    if uploaded.size > limit * 1024 * 1024:
        raise Refused(
            _("文件「%(name)s」超过 %(limit)d MB，请压缩后重新上传。")
            % {"name": uploaded.name, "limit": limit}
        )
    cleaned = _cleaned(uploaded, book().number("attachment_max_megapixels", at))
    return Attachment.objects.create(
        ticket=ticket,
        purpose=purpose,
        file=ContentFile(cleaned.body, name=f"{uuid4().hex}.{cleaned.ending}"),
        name=_shown_name(uploaded.name or "", cleaned.ending),
        content_type=cleaned.content_type,
        size=len(cleaned.body),
        sha256=hashlib.sha256(cleaned.body).hexdigest(),
        by=by,
        at=at,
    )


@contextmanager
def kept(
    ticket: Ticket,
    files: Sequence[UploadedFile],
    *,
    by: User | None,
    at: datetime,
    purpose: str = Attachment.Purpose.EVIDENCE,
) -> Iterator[list[Attachment]]:
    """The files kept with the ticket, whose pks the action's event names.

    Whatever fails meanwhile, they leave the disk as their rows leave the database. What is undone later, by
    a process killed or a commit refused, leaves a file that no row names and nobody can open.
    """
    rows: list[Attachment] = []
    try:
        for file in files:
            rows.append(add_attachment(ticket, file, purpose=purpose, by=by, at=at))
        yield rows
    except BaseException:
        for row in rows:
            row.file.delete(save=False)
        raise


def _cleaned(uploaded: UploadedFile, megapixels: int) -> Cleaned:
    """The file by its content. Raises Refused when that is none of the four kinds."""
    uploaded.seek(0)
    body = uploaded.read()
    if body.startswith(PDF_MAGIC):
        return Cleaned(body, "pdf", "application/pdf")
    try:
        with Image.open(BytesIO(body), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > megapixels * 1_000_000:
                raise Refused(_("图片「%(name)s」的像素过大，请缩小后重新上传。") % {"name": uploaded.name})
            return _re_encoded(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        message = _("无法识别文件「%(name)s」：只接受 JPEG、PNG、WebP 图片和 PDF 文件。")
        raise Refused(message % {"name": uploaded.name}) from error


def _re_encoded(image: Image.Image) -> Cleaned:
    """The pixels alone, the right way up."""
    kind, ending, content_type = IMAGES[image.format or ""]
    upright = ImageOps.exif_transpose(image)
    opaque = kind == "JPEG" or not upright.has_transparency_data
    pixels = upright.convert("RGB" if opaque else "RGBA")
    pixels.info.clear()  # comments, text chunks and profiles live here
    kept = BytesIO()
    pixels.save(kept, kind, quality=JPEG_QUALITY)
    return Cleaned(kept.getvalue(), ending, content_type)


def _shown_name(name: str, ending: str) -> str:
    """What people see: the name as it came, without long numbers, with the ending of the true kind."""
    stem = LONG_NUMBER.sub("…", PurePath(name.replace("\\", "/")).stem).strip()[:100]
    return f"{stem or 'file'}.{ending}"
