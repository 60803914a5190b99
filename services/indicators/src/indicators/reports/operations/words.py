"""What reports say besides figures and names, in both languages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from common.errors import Message


@dataclass(frozen=True)
class Saying:
    """Says a message in the language of a report."""

    language: str

    def __call__(self, message: Message) -> str:
        """The message."""
        return message.in_language(self.language)

    def all(self, messages: Iterable[Message]) -> list[str]:
        """Several of them."""
        return list(map(self, messages))


# source: 教学厅函〔2013〕25号; not verified
CHAPTERS = (
    Message("基本情况", "Overview"),
    Message("主要特点", "Main features"),
    Message("相关分析", "Related factors"),
    Message("发展趋势", "Trends"),
    Message("对教育教学的反馈", "Feedback on teaching"),
    Message("职业发展画像", "Career portrait"),
    Message("口径与来源", "Definitions and sources"),
)

TITLE = Message("{cohort} 届毕业生就业质量报告：{subject}", "Employment quality report, cohort {cohort}: {subject}")
AS_OF = Message("数据截至 {day}", "Figures as of {day}")
NOT_FINAL = Message("非最终数据", "Figures are not final")
BETWEEN = Message("、", ", ")
MISSING = Message("（空）", "(missing)")
NO_FIGURE = Message("无", "none")

OVERVIEW = Message(
    "毕业生共 {base} 人，已登记去向 {registered} 人，未登记 {missing} 人。{measure}（%）：{rate}。",
    "Of {base} graduates {registered} have a registered destination and {missing} have none. {measure} (%): {rate}.",
)
RATES = Message("各项比率", "Rates")
MEASURED = (Message("指标", "Measure"), Message("分子", "Numerator"), Message("分母", "Denominator"), Message("%", "%"))
BY = Message("按{dimension}", "By {dimension}")
PARTS = (Message("名称", "Name"), Message("毕业生", "Graduates"), Message("未登记", "Not registered"))

SHARES = Message(
    "各表的占比以该表的基数为分母；各行人数合计等于基数。",
    "Shares are of the base of each table; the counts of its rows add up to the base.",
)
STRUCTURE = Message("{dimension}（基数 {base}）", "{dimension} (base {base})")
CELLS = (Message("类别", "Category"), Message("人数", "Count"), Message("%", "%"))

POINTS = Message(
    "差值为该组比率与全体比率之差（百分点），由精确分数计算，只舍入一次。相关不等于因果。",
    "Differences are points above the rate of all, of exact fractions and rounded once. They show no cause.",
)
RELATED = Message("{measure}：按{dimension}", "{measure} by {dimension}")
COMPARED = (Message("名称", "Name"), *MEASURED[1:], Message("差值（百分点）", "Difference (points)"))

TREND_OF = Message(
    "各届为同一月日；快照报告只列已按同类快照冻结的届。",
    "Cohorts on the same day of their years; of a snapshot only cohorts that are frozen by one of its kind.",
)
BREAKS = Message("口径与上一届不同、不可直接比较的届：{cohorts}。", "Not comparable with the cohort before: {cohorts}.")
OVER_COHORTS = Message("历届比较", "Over cohorts")
TREND = (Message("届", "Cohort"), Message("口径", "Scheme"), Message("截至", "As of"), *MEASURED[1:])

ASKED = Message(
    "来自跟踪调查的最新一期统计，人数过少的群体不显示。",
    "From the newest edition of each tracking survey; groups with too few answers are not shown.",
)
EDITION = Message(
    "毕业后 {cycle} 年：第 {number} 期（{day}）。", "Year {cycle} after graduation: edition {number} of {day}."
)
YEAR = Message("{year} 年", "{year}")
OF_GRADUATES = Message("毕业生评价", "Graduates say")
OF_EMPLOYERS = Message("用人单位评价", "Employers say")
ASKED_EMPLOYERS = Message(
    "用人单位评价按调查年份列出，评价对象不限本届；一家单位一票。",
    "What employers say is listed by the year in which they were asked, of graduates of any cohort; one vote each.",
)
NO_SUCH_GROUP = Message(
    "跟踪调查不按这样的群体统计：须为全体、一个维度，或一个维度与学历层次或院系。",
    "Surveys have no figures of such a group: it is all, one dimension, or one with education level or college.",
)
MEDIAN = Message("中位数", "median")
NONE = "—"
NO_EDITION = Message("尚无跟踪调查统计。", "There is no edition of a tracking survey yet.")
TRACKED = Message("跟踪指标", "Tracking indicators")
INDICATOR = Message("指标", "Indicator")
UNIT = Message("单位", "Unit")
CYCLE = Message("毕业后 {cycle} 年", "Year {cycle}")
CODE = Message("代码", "Code")
TOO_FEW = Message("人数过少", "too few")
UNITS: Mapping[str, Message] = MappingProxyType(
    {
        "percent": Message("%", "%"),
        "points": Message("百分点", "points"),
        "score": Message("分", "score"),
        "years": Message("年", "years"),
        "yuan": Message("元", "yuan"),
        "per_100": Message("每百人", "per 100"),
        "count": Message("次", "count"),
        "months": Message("月", "months"),
        "wan": Message("万元", "10,000 yuan"),
    }
)

ALL = Message("全体", "All")
ANSWERS = Message("有效回答", "Answers")
FIGURE = Message("数值", "Value")
OF_CYCLE = Message("{indicator}（毕业后 {cycle} 年）", "{indicator} ({cycle} years after graduation)")
PROTECTED = Message("受保护", "protected")
PUBLISHED_AS = Message("依据已发布的《{title}》", "As published: {title}")
PUBLISHED = Message(
    "全部数字取自该发布，均为实数；人数过少的组合并为“其他”，不能发布的数字标为“受保护”。",
    "Every figure is that of the publication and exact. Groups that are too small stand together as others; what may"
    " not be published is marked as protected.",
)
NOTHING_PUBLISHED = Message("该发布没有属于本章的表。", "The publication has no table of this chapter.")
GROUPED = Message(
    "本报告只含该发布公开的数字，不含其他数据。",
    "This report has the figures that the publication shows, and no others.",
)
PUBLICATION = Message("发布编号", "Publication")
POLICY = Message("发布规则", "Policy of publication")
PUBLICATION_HASH = Message("发布哈希（SHA-256）", "Hash of the publication (SHA-256)")
CONSENT = Message("省级主管部门同意", "Consent of the province")

LIVE = Message("实时数据，仍会变动，非最终数据。", "Live figures, which may still move: they are not final.")
FROZEN = Message("数据取自已冻结的快照，不再变动。", "Figures of a frozen snapshot, which never change.")
SOURCES = Message("口径与来源", "Definitions and sources")
PAIR = (Message("项目", "Item"), Message("内容", "Content"))
SCHEME = Message("口径", "Scheme")
SCHEME_HASH = Message("口径哈希（SHA-256）", "Hash of the scheme (SHA-256)")
DAY = Message("数据日期", "Day")
RULE = Message("分母规则 {rule} 哈希", "Hash of the denominator {rule}")
SNAPSHOT = Message("快照编号", "Snapshot")
SNAPSHOT_KIND = Message("快照类型 / 修订", "Kind of snapshot / revision")
KNOWN_AT = Message("知悉时刻", "Known at")
SNAPSHOT_HASH = Message("快照哈希（SHA-256）", "Hash of the snapshot (SHA-256)")
KINDS: Mapping[str, Message] = MappingProxyType(
    {
        "initial": Message("初次", "initial"),
        "year_end": Message("年终", "year-end"),
        "free": Message("任意日", "free"),
    }
)
