"""The command `ringback`: every subcommand, and one way to say what went wrong."""

import os
import sys

import typer

from chassis import exits
from chassis.errors import RingbackError
from chassis.exits import Exit
from cli import (
    callback,
    contracts,
    exchange,
    figures,
    flags,
    history,
    log,
    parked,
    policy,
    rebuild,
    simulate,
    timelapse,
    token,
    up,
    verify,
)
from cli.local import commands as local
from contracts.refusals import Refused
from simulator.script import InputRefused

EXITS = """Exit codes: 0 done; 1 a check failed; 2 wrong usage; 3 data or input refused; 4 store not available;
5 log not available; 6 port in use; 7 settings refused; 70 a defect; 130 interrupted."""

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Ringback: an incident backend in which no abandoned 999 call is left unreviewed.",
    epilog=EXITS,
)
app.command("up")(up.up)
app.add_typer(timelapse.app, name="timelapse")
app.add_typer(simulate.app, name="simulate")
app.add_typer(callback.app, name="callback")
app.command("figures")(figures.figures_command)
app.command("flags")(flags.flags)
app.command("history")(history.history)
app.add_typer(log.app, name="log")
app.add_typer(policy.app, name="policy")
app.add_typer(parked.app, name="parked")
app.command("rebuild")(rebuild.rebuild)
app.command("verify")(verify.verify)
app.command("exchange")(exchange.exchange)
app.command("token")(token.token)
app.add_typer(contracts.app, name="contracts")
app.add_typer(local.app, name="local")


def main() -> None:
    """Run the command; ends with a documented exit code and, when something is wrong, one plain sentence."""
    try:
        app()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.OK)
    except Refused as refused:
        _end(Exit.CHECK_FAILED, refused.message)
    except InputRefused as refused:
        _end(Exit.REFUSED_DATA, f"the input is refused: {refused}")
    except (RingbackError, OSError) as error:
        _end(*exits.of(error))


def _end(code: Exit, sentence: str) -> None:
    typer.echo(f"ringback: {sentence}", err=True)
    sys.exit(code)
