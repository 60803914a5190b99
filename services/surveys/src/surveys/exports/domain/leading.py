"""The columns of who answered, without the person and with it."""

from collections.abc import Sequence

from common.errors import Message
from surveys.exports.domain.cells import Storage
from surveys.exports.domain.layout import Leading
from surveys.exports.domain.parts import listed
from surveys.exports.domain.plan import ExportPlan
from surveys.waves.domain import Audience, WavePlan

KEY = "respondent"


def leading_columns(wave: WavePlan, plan: ExportPlan) -> Sequence[Leading]:
    """A key that says nothing, or id and name; the groups, as far as the wave knows them of its answers; a weight."""
    weight = () if plan.weighting_id is None else _WEIGHT
    if wave.audience is Audience.EMPLOYERS:
        return [*(_EMPLOYER if plan.identified else _KEY), *weight]
    if not wave.has_groups:
        return [*_KEY, *weight]
    return [*(_PERSON if plan.identified else _KEY), *_groups(), *weight]


_KEY = (
    Leading(
        KEY,
        Storage.TEXT,
        Message("答题人代号（同校各轮次一致）", "Key of who answered, the same over all waves of the school"),
    ),
)
_PERSON = (
    Leading("graduate_id", Storage.TEXT, Message("毕业生编号", "Id of the graduate")),
    Leading("name", Storage.TEXT, Message("姓名", "Name")),
)
_EMPLOYER = (
    Leading("employer_id", Storage.TEXT, Message("用人单位编号", "Id of the employer")),
    Leading("name", Storage.TEXT, Message("单位名称", "Name of the employer")),
)
_WEIGHT = (Leading("weight", Storage.NUMBER, Message("权重", "Weight")),)


def _groups() -> Sequence[Leading]:
    provinces = {code: label for code, label in listed("division").items() if str(code).endswith("0000")}
    return (
        Leading("origin_province", Storage.TEXT, Message("生源省份", "Province of origin"), provinces),
        Leading("sex", Storage.TEXT, Message("性别", "Sex"), listed("sex")),
        Leading("major", Storage.TEXT, Message("专业代码", "Code of the major")),
        Leading("college", Storage.TEXT, Message("院系代码", "Code of the college")),
    )
