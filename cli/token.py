"""`ringback token`: a bearer token of the local development issuer."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from chassis.clock import SystemClock
from chassis.http.dev_issuer import DevIssuer
from chassis.http.principal import Role


def token(
    role: Annotated[list[Role] | None, typer.Option("--role", help="May be repeated; otherwise every role.")] = None,
    subject: Annotated[str, typer.Option("--subject", help="Who the bearer is.")] = "developer",
    hours: Annotated[float, typer.Option("--hours", min=0.01, max=24 * 30, help="How long it is valid.")] = 12,
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Data folder of `ringback up`.")] = Path("data"),
) -> None:
    """Print a token for the services that `ringback up` started. Development only: production has an issuer of its own.

    Example: curl -H "Authorization: Bearer $(ringback token)" http://127.0.0.1:8001/calls
    """
    roles = role or [one for one in Role if one is not Role.AUDITOR]
    typer.echo(DevIssuer.open(data / "issuer").token(subject, roles, SystemClock(), lifetime=timedelta(hours=hours)))
