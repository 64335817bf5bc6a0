"""The verbs of handling. Here: those of the main line; the others are asked for by their module."""

from handling.actions.reporting import (
    Result,
    approve,
    approve_late,
    report,
    report_late,
    return_report,
    send_back,
)
from handling.actions.work import assign, contact, note, sign, sign_many

__all__ = [
    "Result",
    "approve",
    "approve_late",
    "assign",
    "contact",
    "note",
    "report",
    "report_late",
    "return_report",
    "send_back",
    "sign",
    "sign_many",
]
