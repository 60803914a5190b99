"""What was known before a moment: of each graduate and registration the newest version that was recorded by then.

Graduates by registry's instants, registrations by those of this database. For a moment that has just passed, what might
still write before it must have ended first.
"""

from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.types import DateTime, Integer, Text

from destinations.roster.storage import ENTRIES_THEN

SAID_THEN = """
    SELECT * FROM registration_versions
     WHERE registration_id = registration.id AND recorded_at < :before ORDER BY version DESC LIMIT 1
"""
"""The version of one `registration` that stood before a moment, as SQL."""

INCOMPLETE_THEN = "CASE WHEN said.version = registration.version THEN registration.incomplete ELSE said.incomplete END"
"""What it lacked; NULL where a release before wrote it, and other versions since."""

KNOWN = f"""
    SELECT entry.graduate_id, entry.school_code, entry.cohort, entry.college_code, entry.major_code, entry.class_code,
           entry.education_level_code, entry.training_mode_code, entry.status, entry.counted, entry.erased,
           said.registration_id, said.version, said.state, said.confirmation, said.source, said.destination_code,
           said.flexible, said.evidence_complete, {INCOMPLETE_THEN} AS incomplete, said.recorded_at,
           said.effective_version, effective.destination_code AS effective_destination_code,
           effective.flexible AS effective_flexible, effective.employer_uscc AS effective_employer_uscc,
           NOT (said.state = 'draft' AND said.effective_version IS NULL) AS registered
      FROM ({ENTRIES_THEN}) entry
      LEFT JOIN (registrations registration CROSS JOIN LATERAL ({SAID_THEN}) said)
             ON registration.graduate_id = entry.graduate_id AND said.state <> 'voided'
      LEFT JOIN registration_versions effective
             ON effective.registration_id = said.registration_id AND effective.version = said.effective_version
"""
"""A school's cohort as it was known before a moment: SQL with `:school_code`, `:cohort`, `:before`, a row a graduate.

`counted` says whom the population N had; the columns from `registration_id` on are NULL of who had no registration that
was not voided, `effective_…` of who had none in the figures. What no statement asks for costs nothing.
"""


def known(statement: str) -> TextClause:
    """A statement over KNOWN, with the types of what it binds."""
    return text(statement).bindparams(
        bindparam("school_code", type_=Text),
        bindparam("cohort", type_=Integer),
        bindparam("before", type_=DateTime(timezone=True)),
    )
