"""The service starts on a fresh home, says how to begin, and says what keeps it from starting."""

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]
Refused = Callable[..., str]
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture(name="taken_port")
def _taken_port() -> Iterator[int]:
    """A port that something else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.fixture(name="free_port")
def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _status(port: int, path: str) -> int:
    """Ask the service once; 0 while nothing answers."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return 0


def _interrupt_when_ready(port: int, found: dict[str, int]) -> None:
    """Ask for health and readiness once the service answers, then press Ctrl-C."""
    until = time.monotonic() + 60
    while not _status(port, "/healthz") and time.monotonic() < until:
        time.sleep(0.05)
    found |= {path: _status(port, path) for path in ("/healthz", "/readyz")}
    if found["/healthz"]:
        os.kill(os.getpid(), signal.SIGINT)


def _serve_briefly(run: Run, port: int) -> tuple[Result, dict[str, int]]:
    found: dict[str, int] = {}
    asking = threading.Thread(target=_interrupt_when_ready, args=(port, found))
    asking.start()
    result = run("serve", "--port", port)
    asking.join()
    return result, found


def test_a_port_in_use_is_named(refused: Refused, taken_port: int) -> None:
    """With what to do."""
    assert refused("serve", "--port", taken_port) == (
        f"cannot listen on 127.0.0.1:{taken_port}: Address already in use; "
        "choose another with --port or BREAKWATER_PORT, or stop what uses it"
    )


@pytest.mark.parametrize("host", ["nowhere.invalid", "192.0.2.1", "2001:db8::1"])
def test_a_host_that_is_not_ours_is_named(refused: Refused, host: str) -> None:
    """By name or by address."""
    assert refused("serve", "--host", host, "--port", 0).startswith(f"cannot listen on {host}:0: ")


def test_a_port_out_of_range_is_a_usage_error(run: Run) -> None:
    """Status 2."""
    assert run("serve", "--port", 70_000).exit_code == 2


def test_a_sound_home_is_served(run: Run, free_port: int) -> None:
    """The address and the link for the first admin are printed; Ctrl-C is a clean end."""
    result, found = _serve_briefly(run, free_port)
    assert found == {"/healthz": 200, "/readyz": 200}
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Breakwater is at http://127.0.0.1:{free_port} ")
    assert re.search(rf"at http://127\.0\.0\.1:{free_port}/setup\?token=\S{{40,}}\n", result.stdout)


def test_a_tampered_release_is_told_and_the_queue_served(run: Run, home: Path, free_port: int) -> None:
    """The file is named on the terminal; the service is alive but not ready to score."""
    (weights,) = home.glob("releases/*/scorer/weights.npy")
    weights.write_bytes(b"x")
    run("user", "add", "ann", "--role", "admin", "--password", "correct horse battery")
    result, found = _serve_briefly(run, free_port)
    assert found == {"/healthz": 200, "/readyz": 503}
    assert result.stderr.startswith(f"Warning: nothing can be scored yet: {weights} was altered")
    assert "token=" not in result.stdout


def test_a_fresh_machine_trains_its_first_release(
    start: Start, home: Path, tiny_data: Path, variables: dict[str, str]
) -> None:
    """`serve --train-if-needed` in a process of its own: it trains, tells its address, serves, and stops."""
    shutil.rmtree(home)
    variables["BREAKWATER_DATA"] = str(tiny_data)
    process = start("serve", "--train-if-needed", "--port", 0, stderr=subprocess.STDOUT)
    assert process.stdout
    told = _until_link(process)
    port = int(re.findall(r"127\.0\.0\.1:(\d+)/setup", told)[0])
    assert f"No release in {home / 'releases'} yet: training the first" in told
    assert (_status(port, "/readyz"), _status(port, "/setup")) == (200, 200)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) in (0, -signal.SIGTERM)
    assert b"Traceback" not in process.stdout.read()


def _until_link(process: "subprocess.Popen[bytes]") -> str:
    """Read what the service prints until the link for the first admin."""
    told = ""
    assert process.stdout
    while "/setup?token=" not in told:
        line = process.stdout.readline().decode()
        assert line, told
        told += line
    return told
