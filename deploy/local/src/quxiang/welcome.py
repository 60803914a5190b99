"""What a person needs next: the addresses and ready-made tokens."""

from quxiang.console import Console
from quxiang.services import PORTS, url
from quxiang.signing import Issuer
from quxiang.state import State

LIFETIME = 12 * 3600
SAMPLES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("school officer of 10001", "school_officer", {"school_code": "10001"}),
    ("college officer of 10001", "college_officer", {"school_code": "10001", "college_code": "C01"}),
    ("survey manager of 10001", "survey_manager", {"school_code": "10001"}),
    ("ministry", "ministry", {}),
    ("administrator", "admin", {}),
)


def welcome(state: State, console: Console) -> None:
    """Show addresses and tokens."""
    issuer = Issuer.of(state)
    console.show("\nQuxiang is running. 去向已启动。\n")
    for service, port in PORTS.items():
        console.show(f"  {service:<13} {url(port)}/docs")
    console.show("\nTokens, valid for twelve hours (`make -s token ROLE=… SCHOOL=…` makes others):\n")
    for name, role, scope in SAMPLES:
        console.show(f"  {name}:\n    {issuer.token(role, scope, lifetime=LIFETIME)}\n")
    console.show(f"Logs: {state.folder / 'logs'}   Addresses: {state.run_file}   Stop: Ctrl-C\n")
