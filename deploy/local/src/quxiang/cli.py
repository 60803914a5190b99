"""The `quxiang` command."""

import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from quxiang.addresses import Program, Service
from quxiang.state import State
from servers.problems import StartProblem

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None, help=__doc__
)

Option = Annotated[str | None, typer.Option()]
LeftOut = Annotated[
    list[Service] | None, typer.Option("--except", help="Leaves a service out, for a debugger; may be repeated.")
]


@contextmanager
def _problems_in_words() -> Iterator[None]:
    try:
        yield
    except StartProblem as problem:
        sys.exit(str(problem))


@app.command()
def run(
    demo: Annotated[bool, typer.Option(help="Loads demo data on the first run.")] = True, left_out: LeftOut = None
) -> None:
    """Runs the whole stack on this machine until Ctrl-C."""
    from quxiang.run import run as run_stack

    sys.exit(run_stack(State.of_workspace(), demo=demo, left_out=frozenset(left_out or ())))


@app.command()
def reset() -> None:
    """Wipes the local stack: databases, topics, keys, logs."""
    from servers.postgres import shared_folder, unprivileged_user
    from servers.processes import end_leftovers

    state = State.of_workspace()
    with _problems_in_words():
        state.create()
        with state.owned():
            end_leftovers(state.pid_files())
            if unprivileged_user() is not None:
                shutil.rmtree(shared_folder(state.folder), ignore_errors=True)
            shutil.rmtree(state.folder)
    typer.echo(f"{state.folder} is gone; the next `make run` starts from nothing.")


@app.command()
def token(
    role: Annotated[str, typer.Option(help="Role of the bearer, for example school_officer.")],
    school: Option = None,
    college: Option = None,
    class_: Annotated[list[str] | None, typer.Option("--class", help="May be repeated.")] = None,
    graduate: Option = None,
    province: Option = None,
    employer: Option = None,
    office: Option = None,
    scope: Annotated[str, typer.Option(help="OAuth scopes, separated by spaces.")] = "",
    subject: Annotated[str | None, typer.Option(help="Who it is; follows from role and scope unless given.")] = None,
    ttl: Annotated[str, typer.Option(help="Lifetime: 1s, 5m or 12h.")] = "12h",
) -> None:
    """Prints one access token; needs no running stack."""
    from quxiang.ahead import move_for_tool
    from quxiang.signing import issuer_of
    from quxiang.tokens import WrongUseError, grant, lifetime

    state = State.of_workspace()
    options = {"school": school, "college": college, "graduate": graduate, "province": province, "employer": employer}
    try:
        granted = grant(role, {**options, "office": office, "subject": subject}, class_ or (), scope.split())
        length = lifetime(ttl)
        move_for_tool(state)
    except (WrongUseError, StartProblem) as wrong:
        typer.echo(f"quxiang token: {wrong}", err=True)
        raise typer.Exit(2) from None
    typer.echo(issuer_of(state).issue(granted, length))


@app.command()
def events() -> None:
    """Prints the events of the running stack as they pass, until Ctrl-C."""
    import asyncio

    from quxiang.events import follow

    with _problems_in_words():
        try:
            asyncio.run(follow(State.of_workspace(), typer.echo))
        except KeyboardInterrupt:
            return


@app.command()
def logs(
    name: Program, lines: Annotated[int, typer.Option(min=0, help="Shows so many of the last lines first.")] = 50
) -> None:
    """Prints the log of a service, PostgreSQL or Kafka as it grows, until Ctrl-C."""
    from quxiang.beside import follow_log

    # a shell starts jobs in the background with SIGINT ignored
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with _problems_in_words():
        try:
            follow_log(State.of_workspace().log(name), typer.echo, lines=lines, until=lambda: False)
        except KeyboardInterrupt:
            return


@app.command()
def env(service: Service) -> None:
    """Prints the settings of a service of the running stack as KEY=VALUE, for a debugger or a .env file."""
    from quxiang.beside import environment_of

    with _problems_in_words():
        for name, value in environment_of(State.of_workspace(), service).items():
            typer.echo(f"{name}={shlex.quote(value)}")


@app.command(context_settings={"allow_interspersed_args": False})
def command(
    service: Service, name: str, arguments: Annotated[list[str] | None, typer.Argument(metavar="[ARGS]...")] = None
) -> None:
    """Runs a maintenance command of a service against the running stack, with its input, output and exit code."""
    from quxiang.beside import become_command

    with _problems_in_words():
        become_command(State.of_workspace(), service, [name, *(arguments or ())])


@app.command()
def stop(service: Service) -> None:
    """Stops one service of the running stack; it stays stopped until `quxiang start`."""
    from quxiang.control import give_order

    with _problems_in_words():
        give_order(State.of_workspace(), "stop", service)
    typer.echo(f"{service} is stopped")


@app.command()
def start(service: Service) -> None:
    """Starts a stopped service of the running stack, and returns when it is ready."""
    from quxiang.control import give_order

    with _problems_in_words():
        give_order(State.of_workspace(), "start", service)
    typer.echo(f"{service} is ready")


def main() -> None:
    """Runs the command."""
    app()
