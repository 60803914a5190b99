"""A proposal is counted and protected as an operation, and stored by one act."""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from uuid import UUID

from common.auth import EVERYTHING
from common.canonical import canonical
from common.codes import CodeLists
from common.crypto import FieldCipher
from common.errors import FieldProblem, Message
from common.operations import Handler, OperationContext, Outcome
from common.sql import Connection, Row
from indicators.publishing import commands, storage
from indicators.publishing.domain.publications import LEAST, Publication, PublicationId
from indicators.publishing.domain.tables import TABLES, PublicationRefused, TableAsked, TableKind
from indicators.publishing_counts.people import Counting, Published, Released, Wanted
from indicators.publishing_counts.process import counted
from indicators.schemes.documents import Kind, newest
from indicators.schemes.schemes import default_scheme
from indicators.snapshots.domain.snapshots import SnapshotId

_DIMENSIONS = tuple(name for table in TABLES if len(table) == 1 for name in table)
_TOO_FEW = Message(
    f"届别人数不足 {LEAST} 人，不予发布", f"Nothing is published of a cohort with fewer than {LEAST} graduates"
)


def proposing(cipher: FieldCipher) -> Handler:
    """The handler of the operation that counts a draft and makes it a proposal."""

    async def propose(context: OperationContext) -> Outcome:
        of, version = PublicationId(UUID(context.parameters["publication_id"])), context.parameters["version"]
        async with context.database.reading(snapshot=True) as connection:
            publication = await storage.find(connection, cipher, EVERYTHING, of)
            released = await storage.released(connection, publication)
            taken = await storage.newest_editions(connection, publication)
            counting = await _counting(connection, publication, released, taken)
        if len(counting.people) < LEAST:
            raise PublicationRefused([FieldProblem("", "not_publishable", _TOO_FEW)])
        published = await counted(counting)
        act = partial(
            commands.keep,
            cipher=cipher,
            of=of,
            version=version,
            published=published,
            taken=taken,
            digest=hash_of(publication, published),
            after=released[-1].id if released else None,
        )
        proposed = await context.database.act(context.actor, act)
        return Outcome({"id": f"{of}", "version": proposed.version})

    return propose


def hash_of(publication: Publication, published: Published) -> bytes:
    """SHA-256 of the RFC 8785 JSON of what is open to all of the publication's tables."""
    tables = [
        [each.model_dump(mode="json", exclude={"hidden"}) for each in table.observations] for table in published.tables
    ]
    said = {"publication_id": f"{publication.id}", "snapshot_id": f"{publication.snapshot_id}", "tables": tables}
    return sha256(canonical(said)).digest()


async def _counting(
    connection: Connection, publication: Publication, released: Sequence[Row], taken: storage.Taken
) -> Counting:
    structures = [table.dimension for table in publication.asked if table.kind is TableKind.STRUCTURE]
    wanted = list(dict.fromkeys(name for name in structures if name is not None))
    earlier = []
    # all releases of a snapshot show the same groups
    for snapshot_id, content_id in {row.snapshot_id: row.content_id for row in released}.items():
        shown = await storage.shown_in(connection, content_id)
        people = await storage.people_of(connection, SnapshotId(snapshot_id), _DIMENSIONS, ())
        earlier.append(Released(people=people, shown=shown))
    return Counting(
        scheme=default_scheme(publication.cohort).id,
        dimensions=_DIMENSIONS,
        tables=TABLES,
        people=await storage.people_of(connection, publication.snapshot_id, _DIMENSIONS, wanted),
        wanted=[_wanted(table, publication) for table in publication.asked],
        released=earlier,
        cycles=await storage.cycles_of(connection, publication, taken, [row.content_id for row in released]),
        codes=[entry.code for entry in CodeLists.load().get("destination")],
    )


def _wanted(table: TableAsked, publication: Publication) -> Wanted:
    every = [measure.name for measure in default_scheme(publication.cohort).measures]
    measures = (table.measures or every) if table.kind is TableKind.RATES else ()
    if table.kind is TableKind.TRACKING:
        [definition] = [each.hash for each in newest(Kind.TRACKING) if each.id == table.indicator]
        return Wanted(by=table.by, indicator=table.indicator, cycle=table.cycle, definition=definition)
    return Wanted(by=table.by, measures=measures, dimension=table.dimension, rule=table.rule)
