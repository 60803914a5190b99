"""What names employers that none is known for, the employers made of it, and the namings that link registrations."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ARRAY, BigInteger, Integer, Uuid, bindparam, text

from common.codes import normalise
from common.sql import Connection, array, array_sql
from destinations.employers.domain import Due, EmployerId, Key, Naming, bigrams

_DUE = text(
    """
    SELECT id, school_code, employer_name, employer_uscc, employer_nature_code, industry_code, place_code
      FROM employers_due ORDER BY id LIMIT :part
    """
).bindparams(bindparam("part", type_=Integer))
_LOCK_DUE = text("SELECT id FROM employers_due WHERE id = ANY(:ids) ORDER BY id FOR UPDATE SKIP LOCKED").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger))
)
_END_DUE = text("DELETE FROM employers_due WHERE id = ANY(:ids)").bindparams(bindparam("ids", type_=ARRAY(BigInteger)))
_KNOWN = text(
    f"""
    WITH RECURSIVE key AS (
        SELECT * FROM unnest({array_sql("usccs", "text")}, {array_sql("schools", "text")}, {array_sql("names", "text")})
               WITH ORDINALITY AS key (uscc, school_code, normalised_name, n)
    ), found AS (
        SELECT key.n, coalesce(
               -- as the school names it already, whatever its name is today
               (SELECT employer_id FROM employer_namings naming
                 WHERE naming.employer_uscc <> '' AND naming.school_code = key.school_code
                   AND naming.employer_uscc = key.uscc LIMIT 1),
               (SELECT employer_id FROM employer_namings naming
                 WHERE key.uscc = '' AND naming.employer_uscc = '' AND naming.school_code = key.school_code
                   AND naming.normalised_name = key.normalised_name LIMIT 1),
               (SELECT id FROM employers known
                 WHERE key.uscc <> '' AND known.uscc = key.uscc AND known.merged_into IS NULL),
               (SELECT id FROM employers known
                 WHERE key.uscc = '' AND known.uscc IS NULL AND known.school_code = key.school_code
                   AND known.normalised_name = key.normalised_name
                 ORDER BY known.merged_into IS NOT NULL, known.id LIMIT 1)
               ) AS id
          FROM key
        UNION ALL
        SELECT found.n, merged.merged_into FROM found JOIN employers merged USING (id)
         WHERE merged.merged_into IS NOT NULL
    )
    SELECT found.n, found.id FROM found JOIN employers known USING (id) WHERE known.merged_into IS NULL
    """
)
_MADE_OF = ("schools", "names", "normalised", "bigrams", "usccs", "natures", "industries", "places")
# those who make the same ones at once wait for each other in one order
_MAKE = text(
    f"""
    INSERT INTO employers (school_code, name, normalised_name, bigrams, uscc, nature_code, industry_code, place_code)
    SELECT school_code, name, normalised_name, string_to_array(bigrams, ' '), uscc, nature_code, industry_code,
           place_code
      FROM unnest({", ".join(array_sql(name, "text") for name in _MADE_OF)})
           AS made (school_code, name, normalised_name, bigrams, uscc, nature_code, industry_code, place_code)
     ORDER BY uscc, school_code, normalised_name
    ON CONFLICT DO NOTHING
    """
)
_SHARE = text("SELECT id FROM employers WHERE id = ANY(:ids) AND merged_into IS NULL ORDER BY id FOR SHARE").bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)
_NAME = text(
    f"""
    INSERT INTO employer_namings (school_code, employer_name, employer_uscc, normalised_name, bigrams, employer_id)
    SELECT school_code, employer_name, employer_uscc, normalised_name, string_to_array(bigrams, ' '), employer_id
      FROM unnest({array_sql("schools", "text")}, {array_sql("names", "text")}, {array_sql("usccs", "text")},
                  {array_sql("normalised", "text")}, {array_sql("bigrams", "text")}, {array_sql("employers", "uuid")})
           AS naming (school_code, employer_name, employer_uscc, normalised_name, bigrams, employer_id)
     ORDER BY 1, 2, 3
    ON CONFLICT DO NOTHING
    """
)


async def due_part(connection: Connection, part: int) -> list[Due]:
    """The namings that have been due longest, so many at most."""
    return [Due(row[0], Naming(*row[1:4]), *row[4:]) for row in await connection.execute(_DUE, {"part": part})]


async def lock_due(connection: Connection, ids: Sequence[int]) -> set[int]:
    """Of these those that stand still and no other worker holds; they are this act's until its end."""
    return set(await connection.scalars(_LOCK_DUE, {"ids": ids}))


async def known(connection: Connection, keys: Collection[Key]) -> dict[Key, EmployerId]:
    """The employers of those keys that have one; what one was merged into stands for it."""
    ordered = sorted(keys)
    values = {
        "usccs": array(key.uscc for key in ordered),
        "schools": array(key.school_code for key in ordered),
        "names": array(key.normalised_name for key in ordered),
    }
    return {ordered[row.n - 1]: EmployerId(row.id) for row in await connection.execute(_KNOWN, values)}


async def make(connection: Connection, wanted: Sequence[Due]) -> int:
    """Makes the employers that namings mean, in the order of their USCC; how many did not stand yet."""
    named = [each.naming for each in wanted]
    normalised = [normalise(each.employer_name) for each in named]
    values = {
        "schools": array(None if each.employer_uscc else each.school_code for each in named),
        "names": array(each.employer_name for each in named),
        "normalised": array(normalised),
        "bigrams": array(" ".join(bigrams(each)) for each in normalised),
        "usccs": array(each.employer_uscc or None for each in named),
        "natures": array(each.nature_code for each in wanted),
        "industries": array(each.industry_code for each in wanted),
        "places": array(each.place_code for each in wanted),
    }
    return await connection.affected(_MAKE, values)


async def share(connection: Connection, ids: Collection[EmployerId]) -> set[EmployerId]:
    """Of these employers those that stand: until the end of the transaction none of them is merged or changed."""
    return set(await connection.scalars(_SHARE, {"ids": list(ids)}))


async def name(connection: Connection, linked: Mapping[Naming, EmployerId], due_ids: Collection[int]) -> None:
    """Stores namings of employers that are held, and ends what was due of them."""
    values = {
        "schools": array(each.school_code for each in linked),
        "names": array(each.employer_name for each in linked),
        "usccs": array(each.employer_uscc for each in linked),
        "normalised": array(normalise(each.employer_name) for each in linked),
        "bigrams": array(" ".join(bigrams(each.employer_name)) for each in linked),
        "employers": array(linked.values()),
    }
    await connection.execute(_NAME, values)
    await connection.execute(_END_DUE, {"ids": list(due_ids)})
