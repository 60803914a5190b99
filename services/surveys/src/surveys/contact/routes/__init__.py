"""Paths of contact: attempts, receipts, and opting out with an account or by the link of a message."""

from surveys.contact.routes.attempts import router as attempts
from surveys.contact.routes.opt_outs import router as opt_outs
from surveys.contact.routes.receipts import router as receipts
from surveys.contact.routes.stopping import router as stopping

ROUTERS = (attempts, opt_outs, receipts, stopping)

__all__ = ["ROUTERS"]
