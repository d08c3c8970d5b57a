"""The command line: `breakwater`, or `python -m service`."""

from typing import Any

import click

from model.errors import BreakwaterError
from service.commands import accounts, queue, releases, scoring, serving, training


class _Commands(click.Group):
    """A group whose own errors, and those of the system, become one clear message and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except BreakwaterError as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:
            # The reader of our output (head, say) has enough: click ends the run in silence.
            raise
        except OSError as error:
            culprit = f"{error.filename}: " if error.filename else "writing failed: "
            raise click.ClickException(f"{culprit}{error.strerror or error}") from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
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
    """Run a command."""
    commands()
