"""What a reporter sends."""

from sqlalchemy import Uuid, bindparam, text

from common.clock import TODAY_SQL
from common.crypto import FieldCipher
from common.database import new_id
from common.sql import Connection
from destinations.cases.domain import CaseId
from destinations.tip_offs.domain import FileState, SentFile, TipOff

CONTACT, TEXT = "tip_off.contact", "tip_off.message"
"""What is sealed, each bound to its case or message."""

# who sends the last one that a day takes waits for those before
_COUNT = text(
    f"""
    INSERT INTO tip_off_days AS counted (school_code, day, received) VALUES (:school_code, {TODAY_SQL}, 1)
    ON CONFLICT (school_code, day) DO UPDATE SET received = counted.received + 1
    RETURNING received
    """
)
_RECEIVED = text(f"SELECT received FROM tip_off_days WHERE school_code = :school_code AND day = {TODAY_SQL}")
_KNOWS = text("SELECT EXISTS (SELECT FROM roster_schools WHERE school_code = :school_code)")
_ADD = text(
    f"""
    INSERT INTO tip_offs (case_id, school_code, receipt_hash, contact_cipher, received_on)
    VALUES (:case_id, :school_code, :receipt_hash, CAST(:contact AS bytea), {TODAY_SQL})
    """
)
_ADD_FILE = text(
    f"""
    INSERT INTO tip_off_files (case_id, n, school_code, state, media_type, name)
    VALUES (:case_id, :n, :school_code, '{FileState.CHECKING}', :media_type, :name)
    """
).bindparams(bindparam("name", type_=Uuid))
_SAY = text(
    """
    INSERT INTO tip_off_messages (id, case_id, school_code, text_cipher)
    SELECT :id, case_id, school_code, :sealed FROM tip_offs WHERE case_id = :case_id
    """
)


async def knows_school(connection: Connection, school_code: str) -> bool:
    """Whether there is such a school."""
    knows: bool = await connection.scalar(_KNOWS, {"school_code": school_code})
    return knows


async def received_today(connection: Connection, school_code: str) -> int:
    """How many tip-offs about a school there are today."""
    return int(await connection.scalar(_RECEIVED, {"school_code": school_code}) or 0)


async def count_today(connection: Connection, school_code: str) -> int:
    """Counts one more tip-off about a school; how many that are today."""
    return int(await connection.scalar(_COUNT, {"school_code": school_code}))


async def add(
    connection: Connection, cipher: FieldCipher, case_id: CaseId, tip_off: TipOff, receipt_hash: bytes
) -> None:
    """Stores how to reach who reported, and the files that wait to be written anew; the text is the case's."""
    contact = None if tip_off.contact is None else cipher.encrypt(CONTACT, case_id, tip_off.contact)
    named = {"case_id": case_id, "school_code": tip_off.school_code}
    await connection.execute(_ADD, {**named, "receipt_hash": receipt_hash, "contact": contact})
    files = [{**named, "n": n, **_said(each)} for n, each in enumerate(tip_off.files, start=1)]
    await connection.execute_many(_ADD_FILE, files)


async def say(connection: Connection, cipher: FieldCipher, case_id: CaseId, said: str) -> None:
    """Stores what the reporter says further."""
    message_id = await new_id(connection)
    await connection.execute(
        _SAY, {"id": message_id, "case_id": case_id, "sealed": cipher.encrypt(TEXT, message_id, said)}
    )


def _said(file: SentFile) -> dict[str, object]:
    return {"media_type": file.media_type, "name": file.name}
