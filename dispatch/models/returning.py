"""What came back after it was closed as solved (反弹)."""

from django.db import models

from tickets.models import Ticket


class Rebound(models.Model):
    """The caller came back with the matter of a ticket that was closed as solved (DOMAIN §2.2): once each."""

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="rebound")
    #: The new request, which follows the old ticket from now on.
    returned = models.OneToOneField(Ticket, models.PROTECT, related_name="+")
    #: The round that had ended as solved.
    round = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    #: Whether the ruler has looked at it (scoring sets it).
    counted = models.BooleanField(default=False, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="rebound_uncounted", condition=models.Q(counted=False)),
            models.Index(fields=["at"], name="rebound_at"),
        ]

    def __str__(self) -> str:
        return f"rebound {self.pk}"
