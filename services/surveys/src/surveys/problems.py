"""The refusal that every area of this service may meet."""

from common.errors import Message, Unauthenticated


class LinkRefused(Unauthenticated):
    """A personal link that is wrong, used up or expired: one text, so that guessing learns nothing."""

    code = "link_refused"
    title = Message("链接无效、已使用或已过期", "The link is wrong, used up or expired")
    challenge = "Survey"
