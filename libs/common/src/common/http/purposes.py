"""The header by which a request says what it reads clear data about persons for."""

from typing import Annotated

from fastapi import Header

from common.purposes import HEADER

XPurpose = Annotated[
    str | None, Header(alias=HEADER, description="Code of the list `purpose`; counts over a field of the body")
]
"""`x_purpose: XPurpose = None` in a route's signature; `common.purposes.purpose_of` judges it."""
