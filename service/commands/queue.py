"""Commands about the queue: export labels, fill it for a look around."""

import sys
from pathlib import Path

import click

from model.errors import BreakwaterError, InputError
from model.lines import format_object, parse_object
from model.records import Post
from model.scorer import check_text
from service.commands.context import save, settings, store
from service.inputs import is_blank
from service.intake import take_in
from service.posts import read_post


@click.group()
def export() -> None:
    """Write out what reviewers decided."""


@export.command("labels")
@click.option("--output", type=click.Path(path_type=Path, allow_dash=True), default=Path("-"), help="stdout.")
def export_labels(output: Path) -> None:
    """Write one labelled example a decided case, as JSONL."""
    with store() as parts:
        lines = [format_object(label) for label in parts.triage.labels()]
    content = b"".join(lines)
    if str(output) == "-":
        sys.stdout.buffer.write(content)
        return
    save(output, content)
    click.echo(f"{len(lines):,} labels written to {output}")


@click.command()
def demo() -> None:
    """Fill the queue with the project's own example posts, as if a crawl had brought them."""
    files = sorted(settings().data.glob("*.jsonl"))
    if not files:
        raise InputError(f"{settings().data} holds no examples; name their folder with BREAKWATER_DATA")
    posts = [post for path in files for post in _posts(path)]
    with store() as parts:
        taken = take_in(parts, posts)
    routed = [entry.routed for entry in taken if entry.routed]
    created = sum(entry.created for entry in routed)
    click.echo(f"{len(posts):,} posts scored, {len(routed):,} routed, {created:,} new cases")
    click.echo("The release learnt from these very posts: it is surer of them than of posts it has not seen.")


def _posts(path: Path) -> list[Post]:
    """Read a file of examples as posts of an invented platform."""
    posts = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if is_blank(line):
            continue
        try:
            row = parse_object(line)
            post = read_post({"id": row.get("id"), "text": row.get("text"), "platform": "example"})
            check_text(post.text)
        except BreakwaterError as error:
            raise InputError(f"{path}:{number}: {error}") from None
        posts.append(post)
    return posts
