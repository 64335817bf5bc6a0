"""What an action says when it will not do a thing. Nothing has changed when one of these is raised."""


class Refused(Exception):
    """The move is not allowed; the message, in the reader's language, says why and what to do."""


class Stale(Refused):
    """Someone else was quicker: read the ticket afresh (409)."""
