"""The route by which clear values of graduates leave the registry."""

from functools import partial

from common.auth import Caller
from common.http import Cipher, Db, PageOf, Router, XPurpose
from common.purposes import purpose_of
from registry.reveals import commands
from registry.reveals.wire import Reveal, RevealedGraduate, revealed

router = Router(prefix="/v1/graduates", tags=["graduates"])


@router.post("/reveal", summary="Read values of graduates in clear, for a purpose; every reading is logged")
async def reveal_graduates(
    *, database: Db, cipher: Cipher, caller: Caller, body: Reveal, x_purpose: XPurpose = None
) -> PageOf[RevealedGraduate]:
    asked = body.asked(purpose_of(x_purpose, body.purpose))
    act = partial(commands.reveal, caller=caller, cipher=cipher, asked=asked)
    people = await database.act(caller.actor, act)
    return PageOf(items=revealed(asked, people), next_cursor=None)
