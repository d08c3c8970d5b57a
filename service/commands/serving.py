"""The command that runs the service."""

import socket
from contextlib import suppress

import click
import uvicorn
from fastapi import FastAPI

from model.errors import BreakwaterError, InputError
from service.app import create_app
from service.commands.context import make_home, settings
from service.commands.training import train_if_needed
from service.live import LiveRelease
from service.settings import Settings


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.")
@click.option(
    "--train-if-needed", "may_train", is_flag=True, help="Train the first release if there is none."
)
def serve(host: str | None, port: int | None, may_train: bool) -> None:
    """Run the HTTP service and its pages; the first start prints a one-time admin link."""
    chosen = settings().model_copy(
        update={name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    )
    make_home()
    with _listen(chosen.host, chosen.port) as listener:
        if may_train:
            train_if_needed()
        app = create_app(chosen)
        address = f"http://{_named(chosen.host)}:{listener.getsockname()[1]}"
        click.echo(f"Breakwater is at {address} (the interface is described at {address}/docs)")
        token = app.state.services.accounts.setup_link_token()
        if token:
            click.echo(f"Make the first admin, once, at {address}/setup?token={token}")
        _warn_without_release(app.state.services.live)
        server = uvicorn.Server(_configuration(app, chosen))
        # Ctrl-C is how a service in the foreground is stopped, not a failure of it.
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def _named(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _warn_without_release(live: LiveRelease) -> None:
    """Without a sound release the queue can be worked, but nothing is scored until there is one."""
    try:
        live.get()
    except BreakwaterError as error:
        click.echo(f"Warning: nothing can be scored yet: {error}", err=True)


def _configuration(app: FastAPI, chosen: Settings) -> uvicorn.Config:
    """Believe a proxy on a client's address, by which throttling counts, only if it is trusted."""
    return uvicorn.Config(
        app,
        log_level="warning",
        timeout_graceful_shutdown=10,
        proxy_headers=chosen.trusted_proxies is not None,
        forwarded_allow_ips=chosen.trusted_proxies,
    )


def _listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else is done; raises InputError if it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        advice = "choose another with --port or BREAKWATER_PORT, or stop what uses it"
        raise InputError(f"cannot listen on {host}:{port}: {error.strerror}; {advice}") from None
    return listener
