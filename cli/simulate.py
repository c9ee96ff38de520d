"""`ringback simulate`: files as others would send them, drawn from published figures."""

import csv
from pathlib import Path
from typing import Annotated

import typer

from simulator import outage

app = typer.Typer(no_args_is_help=True, help="Make files as a carrier would send them.")


@app.callback()
def simulate() -> None:
    """Make files as others would send them."""


@app.command()
def harvest(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The CSV to write.")],
    seed: Annotated[int, typer.Option("--seed", min=0, help="One seed, one list.")] = 1,
    attempts: Annotated[int, typer.Option("--attempts", min=1, help="Failed attempts.")] = outage.ATTEMPTS,
    callers: Annotated[int, typer.Option("--callers", min=1, help="Different callers among them.")] = outage.CALLERS,
) -> None:
    """Write a carrier's list of failed attempts, from the figures of BT's outage in June 2023.

    Example: ringback simulate harvest --seed 1 --out failed.csv
    """
    if callers > attempts:
        raise typer.BadParameter("there cannot be more callers than attempts")
    with out.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("Attempt ID", "Attempted at", "Calling number"))
        rows.writerows((one.reference, one.at.isoformat(), one.number) for one in outage.failed(seed, attempts, callers))
    typer.echo(f"{attempts:,} attempts of {callers:,} callers: {out}")
