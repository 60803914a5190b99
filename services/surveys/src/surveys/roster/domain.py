"""Whom a cohort's population (毕业生总数, 含结业) counts."""

from common.contracts.graduate import GraduateStatus

COUNTED = (GraduateStatus.REGISTERED.value, GraduateStatus.COMPLETED.value)
