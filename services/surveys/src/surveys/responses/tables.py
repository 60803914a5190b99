"""Tables of responses; what was answered is stored encrypted: a draft page by page, a submission as a whole."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from common.database import instant_column, uuid_key
from surveys.schema import metadata

_COMPLETENESS = "completeness IN ('empty', 'partial', 'core', 'complete')"
_MODE = "mode IN ('web', 'api', 'phone', 'paper', 'import')"

responses = Table(
    "responses",
    metadata,
    uuid_key(),
    Column("invitation_id", Uuid, ForeignKey("invitations.id"), nullable=False),
    # of several answers of one employer, which speak for one graduate hired each
    Column("number", Integer, nullable=False, server_default=text("1")),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    # one of the two
    Column("graduate_id", Uuid),
    Column("employer_id", Uuid, ForeignKey("employers.id")),
    # of an employer: the graduates for whom it speaks, as of the creation of the wave
    Column("hires", Integer),
    Column("school_code", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("questions_answered", Integer, nullable=False, server_default=text("0")),
    Column("questions_total", Integer, nullable=False, server_default=text("0")),
    instant_column("created_at"),
    instant_column("recorded_at"),
    Column("submitted_at", DateTime(timezone=True)),
    # of the event that shows the newest state: what a change token is made of
    Column("announced_sequence", BigInteger),
    # the version whose answers gave values to measures last; NULL where none did, and once they are taken back
    Column("measured_version", Integer),
    # the version that was submitted last, which counts while a newer one is edited; rows of the release before lack it
    Column("effective_version", Integer),
    # of what was submitted last
    Column("completeness", Text),
    Column("mode", Text),
    Column("completed_by", Text),
    # how complete what is being written is
    Column("drafted", Text),
    # since when the answer has lost the person
    Column("detached_at", DateTime(timezone=True)),
    # since when it counts in no figure, and why that was decided last
    Column("excluded_at", DateTime(timezone=True)),
    Column("reason_ciphertext", LargeBinary),
    # what may be agreed to: without an id the statement that is shipped; rows of the release before lack both
    Column("shown_statement_id", Uuid),
    Column("shown_statement_version", Integer),
    UniqueConstraint("invitation_id", "number", name="uq_responses_invitation_id_number"),
    CheckConstraint("num_nonnulls(graduate_id, employer_id) = 1", name="one_subject"),
    CheckConstraint("number BETWEEN 1 AND 50", name="number_allowed"),
    CheckConstraint("state IN ('open', 'submitted', 'withdrawn', 'screened_out')", name="state_known"),
    CheckConstraint("state <> 'submitted' OR submitted_at IS NOT NULL", name="submitted_has_time"),
    CheckConstraint(_COMPLETENESS, name="completeness_known"),
    CheckConstraint("drafted IN ('empty', 'partial', 'core', 'complete')", name="drafted_known"),
    CheckConstraint(_MODE, name="mode_known"),
    CheckConstraint("completed_by IN ('respondent', 'close')", name="completed_by_known"),
)
Index("ix_responses_school_code_id", responses.c.school_code, responses.c.id)
Index("ix_responses_wave_id_id", responses.c.wave_id, responses.c.id)
Index("ix_responses_graduate_id", responses.c.graduate_id)
Index("ix_responses_employer_id", responses.c.employer_id)
Index(
    "ix_responses_edited",
    responses.c.id,
    postgresql_where=text("state = 'open' AND effective_version IS NOT NULL"),
)

response_pages = Table(
    "response_pages",
    metadata,
    Column("response_id", Uuid, ForeignKey("responses.id"), primary_key=True),
    Column("page_id", Text, primary_key=True),
    # nullable until no process saves pages without it any more
    Column("school_code", Text),
    Column("values_ciphertext", LargeBinary, nullable=False),
    instant_column("recorded_at"),
)

response_files = Table(
    "response_files",
    metadata,
    uuid_key(),
    Column("response_id", Uuid, ForeignKey("responses.id"), nullable=False),
    Column("school_code", Text, nullable=False),
    Column("name", Uuid, ForeignKey("objects.name"), nullable=False),
    Column("media_type", Text, nullable=False),
    instant_column("recorded_at"),
)
Index("ix_response_files_response_id", response_files.c.response_id)
Index("ix_response_files_name", response_files.c.name)

submitted_contents = Table(
    "submitted_contents",
    metadata,
    Column("response_id", Uuid, ForeignKey("responses.id"), primary_key=True),
    # of the response, when it was submitted
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("school_code", Text, nullable=False),
    Column("completeness", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("values_ciphertext", LargeBinary, nullable=False),
    instant_column("submitted_at"),
    CheckConstraint(_COMPLETENESS, name="completeness_known"),
    CheckConstraint(_MODE, name="mode_known"),
    info={"insert_only": True},
)

frozen_rows = Table(
    "frozen_rows",
    metadata,
    Column("response_id", Uuid, ForeignKey("responses.id"), primary_key=True),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    Column("school_code", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    # random bytes before the row, without which the digest says nothing; destroyed with what was answered
    Column("salt", LargeBinary),
)
Index("ix_frozen_rows_wave_id", frozen_rows.c.wave_id)

detached_answers = Table(
    "detached_answers",
    metadata,
    # random: it says nothing of the response, nor when
    Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("school_code", Text, nullable=False),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    *(
        Column(name, Text)
        for name in (
            *("college_code", "major_code", "education_level_code", "study_form", "sex_code", "origin_province_code"),
            *("destination_code", "completeness"),
        )
    ),
    Column("values_ciphertext", LargeBinary, nullable=False),
)
Index("ix_detached_answers_wave_id_id", detached_answers.c.wave_id, detached_answers.c.id)
