"""People whom a wave asks beside those of its creation."""

from collections.abc import Sequence
from uuid import UUID


def asking_also(wave_id: object, graduate_ids: Sequence[UUID]) -> str:
    """A statement by which a wave asks further people, as if they had been there when it was created."""
    listed = ", ".join(f"'{each}'::uuid" for each in graduate_ids)
    return (
        "INSERT INTO wave_eligible (wave_id, graduate_id, school_code)"
        f" SELECT id, unnest(ARRAY[{listed}]), school_code FROM waves WHERE id = '{wave_id}'"
    )
