"""Releases are kept whole, verified at load, and promoted and rolled back atomically."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model.artifact import Releases, version_of
from model.errors import ArtifactError, NotFound
from training.fit import FitConfig
from training.retrain import Outcome, Sources, train


def test_a_saved_release_scores_the_same_after_loading(own_releases: Releases) -> None:
    """Two loads of one release agree to the last bit."""
    text = "Two places left for Thursday, write me"
    assert own_releases.load().scorer.score(text) == own_releases.load().scorer.score(text)


def test_the_same_data_and_seed_give_the_same_version(
    trained: tuple[Path, Outcome], small_data: Path, small_config: FitConfig, tmp_path: Path
) -> None:
    """Training is deterministic to the digest."""
    again = train(Sources(small_data), Releases(tmp_path), config=small_config)
    assert again.version == trained[1].version


@pytest.mark.parametrize("name", ["scorer/weights.npy", "scorer/idf.npy", "pipeline.joblib", "card.html"])
def test_an_altered_file_is_named(own_releases: Releases, name: str) -> None:
    """One changed byte in any file and the release is refused, naming the file."""
    path = own_releases.root / str(own_releases.current()) / name
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArtifactError, match=path.name):
        own_releases.load()


@pytest.mark.parametrize("name", ["manifest.json", "scorer/weights.npy", "thresholds.json"])
def test_a_missing_file_is_named(own_releases: Releases, name: str) -> None:
    """A release without one of its files is refused, naming it."""
    path = own_releases.root / str(own_releases.current()) / name
    path.unlink()
    with pytest.raises(ArtifactError, match=path.name):
        own_releases.load()


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"files": 3}'])
def test_a_manifest_that_is_none_is_refused(own_releases: Releases, content: str) -> None:
    """Truncated or foreign manifests give a clear error."""
    (own_releases.root / str(own_releases.current()) / "manifest.json").write_text(content)
    with pytest.raises(ArtifactError, match=r"manifest\.json"):
        own_releases.load()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("thresholds", {"review": 0.9, "high": 0.95}),
        ("scripts", []),
        ("acts", ["offer"]),
        ("data_digest", "0" * 64),
        ("format", 1),
    ],
)
def test_an_altered_manifest_is_refused(own_releases: Releases, key: str, value: Any) -> None:
    """What decides a score cannot be edited: the version is worked out of it."""
    path = own_releases.root / str(own_releases.current()) / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    with pytest.raises(ArtifactError, match=r"manifest\.json"):
        own_releases.load()


def test_arrays_that_need_pickle_are_never_loaded(own_releases: Releases) -> None:
    """An object array with a fitting digest is still refused: serving never unpickles."""
    path = own_releases.root / str(own_releases.current())
    np.save(path / "scorer" / "idf.npy", np.array([{}], dtype=object), allow_pickle=True)
    manifest = json.loads((path / "manifest.json").read_text())
    digest = sha256((path / "scorer" / "idf.npy").read_bytes()).hexdigest()
    manifest["files"]["scorer/idf.npy"] = digest
    forged = version_of(manifest)
    (path / "manifest.json").write_text(json.dumps(manifest | {"version": forged}))
    path.rename(own_releases.root / forged)
    with pytest.raises(ArtifactError, match="cannot be used"):
        own_releases.load(forged)


def test_a_signing_key_demands_its_signature(own_releases: Releases) -> None:
    """With a key set, an unsigned release and a forged manifest are refused."""
    keyed = Releases(own_releases.root, "secret")
    with pytest.raises(ArtifactError, match="not signed"):
        keyed.load()
    (own_releases.root / str(own_releases.current()) / "manifest.sig").write_text("00")
    with pytest.raises(ArtifactError, match="does not fit"):
        keyed.load()


def test_a_signed_release_loads_with_its_key(
    small_data: Path, small_config: FitConfig, tmp_path: Path
) -> None:
    """What was saved with a key is accepted with it."""
    keyed = Releases(tmp_path, "secret")
    outcome = train(Sources(small_data), keyed, config=small_config)
    assert keyed.load().version == outcome.version


def test_promotion_and_rollback_move_the_pointer(
    own_releases: Releases, copy_as_other: Callable[..., str]
) -> None:
    """Rolling back returns to the release served before; there must be one."""
    first = str(own_releases.current())
    second = copy_as_other(own_releases.root, first)
    own_releases.promote(second)
    assert own_releases.current() == second
    assert own_releases.rollback() == first
    assert own_releases.current() == first
    with pytest.raises(NotFound):
        own_releases.rollback()


def test_a_damaged_release_is_not_promoted(own_releases: Releases, copy_as_other: Callable[..., str]) -> None:
    """Promotion verifies first and leaves the pointer alone."""
    first = str(own_releases.current())
    second = copy_as_other(own_releases.root, first)
    (own_releases.root / second / "scorer" / "idf.npy").write_bytes(b"")
    with pytest.raises(ArtifactError):
        own_releases.promote(second)
    assert own_releases.current() == first


@pytest.mark.parametrize("version", ["nothing", "..", "a/b", ""])
def test_other_names_are_not_found(own_releases: Releases, version: str) -> None:
    """A version is the name of a folder inside, never a path."""
    with pytest.raises(NotFound):
        own_releases.promote(version or "/")


def test_no_release_yet_says_what_to_do(tmp_path: Path) -> None:
    """The message names the command that makes one."""
    with pytest.raises(NotFound, match="breakwater train"):
        Releases(tmp_path).load()


def test_a_release_of_other_lexicons_is_refused(own_releases: Releases) -> None:
    """What it learnt of concepts would not fit what is found now; it says to train again."""
    path = own_releases.root / str(own_releases.current())
    manifest = json.loads((path / "manifest.json").read_text()) | {"tables": "0" * 64}
    version = version_of(manifest)
    path.rename(path.with_name(version))
    (path.with_name(version) / "manifest.json").write_text(json.dumps(manifest | {"version": version}))
    with pytest.raises(ArtifactError, match="other lexicons; train again"):
        own_releases.load(version)
