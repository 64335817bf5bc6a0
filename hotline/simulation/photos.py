"""Drawn pictures in the place of photographs: a street, a house, something before or after."""

from functools import cache
from io import BytesIO
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

SIZE = (640, 420)
#: Different pictures in one run; more would not be looked at.
DRAWN = 16


@cache
def _drawn(number: int) -> bytes:
    rng = Random(number)
    width, height = SIZE
    image = Image.new("RGB", SIZE, (rng.randint(170, 215), rng.randint(195, 225), rng.randint(215, 240)))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, height * 0.68, width, height), fill=(rng.randint(110, 150),) * 3)
    left = 20
    while left < width - 60:
        wide, tall = rng.randint(70, 150), rng.randint(110, 240)
        top = int(height * 0.68) - tall
        colour = tuple(rng.randint(120, 205) for _part in range(3))
        pen.rectangle((left, top, left + wide, height * 0.68), fill=colour)
        for row in range(top + 14, int(height * 0.68) - 20, 30):
            for column in range(left + 10, left + wide - 16, 26):
                pen.rectangle((column, row, column + 13, row + 16), fill=(235, 232, 200))
        left += wide + rng.randint(8, 34)
    for _thing in range(rng.randint(2, 7)):
        x, y = rng.randint(40, width - 60), rng.randint(int(height * 0.72), height - 40)
        pen.ellipse((x, y, x + rng.randint(18, 46), y + rng.randint(12, 26)), fill=(92, 84, 70))
    pen.text((12, height - 22), f"EXAMPLE {number:02d} / NOT A PHOTOGRAPH", fill=(250, 250, 250))
    kept = BytesIO()
    image.save(kept, "JPEG", quality=80)
    return kept.getvalue()


def photo(rng: Random, name: str) -> SimpleUploadedFile:
    """One of the pictures, as if somebody had just uploaded it."""
    return SimpleUploadedFile(f"{name}.jpg", _drawn(rng.randrange(DRAWN)), "image/jpeg")
