"""The one table refusal → status, for what the common table does not say already."""

from collections.abc import Mapping

from common.errors import QuxiangError

PROBLEMS: Mapping[type[QuxiangError], int] = {}
