"""What a graduate has confirmed of the own entry: one version, for as long as only the own contacts change. Pure."""

from collections.abc import Collection
from enum import StrEnum

from common.errors import Conflict, Message
from registry.graduates.domain.fields import EDITING, Editing

FREE = tuple(field for field, editing in EDITING.items() if editing is Editing.FREE)
"""Fields whose change leaves a confirmation as it is."""


class SelfCheck(StrEnum):
    """Whether the graduate has confirmed the entry; `outdated` once a field that is not free has changed since."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    OUTDATED = "outdated"


class RosterChanged(Conflict):
    """The entry has changed since the graduate read what is to be confirmed."""

    code = "roster_changed"
    title = Message(
        "您确认的不是最新内容：该条目已有改动，请重新读取核对后再确认",
        "The entry has changed since: read and check it again before you confirm it",
    )

    def __init__(self, state: SelfCheck, current_version: int) -> None:
        super().__init__(state=state.value, allowed_transitions=["self-check"], current_version=current_version)


def must_be_newest(checked: int, version: int, state: SelfCheck) -> None:
    """Raises RosterChanged unless the version that was checked is the newest one."""
    if checked != version:
        raise RosterChanged(state, version)


def after_change(state: SelfCheck, changed: Collection[str]) -> SelfCheck:
    """The state after a version that changes these fields."""
    stays = state is not SelfCheck.CONFIRMED or set(changed) <= set(FREE)
    return state if stays else SelfCheck.OUTDATED
