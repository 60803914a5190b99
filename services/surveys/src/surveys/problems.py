"""Errors of this service and the one table that gives them their status."""

from collections.abc import Mapping

from common.errors import Message, QuxiangError, Unauthenticated


class LinkRefused(Unauthenticated):
    """A personal link that is wrong, used up or expired: one text, so that guessing learns nothing."""

    challenge = "Survey"
    code = "link_refused"
    title = Message("链接无效、已使用或已过期", "The link is wrong, used up or expired")


PROBLEMS: Mapping[type[QuxiangError], int] = {LinkRefused: 401}

PROBLEM_TEXTS: Mapping[str, tuple[int, Message]] = {
    "already_published": (409, Message("内容已发布，没有改动", "This content is published already")),
    "wave_not_open": (409, Message("调查尚未开始", "The survey has not opened yet")),
    "wave_closed": (409, Message("调查已截止", "The wave has closed")),
    "not_submitted": (409, Message("只有已提交的答卷才能撤回", "Only a submitted response can be withdrawn")),
}
"""What this service's own codes mean, for the pages that problems refer to."""
