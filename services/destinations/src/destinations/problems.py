"""The one table error type → status of what the common table does not say already, and what our codes mean."""

from collections.abc import Mapping

from common.errors import Message, QuxiangError

PROBLEMS: Mapping[type[QuxiangError], int] = {}

PROBLEM_TEXTS: Mapping[str, tuple[int, Message]] = {
    "unknown_graduate": (
        422,
        Message("没有该毕业生，或不在可见范围内", "No such graduate in the caller's scope"),
    ),
    "already_registered": (
        409,
        Message("该生已有未作废的去向登记", "The graduate has a registration that is not voided"),
    ),
    "transition_not_allowed": (
        409,
        Message("当前状态不允许此操作", "The state does not allow this"),
    ),
    "same_reviewer": (409, Message("同一人不得承担两级审核", "One person cannot fill two review levels")),
    "graduate_withdrawn": (409, Message("该生已不在毕业生名单中，登记已冻结", "The graduate has left the population")),
    "registry_unavailable": (503, Message("暂时无法核对生源信息，请稍后重试", "The roster cannot be asked; try again")),
    "token_unavailable": (
        503,
        Message("服务令牌暂不可用，请稍后重试", "The service's token cannot be had; try again"),
    ),
}
"""For the pages that problems refer to."""
