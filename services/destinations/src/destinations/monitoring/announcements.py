"""Report → event contract: the counts of the school, never those of a college."""

from datetime import datetime

from common.contracts import OutgoingEvent
from common.contracts.monitoring import REPORTED, TOPIC, ClassCounts, CoverageCounts, ReportedData, ReportKind
from destinations.monitoring.domain.reports import Content, Report


def reported(report: Report, content: Content, sha256: bytes, sequence: int, recorded_at: datetime) -> OutgoingEvent:
    """The event of a report that says this."""
    data = ReportedData(
        school_code=report.school_code,
        recorded_at=recorded_at,
        report_id=report.id,
        cohort=report.cohort,
        kind=ReportKind(report.kind),
        period=report.period,
        cut_off_at=report.at,
        counts=CoverageCounts(**content["counts"]),
        classes=ClassCounts(**content["classes"]),
        sha256=sha256.hex(),
    )
    return OutgoingEvent(
        topic=TOPIC,
        key=report.school_code,
        sequence=sequence,
        type=REPORTED,
        school_code=report.school_code,
        decided_on=None,
        data=data,
    )
