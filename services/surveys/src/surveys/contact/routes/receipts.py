"""Receipts of the gateway: signed with the secret that both sides share."""

from functools import partial

from fastapi import Request, Response
from fastapi.security import APIKeyHeader
from pydantic import SecretStr

from common import clock
from common.crypto.webhooks import BadSignature, verified
from common.http import Credential, Db, Router
from common.http.limits import whole_body
from surveys.contact.commands import receiving
from surveys.contact.domain import AttemptId, ReceiptRefused
from surveys.contact.wire import ReceiptForm


async def check_signature(request: Request) -> None:
    """Raises ReceiptRefused for what the gateway has not signed just now, and for everything where there is none."""
    secret: SecretStr | None = request.app.state.gateway_secret
    if secret is None:
        raise ReceiptRefused
    try:
        verified(secret.get_secret_value(), request.headers, await whole_body(request), clock.now())
    except BadSignature:
        raise ReceiptRefused from None


SIGNED = Credential(
    check_signature,
    APIKeyHeader(
        name="webhook-signature",
        scheme_name="gateway",
        description="Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over id, timestamp and body.",
        auto_error=False,
    ),
)

router = Router(prefix="/v1/contact-receipts", tags=["contact"], credential=SIGNED)


@router.post(
    "",
    status_code=202,
    response_class=Response,
    summary="What became of a message, said by the gateway",
    description="The same receipt may come again; `stop` ends contact with the person.",
)
async def receive_receipt(*, database: Db, body: ReceiptForm) -> Response:
    act = partial(receiving.receive, attempt_id=AttemptId(body.id), receipt=body.state)
    await database.act(receiving.GATEWAY, act)
    return Response(status_code=202)
