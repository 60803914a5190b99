"""The fence: an outbox takes nothing before it was compared with the topics in this run of the database server.

A database that comes back older (a backup, a copied folder, a promoted standby) would give sequences a second time,
and consumers would take the new events for repetitions. Every way back is a new run of a server, a new database or a
new table, so three facts tell: the start of the server, the oid of the database, the oid of the table.
"""

SQLSTATE = "57PQX"
"""Of the refusal. In the class of a server that takes no work just now, so that any code of ours answers 503."""

_DATABASE = "(SELECT oid FROM pg_database WHERE datname = current_database())"

RUN_COLUMNS = "server_started_at, database_oid, table_oid"


def this_run(table: str) -> str:
    """The values of the run columns, in SQL, for a row of the present run about this table."""
    return f"pg_postmaster_start_time(), {_DATABASE}, '{table}'::regclass::oid"


# the oid of the table comes with the trigger; plpgsql keeps the plan of this one comparison
_REFUSE_INSERTS = f"""
    CREATE OR REPLACE FUNCTION refuse_events_not_compared() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        IF NOT EXISTS (
            SELECT FROM public.relay_state
             WHERE server_started_at = pg_postmaster_start_time() AND table_oid = TG_RELID
               AND database_oid = {_DATABASE}
        ) THEN
            RAISE EXCEPTION 'the outbox is not compared with the topics in this run of the server'
                USING ERRCODE = '{SQLSTATE}';
        END IF;
        RETURN NULL;
    END $body$
"""
_REFUSE_TRUNCATE = """
    CREATE OR REPLACE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        RAISE EXCEPTION 'the outbox is never emptied: its sequences would be given a second time';
    END $body$
"""

CREATE = (
    _REFUSE_INSERTS,
    _REFUSE_TRUNCATE,
    """
    CREATE TRIGGER refuse_events_not_compared BEFORE INSERT ON outbox
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_events_not_compared()
    """,
    "CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()",
)
"""Statements that put the fence around an outbox."""

DROP = (
    "DROP TRIGGER refuse_truncate ON outbox",
    "DROP TRIGGER refuse_events_not_compared ON outbox",
    "DROP FUNCTION refuse_truncate()",
    "DROP FUNCTION refuse_events_not_compared()",
)

OPEN = f"""
    INSERT INTO relay_state AS kept (id, {RUN_COLUMNS}) SELECT 1, {this_run("outbox")}
    ON CONFLICT (id) DO UPDATE SET server_started_at = excluded.server_started_at, lacking = 0,
        database_oid = excluded.database_oid, table_oid = excluded.table_oid
"""
"""Notes the present run as compared, with nothing lacking."""

IS_OPEN = f"SELECT EXISTS (SELECT FROM relay_state WHERE ({RUN_COLUMNS}) = ({this_run('outbox')}))"
