"""The verbs of dispatch. Here: those of the main line; the others are asked for by their module."""

from dispatch.actions.routing import dispatch_by_hand, redispatch, route, route_locked

__all__ = ["dispatch_by_hand", "redispatch", "route", "route_locked"]
