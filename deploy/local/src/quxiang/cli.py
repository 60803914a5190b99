"""The `quxiang` command."""

import shutil
import sys
from typing import Annotated

import typer

from quxiang.state import State
from servers.problems import StartProblem

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None, help=__doc__
)

Option = Annotated[str | None, typer.Option()]


@app.command()
def run(demo: Annotated[bool, typer.Option(help="Load demo data on the first run.")] = True) -> None:
    """Run the whole stack on this machine until Ctrl-C."""
    from quxiang.run import run as run_stack

    sys.exit(run_stack(State.of_workspace(), demo=demo))


@app.command()
def reset() -> None:
    """Wipe the local stack: databases, topics, keys, logs."""
    from servers.postgres import shared_folder, unprivileged_user
    from servers.processes import end_leftovers

    state = State.of_workspace()
    try:
        state.create()
        with state.owned():
            end_leftovers(state.pid_files())
            if unprivileged_user() is not None:
                shutil.rmtree(shared_folder(state.folder), ignore_errors=True)
            shutil.rmtree(state.folder)
    except StartProblem as problem:
        sys.exit(str(problem))
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
    """Print one access token; needs no running stack."""
    from quxiang.signing import issuer_of
    from quxiang.tokens import WrongUseError, grant, lifetime

    options = {"school": school, "college": college, "graduate": graduate, "province": province, "employer": employer}
    try:
        granted = grant(role, {**options, "office": office, "subject": subject}, class_ or (), scope.split())
        length = lifetime(ttl)
    except WrongUseError as wrong:
        typer.echo(f"quxiang token: {wrong}", err=True)
        raise typer.Exit(2) from None
    typer.echo(issuer_of(State.of_workspace()).issue(granted, length))


@app.command()
def events() -> None:
    """Print the events of the running stack as they pass, until Ctrl-C."""
    import asyncio

    from quxiang.events import follow

    try:
        asyncio.run(follow(State.of_workspace(), typer.echo))
    except StartProblem as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        return


def main() -> None:
    """Run the command."""
    app()
