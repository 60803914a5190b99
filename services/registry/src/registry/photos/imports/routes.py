"""The route that takes photos of a cohort."""

from typing import ClassVar

from fastapi import Response

from common.files import MB, ZIP, Files
from common.http import Router, Upload
from common.identifiers import SchoolCode
from common.imports import ImportForm, ImportRequest
from common.operations.routes import Operation
from registry.organisation import storage as organisation
from registry.photos.commands import REVIEWERS
from registry.photos.imports.operations import KIND

router = Router(prefix="/v1/imports", tags=["imports"])


class PhotosForm(ImportForm):
    """A ZIP file of photos of one cohort."""

    files: ClassVar[Files] = Files((ZIP,), at_most=20 * MB)


@router.post(
    "/photos",
    status_code=202,
    summary="Import photos of a cohort",
    description="A ZIP file of up to 2,000 photos, each named by the student number, else the examinee number, as "
    "`2020001.jpg`, in no folder. In `errors`, `row` is the place of the photo in the ZIP file. The `result` of the "
    "operation counts its members: `created`, `updated`, `unchanged`, `rejected`; of those stored `accepted` and "
    "`to_review`; in `warnings` by rule those of erased people, which are unchanged.",
    response_model=Operation,
)
async def import_photos(sending: ImportRequest, upload: Upload[PhotosForm]) -> Response:
    async with sending.database.reading() as connection:
        await organisation.require_school(connection, sending.caller, SchoolCode(upload.form.school_code))
    sending.caller.must_be_in(REVIEWERS)
    return await sending.accept(KIND, upload, college_code=sending.caller.own_college())
