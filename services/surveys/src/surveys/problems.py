"""Errors of this service and the one table that gives them their status."""

from collections.abc import Mapping

from common.errors import QuxiangError, Text, Unauthenticated


class LinkRefused(Unauthenticated):
    """A personal link that is wrong, used up or expired: one text, so that guessing learns nothing."""

    def __init__(self) -> None:
        QuxiangError.__init__(
            self, "link_refused", Text("链接无效、已使用或已过期", "The link is wrong, used up or expired")
        )


PROBLEMS: Mapping[type[QuxiangError], int] = {LinkRefused: 401}
