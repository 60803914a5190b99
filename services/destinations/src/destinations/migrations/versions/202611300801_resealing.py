"""Functions of the owner that replace ciphertexts in rows which the application may only add."""

from alembic import op

revision = "202611300801"
down_revision = "202611300402"
branch_labels = None
depends_on = None

_FIELDS = ("contact_name", "contact_phone", "pay_amount", "pay_unit")
_RESEALED = "reseal_registrations(of_registrations uuid[], of_versions integer[], {})".format(
    ", ".join(f"{when}_{name} bytea[]" for when in ("old", "new") for name in _FIELDS)
)
_EXTENSIONS_RESEALED = (
    "reseal_season_extensions(of_extensions uuid[], of_graduates uuid[], old_reasons bytea[], new_reasons bytea[])"
)
_COLUMNS = ", ".join(f"{when}_{name}" for when in ("old", "new") for name in _FIELDS)

# what was emptied or written since it was read stays, and nothing is filled or emptied here
_REPLACE = f"""
    UPDATE public.{{table}} kept SET {", ".join(f"{name} = given.new_{name}" for name in _FIELDS)}
      FROM unnest(of_registrations, of_versions, {_COLUMNS}) AS given (id, version, {_COLUMNS})
     WHERE kept.{{id}} = given.id AND kept.version = given.version
       AND {" AND ".join(f"kept.{name} IS NOT DISTINCT FROM given.old_{name}" for name in _FIELDS)}
       AND {" AND ".join(f"(kept.{name} IS NULL) = (given.new_{name} IS NULL)" for name in _FIELDS)};
"""
_BODY = "\n".join(
    _REPLACE.format(table=table, id=id_column)
    for table, id_column in (("registrations", "id"), ("registration_versions", "registration_id"))
)

# an erasure that holds one is not waited for: it empties it
_EXTENSIONS_BODY = """
    WITH free AS (
        SELECT extension.id, extension.graduate_id, given.new_reason
          FROM public.season_extensions extension
          JOIN unnest(of_extensions, of_graduates, old_reasons, new_reasons)
               AS given (id, graduate_id, old_reason, new_reason) USING (id, graduate_id)
         WHERE extension.reason_cipher = given.old_reason AND given.new_reason IS NOT NULL
           FOR UPDATE OF extension SKIP LOCKED
    )
    UPDATE public.season_extensions extension SET reason_cipher = free.new_reason
      FROM free WHERE extension.id = free.id AND extension.graduate_id = free.graduate_id;
"""


def upgrade() -> None:
    for named, body in ((_RESEALED, _BODY), (_EXTENSIONS_RESEALED, _EXTENSIONS_BODY)):
        op.execute(
            f"CREATE FUNCTION {named} RETURNS void LANGUAGE sql SECURITY DEFINER"
            f" SET search_path = pg_catalog, pg_temp AS $body$ {body} $body$"
        )


def downgrade() -> None:
    op.execute("DROP FUNCTION reseal_season_extensions")
    op.execute("DROP FUNCTION reseal_registrations")
