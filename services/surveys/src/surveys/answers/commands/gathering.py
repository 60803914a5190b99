"""Many links of first answers are held at once, with all that they ask and all that was answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.crypto import FieldCipher
from common.identifiers import GraduateId, InvitationId, WaveId
from common.sql import Connection
from surveys.answers import storage
from surveys.answers.commands.holding import Answer, Asked, asked_in, composed
from surveys.answers.storage import together
from surveys.invitations.domain import Invitation
from surveys.privacy.domain import Receipt, StatementVersion
from surveys.privacy.storage import receipts
from surveys.responses.domain import Response
from surveys.roster.storage import situations_of
from surveys.waves import storage as waves


@dataclass(frozen=True)
class Held:
    """A link that is held for an answer to be given, with its response and the receipt of consent."""

    asked: Asked
    invitation: Invitation
    response: Response
    receipt: Receipt | None


Link = tuple[WaveId, InvitationId]
"""An invitation, and its wave."""


async def hold_all(connection: Connection, links: Mapping[int, Link]) -> dict[int, Held]:
    """Holds links of first answers with all that they ask, those that no other act holds; of two alike the first."""
    found = await together.waves_among(connection, {wave_id for wave_id, _ in links.values()})
    asked = {each: await asked_in(connection, await waves.current(connection, each)) for each in found}
    first = {link: at for at, (wave_id, link) in reversed([*links.items()]) if wave_id in asked}
    held = await together.links_among(connection, first)
    begun = await together.responses_of(connection, [each.id for each in held])
    # one that is not opened yet, or gives several answers, is done alone
    single = {each.id: begun[each.id][0] for each in held if len(begun.get(each.id, ())) == 1}
    agreed = await receipts.newest_among(connection, [response.id for response in single.values()])
    return {
        first[each.id]: Held(asked[each.wave_id], each, response, agreed.get(response.id))
        for each in held
        if (response := single.get(each.id)) is not None and response.graduate_id is not None
    }


async def answers_of(connection: Connection, cipher: FieldCipher, held: Mapping[int, Held]) -> dict[int, Answer]:
    """The drafts of first answers behind links whose holders have agreed, judged."""
    ids = [each.response.id for each in held.values()]
    drafts = await storage.drafts_of(connection, cipher, ids)
    situations = await situations_of(connection, [graduate_of(each.response) for each in held.values()])
    statements: dict[tuple[object, int], StatementVersion] = {}
    answers = {}
    for at, each in held.items():
        assert each.receipt is not None, "only these were asked for"
        place = (each.receipt.statement_id, each.receipt.statement_version)
        if place not in statements:
            statements[place] = await receipts.statement_of(connection, each.receipt)
        response = each.response
        answers[at] = composed(
            each.asked,
            response,
            drafts.get(response.id, {}),
            statements[place],
            each.receipt,
            None,
            situations[graduate_of(response)],
        )
    return answers


def graduate_of(response: Response) -> GraduateId:
    """Whose a response is that was held here."""
    assert response.graduate_id, "answers of employers are held alone"
    return response.graduate_id
