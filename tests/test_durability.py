"""Nothing acknowledged is ever lost: the service is killed while posts pour in, and then they are counted."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from service.app import build_services
from service.settings import Settings

ADVERT = "Two places left for Thursday night, families welcome, pay when you are there. Write me in private"
SENDERS = 4
ENOUGH = 40
PATIENCE = 60.0


@pytest.fixture(name="home")
def _home(release_root: Path, tmp_path: Path) -> Path:
    shutil.copytree(release_root, tmp_path / "home" / "releases")
    return tmp_path / "home"


@pytest.fixture(name="server")
def _server(home: Path) -> Iterator["subprocess.Popen[str]"]:
    environment = os.environ | {"BREAKWATER_HOME": str(home)}
    command = [sys.executable, "-m", "service", "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def pour(address: str, key: str, sender: int, acknowledged: list[int]) -> None:
    """Send posts, noting the case of each that was answered, until the service is gone."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    for number in range(10_000):
        post = {"id": f"{sender}-{number}", "platform": "test", "text": ADVERT}
        try:
            request = Request(f"{address}/v1/posts", json.dumps(post).encode(), headers)
            with urlopen(request, timeout=10) as answer:
                acknowledged.append(json.load(answer)["case"])
        except OSError:
            return


def test_what_was_acknowledged_survives_a_kill(home: Path, server: "subprocess.Popen[str]") -> None:
    """Every case number that a client was given is in the database after kill -9, once."""
    assert server.stdout
    address = server.stdout.readline().split()[3]
    key = build_services(Settings(home=home)).accounts.create_key("flood", ["posts"])
    acknowledged: list[int] = []
    senders = [threading.Thread(target=pour, args=(address, key, n, acknowledged)) for n in range(SENDERS)]
    for sender in senders:
        sender.start()
    deadline = time.monotonic() + PATIENCE
    while len(acknowledged) < ENOUGH and time.monotonic() < deadline:
        time.sleep(0.01)
    server.kill()
    for sender in senders:
        sender.join()
    triage = build_services(Settings(home=home)).triage
    assert len(acknowledged) >= ENOUGH
    assert len(set(acknowledged)) == len(acknowledged)
    assert all(triage.case(number).post.text == ADVERT for number in acknowledged)
