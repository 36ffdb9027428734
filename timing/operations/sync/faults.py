"""Why an exchange can't go on, in words for whoever started it."""

from __future__ import annotations


class BadParcel(ValueError):
    """What came is not what an installation of this release sends."""


class SameNode(ValueError):
    """Both have one identity: the database was copied."""

    def __init__(self) -> None:
        super().__init__(
            "this is the same installation, or a copy of its database; give one of them an identity"
            " of its own there: timing node renew"
        )


class MadeApart(ValueError):
    """Both have a race of this slug, and neither has ever heard of the other's."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            f"the race {slug!r} was made here and there apart from each other, so it may be two"
            " races; if it is one, say --join"
        )
        self.slug = slug


class NoRaceInIt(ValueError):
    """The race is not here yet, and what came does not hold its definition."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"the race {slug!r} is not here yet, and its definition did not come")
