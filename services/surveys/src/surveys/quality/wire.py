"""What is said where an answer is excluded, or included again."""

from common.approvals.wire import Reason
from common.http import StrictModel


class Decision(StrictModel):
    """Why."""

    reason: Reason
