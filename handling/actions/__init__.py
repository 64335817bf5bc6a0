"""The verbs of handling. Here: those of the main line; the others are asked for by their module."""

from handling.actions.work import (
    Result,
    approve,
    assign,
    contact,
    note,
    report,
    send_back,
    sign,
    sign_many,
)

__all__ = ["Result", "approve", "assign", "contact", "note", "report", "send_back", "sign", "sign_many"]
