"""Profiles and receipts of consent."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, Uuid, and_, any_, bindparam, delete, insert, select, text

from common import rows
from common.clock import NOW_SQL
from common.crypto import DataCipher, FieldCipher, data_key_of
from common.identifiers import Cohort, GraduateId
from common.sql import Connection, Row
from registry.graduates.domain.population import COUNTED
from registry.graduates.storage.keys import keys_of
from registry.graduates.tables import graduates
from registry.organisation.tables import schools
from registry.talents.domain.consents import TALENT_POOL
from registry.talents.domain.profiles import Group, Profile, ProfileId, ProfilePlan, Sizes
from registry.talents.tables import consent_receipts, profiles

SKILLS = "talent_skills"

_IN_N = and_(graduates.c.status == any_(bindparam("counted", type_=ARRAY(Text))), ~graduates.c.restricted)
_BOUND = {"counted": [each.value for each in COUNTED]}
_ALL = (
    select(
        profiles,
        *(graduates.c[name] for name in ("school_code", "cohort", "education_level_code", "major_code")),
        schools.c.province_code,
    )
    .select_from(profiles)
    .join(graduates, graduates.c.id == profiles.c.graduate_id)
    .join(schools, schools.c.code == graduates.c.school_code)
)
_OF_GRADUATE = _ALL.where(profiles.c.graduate_id == bindparam("graduate_id"))
_SHOWN = _ALL.where(_IN_N, profiles.c.profile_id == bindparam("profile_id"))
_PUT = text(
    f"""
    INSERT INTO talent_profiles AS stored (graduate_id, profile_id, version, consent_version, skills_cipher, regions,
                                           industries, positions, available_from)
    VALUES (:graduate_id, :profile_id, 1, :consent_version, :skills_cipher, CAST(:regions AS text[]),
            CAST(:industries AS text[]), CAST(:positions AS text[]), CAST(:available_from AS date))
    ON CONFLICT (graduate_id) DO UPDATE
       SET version = stored.version + 1, consent_version = excluded.consent_version, regions = excluded.regions,
           skills_cipher = excluded.skills_cipher, industries = excluded.industries, positions = excluded.positions,
           available_from = excluded.available_from, recorded_at = {NOW_SQL}
    """
).bindparams(*(bindparam(name, type_=profiles.c[name].type) for name in ("graduate_id", "profile_id")))
_DELETE = delete(profiles).where(profiles.c.graduate_id == any_(bindparam("graduate_ids", type_=ARRAY(Uuid))))
_RECEIPT = insert(consent_receipts)
# of a province's schools by their rosters; a level and a cohort have a few thousand graduates in each
_SIZES = text(
    """
    SELECT coalesce(major_code, '') AS major_code, count(*) AS graduates
      FROM graduates
     WHERE school_code = ANY(SELECT code FROM schools WHERE province_code = :province_code) AND cohort = :cohort
       AND education_level_code = :education_level_code AND status = ANY(CAST(:counted AS text[]))
     GROUP BY 1
    """
)


@dataclass(frozen=True)
class Wanted:
    """How a search is narrowed; None does not narrow. `major` is the beginning of what is shown of a major."""

    region: str | None = None
    industry: str | None = None
    position: str | None = None
    education_level: str | None = None
    cohort: Cohort | None = None
    major: str | None = None


async def find(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> Profile | None:
    """A graduate's own profile."""
    found = await _opened(connection, cipher, await connection.execute(_OF_GRADUATE, {"graduate_id": graduate_id}))
    return found[0] if found else None


async def shown(connection: Connection, cipher: FieldCipher, profile_id: ProfileId) -> Profile | None:
    """A profile by its id, of a graduate who counts in the population and is not restricted."""
    found = await connection.execute(_SHOWN, {**_BOUND, "profile_id": profile_id})
    opened = await _opened(connection, cipher, found)
    return opened[0] if opened else None


async def page(
    connection: Connection, cipher: FieldCipher, wanted: Wanted, after: UUID | None, limit: int
) -> list[Profile]:
    """Profiles in the order of their random ids, of graduates who count in the population and are not restricted.

    `major` narrows by the major itself: what is shown of it may be shorter, which the caller compares.
    """
    given = {name: value for name, value in vars(wanted).items() if value is not None}
    query = _page(tuple(sorted(given)), following=after is not None)
    found = await connection.execute(query, {**_BOUND, **given, "after": after, "limit": limit})
    return await _opened(connection, cipher, found)


async def sizes_of(connection: Connection, groups: Collection[Group]) -> Mapping[Group, Sizes]:
    """How many graduates in the population each group has, by major."""
    sizes = {}
    for group in groups:
        found = await connection.execute(_SIZES, {**vars(group), **_BOUND})
        sizes[group] = {row.major_code: row.graduates for row in found}
    return sizes


async def put(
    connection: Connection, data: DataCipher, graduate_id: GraduateId, profile_id: ProfileId, plan: ProfilePlan
) -> None:
    """Stores a profile in the place of the one before, whose id stays."""
    skills = json.dumps(plan.skills, ensure_ascii=False).encode()
    values = {
        **vars(plan),
        **{name: list(getattr(plan, name)) for name in ("regions", "industries", "positions")},
        "graduate_id": graduate_id,
        "profile_id": profile_id,
        "skills_cipher": data.seal(SKILLS, graduate_id, 1, skills),
    }
    await connection.execute(_PUT, values)


async def remove(connection: Connection, graduate_ids: Collection[GraduateId]) -> None:
    """Deletes the profiles of graduates who are locked."""
    await connection.execute(_DELETE, {"graduate_ids": list(graduate_ids)})


async def receipt(connection: Connection, graduate_id: GraduateId, version: str, act: str) -> None:
    """Notes that a consent was given or withdrawn."""
    values = {"graduate_id": graduate_id, "text_name": TALENT_POOL, "text_version": version, "act": act}
    await connection.execute(_RECEIPT, values)


@lru_cache
def _page(given: tuple[str, ...], *, following: bool) -> Select[Any]:
    query = _ALL.where(_IN_N).order_by(profiles.c.profile_id).limit(bindparam("limit"))
    plural = {"region": "regions", "industry": "industries", "position": "positions"}
    for name in given:
        if name in plural:
            query = query.where(bindparam(name, type_=Text) == any_(profiles.c[plural[name]]))
        elif name == "major":
            query = query.where(graduates.c.major_code.startswith(bindparam("major", type_=Text)))
        else:
            column = {"education_level": "education_level_code", "cohort": "cohort"}[name]
            query = query.where(graduates.c[column] == bindparam(name))
    return query.where(profiles.c.profile_id > bindparam("after")) if following else query


async def _opened(connection: Connection, cipher: FieldCipher, found: Sequence[Row]) -> list[Profile]:
    keys = await keys_of(connection, cipher, {data_key_of(row.skills_cipher) for row in found})

    def skills(row: Row) -> tuple[str, ...]:
        data = keys[data_key_of(row.skills_cipher)]
        return tuple(json.loads(data.open(SKILLS, row.graduate_id, 1, row.skills_cipher)))

    return rows.all(Profile, found, skills=skills)  # type: ignore[arg-type]
