"""`GET /v1/objects/{token}`: the file that a link leads to."""

from typing import Annotated

from fastapi import Depends, Request, Response

from common.http.resources import Cipher
from common.http.routing import OPEN, Router
from common.objects.links import PREFIX, name_in
from common.objects.objects import Objects


async def objects_of(request: Request) -> Objects:
    """The files of the service, kept as `app.state.objects`."""
    objects: Objects = request.app.state.objects
    return objects


StoredFiles = Annotated[Objects, Depends(objects_of)]
"""`objects: StoredFiles` in a route's signature."""


def objects_router() -> Router:
    """For the application of a service that stores files."""
    router = Router(prefix=PREFIX, tags=["objects"], credential=OPEN)

    @router.get(
        "/{token}",
        summary="The file that a link leads to: without a token, for five minutes",
        response_class=Response,
        responses={200: {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}},
    )
    async def read_object(*, cipher: Cipher, objects: StoredFiles, token: str) -> Response:
        name = name_in(cipher, token)
        found = await objects.get(name)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(found.content, headers=headers, media_type=found.media_type)

    return router
