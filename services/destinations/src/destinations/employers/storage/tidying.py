"""What registrations name and no naming has; what is due, namings and employers that nothing names any more."""

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.sql import Connection

# of a registration under change what it said before counts, too
_SAID = """
    SELECT current.school_code, said.employer_name, coalesce(said.employer_uscc, '') AS employer_uscc,
           said.employer_nature_code, said.industry_code, said.place_code
      FROM registrations current
      JOIN registration_versions said
        ON said.registration_id = current.id AND said.version IN (current.version, current.effective_version)
     WHERE current.school_code = :school_code AND said.employer_name IS NOT NULL
"""
_SCHOOLS = text("SELECT DISTINCT school_code FROM registrations UNION SELECT school_code FROM employer_namings")
_FIND_UNNAMED = text(
    f"""
    INSERT INTO employers_due
           (school_code, employer_name, employer_uscc, employer_nature_code, industry_code, place_code)
    SELECT DISTINCT ON (employer_name, employer_uscc) * FROM ({_SAID}) said
     WHERE NOT EXISTS (SELECT FROM employer_namings naming
                        WHERE naming.school_code = said.school_code AND naming.employer_name = said.employer_name
                          AND naming.employer_uscc = said.employer_uscc)
       AND NOT EXISTS (SELECT FROM employers_due due
                        WHERE due.school_code = said.school_code AND due.employer_name = said.employer_name
                          AND due.employer_uscc = said.employer_uscc)
    """
)
_NAMED_NO_MORE = f"""
    SELECT {{key}} FROM {{table}} named
     WHERE named.school_code = :school_code
       AND NOT EXISTS (SELECT FROM ({_SAID}) said
                        WHERE said.employer_name = named.employer_name AND said.employer_uscc = named.employer_uscc)
     ORDER BY {{key}} FOR UPDATE
"""
_END_DUE = text(f"DELETE FROM employers_due WHERE id IN ({_NAMED_NO_MORE.format(key='id', table='employers_due')})")
_KEY = "school_code, employer_name, employer_uscc"
_END_NAMINGS = text(
    f"""
    DELETE FROM employer_namings
     WHERE ({_KEY}) IN ({_NAMED_NO_MORE.format(key=_KEY, table="employer_namings")})
    RETURNING employer_id
    """
)
_UNTOUCHED = "id = ANY(:ids) AND version = 1 AND merged_into IS NULL AND register_fields = '{}'"
_HOLD = text(f"SELECT id FROM employers WHERE {_UNTOUCHED} ORDER BY id FOR UPDATE SKIP LOCKED").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
_END_EMPLOYERS = text(
    f"""
    DELETE FROM employers ended
     WHERE {_UNTOUCHED} AND NOT EXISTS (SELECT FROM employer_namings naming WHERE naming.employer_id = ended.id)
       AND NOT EXISTS (SELECT FROM employers merged WHERE merged.merged_into = ended.id)
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def schools_of(connection: Connection) -> list[str]:
    """The schools that have registrations or namings."""
    return await connection.scalars(_SCHOOLS)


async def find_unnamed(connection: Connection, school_code: str) -> int:
    """Notes as due what registrations of a school name and no naming has; how many that were."""
    return await connection.affected(_FIND_UNNAMED, {"school_code": school_code})


async def end_unnamed(connection: Connection, school_code: str) -> int:
    """Deletes namings that no registration has any more, and of their employers those that are only a trace of them.

    What is due goes first: who links it meanwhile has made its naming by then.

    One that people changed or merged, or that the business register knows, stays. Gives how many employers went.
    """
    await connection.execute(_END_DUE, {"school_code": school_code})
    ids = await connection.scalars(_END_NAMINGS, {"school_code": school_code})
    held = await connection.scalars(_HOLD, {"ids": ids}) if ids else []
    # a statement of its own: it sees what named one before it was held
    return await connection.affected(_END_EMPLOYERS, {"ids": held}) if held else 0
