"""Fields that several forms of handling share."""

from django import forms
from django.core.files.uploadedfile import UploadedFile

#: What a file field offers; what a file really is, is decided by its content.
ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"


#: For a single picture: a telephone opens its camera.
CAMERA = {"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}


class Photos(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True

    def __init__(self) -> None:
        super().__init__(attrs={"accept": ACCEPTED})


class PhotosField(forms.FileField):
    """Any number of files, as a list."""

    def __init__(self, **options: object) -> None:
        super().__init__(widget=Photos(), required=False, **options)

    def clean(self, data: object, initial: object = None) -> list[UploadedFile]:
        files = data if isinstance(data, list) else [data]
        return [super(PhotosField, self).clean(file, initial) for file in files if file]


def words(rows: int, **attrs: str) -> forms.Textarea:
    """A box of so many lines."""
    return forms.Textarea(attrs={"rows": rows, **attrs})
