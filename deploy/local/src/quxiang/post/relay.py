"""A mail relay that keeps what it is given, and sends nothing on."""

from aiosmtpd.smtp import SMTP, Envelope, Session

from quxiang.post.arrivals import Arrival, Arrivals

LARGEST = 1_000_000


class Keeping:
    """The handler of a relay: a mail to several people is kept for each of them."""

    def __init__(self, arrivals: Arrivals) -> None:
        self._arrivals = arrivals

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Keeps a mail; the names are the library's."""
        content = envelope.original_content or b""
        for to in envelope.rcpt_tos:
            self._arrivals.add(Arrival("email", envelope.mail_from, to, content.decode("utf-8", "replace")))
        return "250 Kept"


def relay(arrivals: Arrivals) -> SMTP:
    """The protocol of one connection."""
    return SMTP(Keeping(arrivals), data_size_limit=LARGEST, enable_SMTPUTF8=True, hostname="post.localhost")
