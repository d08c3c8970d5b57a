"""Commands about people and API keys."""

import click

from service.commands.context import store
from service.records import Role

_ROLES = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """Add people, change what they may do, shut them out."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=_ROLES, required=True)
@click.password_option(help="At least 12 characters; asked for when left out.")
def add_user(name: str, role: str, password: str) -> None:
    """Add a person."""
    with store() as parts:
        added = parts.accounts.create_user(name, role, password)
    click.echo(f"Added {added.name} as {added.role}")


@user.command("list")
def list_users() -> None:
    """List all people."""
    with store() as parts:
        for person in parts.accounts.users():
            click.echo(f"{person.name:<24}{person.role:<12}{'active' if person.active else 'shut out'}")


@user.command("role")
@click.argument("name")
@click.argument("role", type=_ROLES)
def set_role(name: str, role: str) -> None:
    """Change a person's role, at once."""
    with store() as parts:
        click.echo(f"{name} is now {parts.accounts.set_role(name, role).role}")


@user.command("password")
@click.argument("name")
@click.password_option(help="At least 12 characters; asked for when left out.")
def set_password(name: str, password: str) -> None:
    """Set a new password and end the person's sessions."""
    with store() as parts:
        parts.accounts.set_password(name, password)
    click.echo(f"New password set for {name}")


@user.command("deactivate")
@click.argument("name")
def deactivate(name: str) -> None:
    """Shut a person out, at once."""
    with store() as parts:
        parts.accounts.deactivate(name)
    click.echo(f"{name} is shut out")


@click.group()
def key() -> None:
    """Make, list and revoke API keys."""


@key.command("create")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do; repeatable.")
@click.option("--user", "person", help="Whose key it is; a key that reviews must be someone's.")
def create_key(name: str, scopes: tuple[str, ...], person: str | None) -> None:
    """Make an API key and print it, this once."""
    with store() as parts:
        click.echo(parts.accounts.create_key(name, scopes, person))


@key.command("list")
def list_keys() -> None:
    """List all keys, revoked ones too; the keys themselves are not kept."""
    with store() as parts:
        for known in parts.accounts.keys():  # noqa: SIM118 - a method, not a mapping
            state = "revoked" if known.revoked_at else "active"
            click.echo(f"{known.name:<24}{known.prefix:<14}{state:<9}{','.join(sorted(known.scopes))}")


@key.command("revoke")
@click.argument("name")
def revoke_key(name: str) -> None:
    """Revoke a key, at once."""
    with store() as parts:
        parts.accounts.revoke_key(name)
    click.echo(f"Revoked {name}")
