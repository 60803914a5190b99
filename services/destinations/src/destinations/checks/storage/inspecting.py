"""Whose evidence inspectors open: that of the graduates of their own samples and cases."""

from sqlalchemy import text

from common.auth import Principal, Role
from common.identifiers import GraduateId
from common.sql import Connection

_OF_PROVINCE = text(
    """
    SELECT EXISTS (
        SELECT FROM sample_items item JOIN samples sample ON sample.id = item.sample_id
               LEFT JOIN sample_assignments given ON (given.sample_id, given.n) = (item.sample_id, item.n)
         WHERE item.graduate_id = :graduate_id
           AND (sample.by_role = 'provincial_officer' OR given.sample_id IS NOT NULL)
    ) OR EXISTS (
        SELECT FROM case_registrations linked JOIN cases found ON found.id = linked.case_id
         WHERE linked.graduate_id = :graduate_id
           AND (found.handler = 'province' OR found.made_by_role = 'provincial_officer')
    )
    """
)
_OF_AUDITOR = text(
    """
    SELECT EXISTS (SELECT FROM sample_items item JOIN samples sample ON sample.id = item.sample_id
                    WHERE item.graduate_id = :graduate_id AND sample.by_role = 'auditor'
                      AND sample.by_subject = :subject)
    """
)


async def inspects(connection: Connection, caller: Principal, graduate_id: GraduateId) -> bool:
    """Whether a graduate is in a sample or a case of an inspector; the scope of a province is looked at elsewhere."""
    found: bool
    if caller.role is Role.AUDITOR:
        found = await connection.scalar(_OF_AUDITOR, {"graduate_id": graduate_id, "subject": caller.subject})
    else:
        found = await connection.scalar(_OF_PROVINCE, {"graduate_id": graduate_id})
    return found
