"""What hangs on a ticket: its search words, and the files people added."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchEntry(models.Model):
    """The search words of a ticket, in a table of their own: moving a ticket does not touch the index."""

    ticket = models.OneToOneField(
        "tickets.Ticket", models.CASCADE, primary_key=True, related_name="search_entry"
    )
    grams = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["grams"], name="search_grams", fastupdate=False)]

    def __str__(self) -> str:
        return str(self.ticket_id)


class Attachment(models.Model):
    """A photo or paper: the caller's, or a unit's evidence. Images are re-encoded, their metadata gone."""

    class Purpose(models.TextChoices):
        REQUEST = "request", _("诉求附件")
        EVIDENCE = "evidence", _("办理佐证")
        #: Why the order is not this unit's matter; no later unit's report may name it.
        OBJECTION = "objection", _("异议材料")

    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, related_name="attachments")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    file = models.FileField(upload_to="attachments/%Y/%m/%d/")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
