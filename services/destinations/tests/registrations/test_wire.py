"""What is written of a registration without its model is what the model would write: the description stays true."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from acting import SEEKING, UNIT
from pydantic_core import to_json

from common.contracts import ChangeToken
from common.crypto import FieldCipher
from common.identifiers import Cohort, CollegeCode, GraduateId, RegistrationId, SchoolCode
from destinations.registrations.domain.content import FIELDS, PAY, SEALED, Destination
from destinations.registrations.domain.lifecycle import Action, Confirmation, Party, Stage
from destinations.registrations.domain.registration import Effective, Hands, LateReason, Person, Registration, Source
from destinations.registrations.storage import sealed
from destinations.registrations.wire import EffectiveContent, RegistrationAnswer, Seen, shown
from destinations.roster.domain import Graduate
from destinations.seasons.domain import ALWAYS, Phase

ID, GRADUATE_ID = UUID(int=1), UUID(int=2)
OFFICER = Person(Party.SCHOOL_OFFICER, "officer")
TOKEN = ChangeToken("quxiang.destinations.registration.v1", "10001", str(GRADUATE_ID), 3)
GRADUATE = Graduate(
    GraduateId(GRADUATE_ID), SchoolCode("10001"), Cohort(2024), CollegeCode("C01"), None, None, "31", "registered", True
)
DRAFT = Registration(
    id=RegistrationId(ID),
    graduate=GRADUATE,
    version=1,
    stage=Stage.DRAFT,
    confirmation=None,
    source=Source.PROXY,
    content=SEEKING,
    incomplete=("employer_name", "place_code"),
    hands=Hands("graduate"),
    effective=None,
    decided_on=date(2024, 6, 15),
    recorded_at=datetime(2024, 6, 15, 8, 0, 0, 120000, UTC),
    levels=ALWAYS,
    phase=Phase.OPEN,
    late_reason=None,
    submitted_at=None,
)
NO_TEXTS: dict[str, Any] = {
    "flexible": True,
    **dict.fromkeys(("signed_on", "contract_from", "contract_to"), date(2024, 6, 1)),
    **dict.fromkeys(SEALED),
}
EVERY_FIELD = Destination(**{name: NO_TEXTS.get(name, f"某某“{name}”\n\\") for name in FIELDS})
PRIVATE = {"contact_name": "王“经理”", "contact_phone": "0371-67780000 转 8", "pay_amount": 4500, "pay_unit": "month"}
APPROVED = replace(
    DRAFT,
    version=4,
    stage=Stage.SCHOOL_APPROVED,
    confirmation=Confirmation.UNCONFIRMED,
    content=EVERY_FIELD,
    incomplete=(),
    effective=Effective(
        3, UNIT, Source.IMPORT, Confirmation.CONFIRMED, date(2024, 6, 14), Action.IMPORT, Hands("officer"), None
    ),
    phase=Phase.LATE,
    late_reason=LateReason.LEFT_LATE,
    recorded_at=datetime(2024, 6, 15, 8, 0, 0, 0, UTC),
)


@pytest.mark.parametrize("registration", [DRAFT, APPROVED, replace(APPROVED, stage=Stage.VOID_AT_SCHOOL)])
@pytest.mark.parametrize(("person", "token"), [(None, None), (OFFICER, TOKEN)])
def test_a_registration_is_written_as_its_model_would_write_it(
    registration: Registration, person: Person | None, token: ChangeToken | None, keyring_file: Path
) -> None:
    cipher = FieldCipher.load(keyring_file)
    private = sealed(cipher, registration.graduate.id, PRIVATE)
    registration = replace(registration, content=registration.content.merged(private))
    body = shown(Seen(cipher, person, "zh"), registration, token)
    assert {name: body[name] for name in PRIVATE} == {**PRIVATE, **({} if person else dict.fromkeys(PAY))}
    assert list(body) == list(RegistrationAnswer.model_fields)
    effective = body["effective"]
    assert effective is None or list(effective) == list(EffectiveContent.model_fields)
    assert to_json(body) == RegistrationAnswer.model_validate(body).model_dump_json().encode()
