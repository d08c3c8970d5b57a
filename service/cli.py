"""The command line: `breakwater`, or `python -m service`."""

import sys

import click

from model.errors import BreakwaterError
from service.commands import accounts, queue, releases, scoring, serving, training

FAILED = 1


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="breakwater")
def commands() -> None:
    """Find people-smuggling adverts among posts and put them before a human reviewer."""


for _command in (
    serving.serve,
    scoring.score,
    scoring.rescore_command,
    training.train,
    training.retrain,
    training.evaluate,
    releases.models,
    accounts.user,
    accounts.key,
    queue.export,
    queue.demo,
):
    commands.add_command(_command)


def main() -> None:
    """Run a command; our own errors become one clear message and exit status 1."""
    try:
        commands()
    except BreakwaterError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(FAILED)
    except BrokenPipeError:
        # The reader of our output (head, say) has enough.
        sys.stderr.close()
        sys.exit(0)
