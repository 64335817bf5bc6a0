"""What the unit does with an order: its work, what it asks for, and whom it calls."""

from handling.models.asking import Coordination, Extension, Milestone, OnSiteOrder, Plan
from handling.models.whistle import Call, Whistle
from handling.models.work import Contact, Note, ReplyTemplate, Report

__all__ = [
    "Call",
    "Contact",
    "Coordination",
    "Extension",
    "Milestone",
    "Note",
    "OnSiteOrder",
    "Plan",
    "ReplyTemplate",
    "Report",
    "Whistle",
]
