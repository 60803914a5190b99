"""The table of ballots: no column names a person, none a time but the week of the submission."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from surveys.schema import metadata

ballots = Table(
    "ballots",
    metadata,
    # random: one that is counted up, or tells the time, would give the order of what happened
    Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    Column("school_code", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("is_opened", Boolean, nullable=False, server_default=text("false")),
    # of the submission, like 2026-W48
    Column("week", Text),
    # what may be agreed to: without an id the statement that is shipped
    Column("shown_statement_id", Uuid),
    Column("shown_statement_version", Integer),
    # what was agreed to
    Column("statement_id", Uuid),
    Column("statement_version", Integer),
    Column("sensitive", Boolean),
    Column("questions_answered", Integer, nullable=False, server_default=text("0")),
    Column("questions_total", Integer, nullable=False, server_default=text("0")),
    Column("completeness", Text),
    Column("completed_by", Text),
    # of a draft and of what was submitted
    Column("values_ciphertext", LargeBinary),
    # under which it holds a place
    Column("caps", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    # of the request that submitted, so that its repetition is answered again
    Column("request_digest", LargeBinary),
    # what counted when the wave was frozen, and the random bytes before it, which go with the answer
    Column("frozen_digest", LargeBinary),
    Column("frozen_salt", LargeBinary),
    ForeignKeyConstraint(
        ["statement_id", "statement_version"],
        ["privacy_statement_versions.statement_id", "privacy_statement_versions.number"],
        name="fk_ballots_statement_version",
    ),
    CheckConstraint("length(digest) = 32", name="digest_whole"),
    CheckConstraint("state IN ('open', 'submitted', 'withdrawn', 'screened_out')", name="state_known"),
    CheckConstraint("week ~ '^[0-9]{4}-W[0-9]{2}$'", name="week_alone"),
    CheckConstraint(
        "state <> 'submitted' OR (week IS NOT NULL AND completeness IS NOT NULL AND values_ciphertext IS NOT NULL)",
        name="submitted_whole",
    ),
    CheckConstraint("state NOT IN ('withdrawn', 'screened_out') OR values_ciphertext IS NULL", name="gone_is_empty"),
    CheckConstraint("values_ciphertext IS NULL OR statement_version IS NOT NULL", name="kept_after_consent"),
    CheckConstraint("(statement_version IS NULL) = (sensitive IS NULL)", name="consent_whole"),
    CheckConstraint("completeness IN ('empty', 'partial', 'core', 'complete')", name="completeness_known"),
    CheckConstraint("completed_by IN ('respondent', 'close')", name="completed_by_known"),
)
Index("ix_ballots_wave_id_id", ballots.c.wave_id, ballots.c.id)

ballot_sendings = Table(
    "ballot_sendings",
    metadata,
    Column("wave_id", Uuid, ForeignKey("waves.id"), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("school_code", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("begun_on", Date, nullable=False),
    CheckConstraint("state IN ('sending', 'sent', 'interrupted', 'printed', 'too_few')", name="state_known"),
)

SENDINGS_OF_WAVE = """
    coalesce((SELECT jsonb_agg(jsonb_build_object('step', step, 'state', state, 'begun_on', begun_on) ORDER BY step)
                FROM ballot_sendings WHERE wave_id = waves.id), '[]'::jsonb)
"""
"""The sendings of a row of waves, as JSON."""
