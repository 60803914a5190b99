"""The HTTP edge that all services share: application factory, problems, bodies, versions, pages, safe retries."""

from common.http.app import create_app
from common.http.etags import IfMatch, IfMatchOrNone, etag, resource
from common.http.idempotency import IdempotencyKey, answer
from common.http.known_on import AsKnown, KnownOn
from common.http.min_change import MinChange, RequestedChanges
from common.http.models import KEPT, Day, PageOf, PatchModel, Problem, StrictModel, Whole, rule_broken
from common.http.paging import Page, Paging, WholePage, decode_cursor, encode_cursor, page_of, rows_after
from common.http.probes import Check, probes_app, probes_router
from common.http.purposes import XPurpose
from common.http.resources import Cipher, Db
from common.http.routing import BEARER, OPEN, Credential, Router
from common.http.uploads import (
    FileForm,
    FilesForm,
    Received,
    ReceivedFile,
    ReceivedFiles,
    Upload,
    UploadedFiles,
    file_body,
)
from common.http.waits import Waits

__all__ = [
    "BEARER",
    "KEPT",
    "OPEN",
    "AsKnown",
    "Check",
    "Cipher",
    "Credential",
    "Day",
    "Db",
    "FileForm",
    "FilesForm",
    "IdempotencyKey",
    "IfMatch",
    "IfMatchOrNone",
    "KnownOn",
    "MinChange",
    "Page",
    "PageOf",
    "Paging",
    "PatchModel",
    "Problem",
    "Received",
    "ReceivedFile",
    "ReceivedFiles",
    "RequestedChanges",
    "Router",
    "StrictModel",
    "Upload",
    "UploadedFiles",
    "Waits",
    "Whole",
    "WholePage",
    "XPurpose",
    "answer",
    "create_app",
    "decode_cursor",
    "encode_cursor",
    "etag",
    "file_body",
    "page_of",
    "probes_app",
    "probes_router",
    "resource",
    "rows_after",
    "rule_broken",
]
