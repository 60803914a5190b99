"""What a person needs next: the addresses and ready-made tokens."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from common.auth.issuing import Grant
from common.auth.principal import Role
from quxiang.addresses import PORTS, url
from quxiang.console import Console
from quxiang.signing import issuer_of
from quxiang.state import State

LIFETIME = timedelta(hours=12)
SAMPLES = {
    "school officer of 10001": Grant(Role.SCHOOL_OFFICER, school_code="10001"),
    "survey manager of 10001": Grant(Role.SURVEY_MANAGER, school_code="10001"),
    "ministry": Grant(Role.MINISTRY),
    "administrator": Grant(Role.ADMIN),
}


def welcome(state: State, console: Console) -> None:
    """Shows addresses and tokens."""
    issuer = issuer_of(state)
    console.show("\nQuxiang is running. 去向已启动。\n")
    for service, port in PORTS.items():
        console.show(f"  {service:<13} {url(port)}/docs")
    if isinstance(post := state.recall("run.json").get("post"), dict):
        console.show(f"  mail, messages {str(post['arrived']).removesuffix('arrived')}")
    console.show("\nTokens, valid for twelve hours (`make -s token ROLE=… SCHOOL=…` makes others):\n")
    officer = issuer.issue(SAMPLES["school officer of 10001"], LIFETIME)
    console.show(f"  dashboard of 10001:\n    {url(PORTS['indicators'])}/dashboard#cohort=2026&token={officer}\n")
    demo = state.recall("demo.json")
    for name, grant in {**SAMPLES, **_of_demo(demo)}.items():
        console.show(f"  {name}:\n    {issuer.issue(grant, LIFETIME)}\n")
    if demo.get("finished"):
        console.show("Demo data: schools 10001 and 10002, cohort 2026; of 10001 small cohorts of five years before.")
    if isinstance(receipt := demo.get("receipt"), str):
        console.show(f"Receipt of a tip-off about college C01 of 10001 (POST /v1/tip-offs/status): {receipt}")
    if isinstance(link := demo.get("link"), str):
        console.show(f"A link to a survey of 10001, for a browser: {link}")
    if isinstance(publication := demo.get("publication"), str):
        console.show(f"What 10001 has published, open to all: {url(PORTS['indicators'])}/published/{publication}")
    console.show(f"Logs: {state.folder / 'logs'}   Addresses: {state.run_file}   Stop: Ctrl-C\n")


def _of_demo(demo: Mapping[str, object]) -> dict[str, Grant]:
    """Three people of the demo: a graduate, the counsellor of that class, and the employer who asks for contacts."""
    graduate, employer = demo.get("graduate"), demo.get("employer")
    if not isinstance(graduate, dict) or not graduate or not isinstance(employer, str):
        return {}
    school, classes = graduate["school_code"], (graduate["class_code"],)
    return {
        f"counsellor of class {classes[0]} of {school}": Grant(
            Role.COUNSELLOR, school_code=school, class_codes=classes
        ),
        f"graduate {graduate['id']} of that class": Grant(Role.GRADUATE, graduate_id=UUID(graduate["id"])),
        "employer in the talent pool": Grant(Role.EMPLOYER, employer_id=UUID(employer)),
    }
