"""The whole loop through a running service: submit, claim, decide, export, retrain, serve, roll back."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from model.artifact import Candidate, Releases
from model.policy import Policy

SCOPES = ("read", "score", "posts", "review", "export", "retrain")
ADVERT = "Two places left for Thursday night, families welcome, pay when you are there. Write me in private"
HARMLESS = "Grandmother baked two loaves this morning and the whole kitchen smells of cinnamon and butter"
SELLS, WARNS, UNRELATED = (
    {"act": "offer", "reason": "sells_passage"},
    {"act": "warn", "reason": "warns_others"},
    {"act": "unrelated", "reason": "has_nothing_to_do"},
)
#: What a careful reviewer says of each post.
VERDICTS = {
    ADVERT: SELLS,
    "Small boat, calm sea this week, four seats, pay only after you arrive. Message me for a price": SELLS,
    "We take families across by car, no walking, the money stays with the shop until you call home": SELLS,
    "Every night a crossing from the beach, life jackets for children, write to me for a place": SELLS,
    "Do not pay the man who promises a boat and a sure crossing, he took our money and vanished": WARNS,
    HARMLESS: UNRELATED,
}
NO_METRICS = {"overall": {"average_precision": 0.0, "review": {"recall": 0.0}}, "languages": {}}


@dataclass
class Service:
    """A service in a process of its own, and what its operator and its clients do."""

    environment: dict[str, str]
    process: subprocess.Popen[str] = field(init=False)
    address: str = field(init=False)
    key: str = field(init=False)

    def start(self) -> None:
        """Start the service on a free port and wait until it says where it is."""
        command = [sys.executable, "-m", "service", "serve", "--port", "0"]
        self.process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().split()[3]
        self.until(lambda: self.send("GET", "/readyz").get("ready"), 20)

    def stop(self) -> None:
        """Stop as a service manager would; the service must end by itself."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)

    def command(self, *words: str) -> str:
        """Run a command beside the service."""
        line = [sys.executable, "-m", "service", *words]
        done = subprocess.run(line, env=self.environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def send(self, method: str, path: str, body: Any = None, *, lines: bool = False) -> Any:
        """Send a request and read its JSON, or its lines of JSON."""
        headers = {"Content-Type": "application/json"}
        if hasattr(self, "key"):
            headers["Authorization"] = f"Bearer {self.key}"
        content = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self.address + path, content, headers, method=method), timeout=30) as answer:
            found = answer.read()
        return [json.loads(line) for line in found.splitlines()] if lines else json.loads(found)

    def score(self, text: str) -> Any:
        """Score a post."""
        return self.send("POST", "/v1/score?explain=false", {"text": text})

    def bands(self) -> list[str]:
        """Score an advert and a harmless post."""
        return [self.score(text)["band"] for text in (ADVERT, HARMLESS)]

    def serves(self, version: str) -> None:
        """Wait until posts are scored with a release."""
        self.until(lambda: self.score(ADVERT)["release"] == version, 5)

    def serves_after(self, command: list[str], version: str) -> None:
        """Change the release from beside the service and wait until it follows."""
        self.command("models", *command)
        self.serves(version)

    def decide_next(self) -> str:
        """Claim the next case and decide it; return the act."""
        claimed = self.send("POST", "/v1/queue/claim")
        verdict = VERDICTS[claimed["case"]["post"]["text"]] | {"token": claimed["claim"]["token"]}
        return str(self.send("POST", f"/v1/cases/{claimed['case']['id']}/decide", verdict)["act"])

    def until(self, holds: Callable[[], Any], seconds: float) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, "waited in vain"
            assert self.process.poll() is None, "the service ended"
            time.sleep(0.1)


@pytest.fixture(name="service")
def _service(tmp_path: Path, release_root: Path, small_data: Path) -> Iterator[Service]:
    """A running service with a first release, a small data set and a key for everything a client does."""
    home = tmp_path / "home"
    _first_release(Releases(release_root), Releases(home / "releases"))
    own = {"BREAKWATER_HOME": str(home), "BREAKWATER_DATA": str(small_data)}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BREAKWATER_")}
    running = Service(clean | own)
    running.start()
    running.command("user", "add", "sami", "--role=admin", "--password=nine green harbours")
    scopes = (f"--scope={scope}" for scope in SCOPES)
    running.key = running.command("key", "create", "story", "--user=sami", *scopes)
    yield running
    running.stop()


def _first_release(trained: Releases, kept: Releases) -> None:
    """Make a release that has learnt nothing: every post enters the queue, all with one probability."""
    release = trained.load()
    classifier = trained.classifier(release.version)
    classifier.acts[-1].coef_[:] = 0
    told = {key: value for key, value in release.manifest.items() if key not in ("version", "files")}
    policy = Policy(review=0.0, high=1.0)
    facts = told | {"data_digest": "none", "metrics": NO_METRICS, "thresholds": asdict(policy)}
    first = Candidate(classifier, policy, tuple(told["scripts"]), release.thresholds, "a card", facts)
    kept.promote(kept.save(first))


def _retrained(service: Service) -> dict[str, Any]:
    """Ask for a retraining and wait for what comes of it."""
    job = service.send("POST", "/v1/retrain")
    path = f"/v1/jobs/{job['id']}"
    service.until(lambda: service.send("GET", path)["state"] in ("done", "failed"), 180)
    result: dict[str, Any] = service.send("GET", path)["result"]
    return result


def test_the_whole_loop(service: Service) -> None:
    """Posts become cases, decisions become labels, labels a release, and the release is served."""
    first, bands = service.score(ADVERT)["release"], service.bands()
    posts = [{"text": text, "platform": "x", "id": text[:9]} for text in VERDICTS]
    taken = service.send("POST", "/v1/posts", {"posts": posts})["results"]
    acts = [service.decide_next() for entry in taken if entry["routed"]]
    labels = service.send("GET", "/v1/exports/labels", lines=True)
    assert (len(acts), sorted(label["act"] for label in labels)) == (len(posts), sorted(acts))
    result = _retrained(service)
    assert (result["outcome"], result["new_labels"]) == ("promoted", len(labels)), result
    service.serves(result["version"])
    assert (bands, service.bands()) == (["review", "review"], ["high", "low"])
    for command, version in ((["rollback"], first), (["promote", result["version"]], result["version"])):
        service.serves_after(command, version)
