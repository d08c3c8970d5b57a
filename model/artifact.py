"""Keep releases in a folder: save, verify, load, promote, roll back.

releases/
  current                 the pointer: versions served, oldest first, the last is served now;
                          replaced atomically
  <version>/
    manifest.json         what it is, with the digest of every other file
    manifest.sig          HMAC of the manifest, when a signing key is set
    scorer/*.npy          all that serving needs; loaded without pickle, memory-mapped
    thresholds.json       metrics at each threshold, for threshold queries
    pipeline.joblib       the scikit-learn estimators, for retraining and inspection only
    card.html             the model card
"""

import hashlib
import hmac
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from model.classifier import ACTS, SERVICES, Classifier
from model.errors import ArtifactError, NotFound
from model.features import FeatureConfig
from model.lexicon import tables_digest
from model.policy import Policy
from model.scorer import Scorer, Weights, weights_of

FORMAT = 2
_VERSION = re.compile("[0-9a-f]{12}")
_DECISIVE = ("format", "acts", "services", "features", "thresholds", "scripts", "tables", "data_digest")
_ARRAYS = ("idf", "weights", "intercepts")
_POINTER, _MANIFEST, _SIGNATURE = "current", "manifest.json", "manifest.sig"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What training hands over to be kept as a release.

    `facts` joins the manifest as it is (metrics, libraries, created_at, and `data_digest`, which is part of
    the version).
    """

    classifier: Classifier
    policy: Policy
    scripts: tuple[str, ...]
    thresholds: tuple[Mapping[str, float], ...]
    card: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Release:
    """A verified release, ready to score."""

    version: str
    manifest: Mapping[str, Any]
    thresholds: tuple[Mapping[str, float], ...]
    scorer: Scorer
    path: Path

    @property
    def policy(self) -> Policy:
        """The thresholds that the release was fitted with."""
        return self.scorer.policy


class Releases:
    """The releases in one folder; `signing_key`, when given, must have signed each that is loaded."""

    def __init__(self, root: Path, signing_key: str | None = None) -> None:
        self.root = root
        self._key = signing_key.encode() if signing_key else None

    def current(self) -> str | None:
        """Return the version that is served, or None before the first release."""
        return next(reversed(self.history()), None)

    def history(self) -> list[str]:
        """List the versions served, oldest first; the last is the current one."""
        pointer = self.root / _POINTER
        try:
            return pointer.read_text(encoding="utf-8").split()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise ArtifactError(
                f"{pointer} cannot be read; remove it and promote a release: {error}"
            ) from error

    def versions(self) -> list[str]:
        """List the versions kept, newest first."""
        if not self.root.is_dir():
            return []
        kept = [path.parent for path in self.root.glob(f"*/{_MANIFEST}") if path.parent.name[0] != "."]
        return [path.name for path in sorted(kept, key=lambda path: path.stat().st_mtime, reverse=True)]

    def save(self, candidate: Candidate) -> str:
        """Write a release without promoting it and return its version; the same content is kept once."""
        self.root.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=self.root))
        try:
            manifest = self._write_draft(draft, candidate)
            version = str(manifest["version"])
            target = self.root / version
            if not self._is_sound(version):
                # What stands there, if anything, is damaged: the same content is put in its place.
                shutil.rmtree(target, ignore_errors=True)
                # A temporary folder is its owner's alone; a release is for whoever serves it.
                draft.chmod(0o755)
                draft.replace(target)
            return version
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _is_sound(self, version: str) -> bool:
        try:
            self.load(version)
        except (ArtifactError, NotFound):
            return False
        return True

    def load(self, version: str | None = None) -> Release:
        """Verify and load a release, the current one by default.

        Raises NotFound if there is none, ArtifactError if a file is missing, altered or unreadable.
        """
        version = version or self.current()
        if version is None:
            raise NotFound(f"no release in {self.root} yet; run `breakwater train` first")
        path = self._path(version)
        manifest = self._verified_manifest(path)
        try:
            weights = Weights(*(self._array(path, name) for name in _ARRAYS))
            scorer = Scorer(
                weights,
                FeatureConfig(**_tuples(manifest["features"])),
                Policy(**manifest["thresholds"]),
                frozenset(manifest["scripts"]),
                version,
            )
            thresholds = tuple(json.loads((path / "thresholds.json").read_text(encoding="utf-8")))
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise ArtifactError(f"release {path} cannot be used: {error}") from error
        return Release(version, manifest, thresholds, scorer, path)

    def manifest(self, version: str) -> Mapping[str, Any]:
        """Read a release's manifest after checking its files."""
        return self._verified_manifest(self._path(version))

    def classifier(self, version: str) -> Classifier:
        """Unpickle the scikit-learn estimators of a verified release; never used for serving."""
        path = self._path(version)
        manifest = self._verified_manifest(path)
        estimators = joblib.load(path / "pipeline.joblib")
        config = FeatureConfig(**_tuples(manifest["features"]))
        return Classifier(config, estimators["acts"], estimators["services"])

    def promote(self, version: str) -> None:
        """Make a verified release the current one."""
        self.load(version)
        if self.current() != version:
            self._point([*self.history(), version])

    def rollback(self) -> str:
        """Return to the release served before the current one and name it."""
        earlier = self.history()[:-1]
        if not earlier:
            raise NotFound("there is no earlier release to roll back to")
        self.load(earlier[-1])
        self._point(earlier)
        return earlier[-1]

    def _point(self, history: list[str]) -> None:
        """Replace the pointer so that a reader sees the old one or the new, never a part."""
        draft = self.root / f".{_POINTER}-{os.getpid()}"
        with draft.open("w", encoding="utf-8") as file:
            file.write("".join(f"{version}\n" for version in history))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.root / _POINTER)

    def _path(self, version: str) -> Path:
        if not _VERSION.fullmatch(version) or not (self.root / version).is_dir():
            raise NotFound(f"no release {version!r} in {self.root}")
        return self.root / version

    def _write_draft(self, draft: Path, candidate: Candidate) -> dict[str, Any]:
        (draft / "scorer").mkdir()
        weights = weights_of(candidate.classifier)
        for name in _ARRAYS:
            np.save(draft / "scorer" / f"{name}.npy", getattr(weights, name), allow_pickle=False)
        _write_json(draft / "thresholds.json", candidate.thresholds)
        (draft / "card.html").write_text(candidate.card, encoding="utf-8")
        estimators = {"acts": candidate.classifier.acts, "services": candidate.classifier.services}
        joblib.dump(estimators, draft / "pipeline.joblib", compress=3)
        manifest = self._manifest_of(draft, candidate)
        _write_json(draft / _MANIFEST, manifest)
        if self._key:
            (draft / _SIGNATURE).write_text(self._sign((draft / _MANIFEST).read_bytes()))
        return manifest

    def _manifest_of(self, draft: Path, candidate: Candidate) -> dict[str, Any]:
        files = {
            str(path.relative_to(draft)): _digest(path) for path in sorted(draft.rglob("*")) if path.is_file()
        }
        described = {
            "format": FORMAT,
            "acts": list(ACTS),
            "services": list(SERVICES),
            "features": asdict(candidate.classifier.config),
            "thresholds": asdict(candidate.policy),
            "scripts": sorted(candidate.scripts),
            "tables": tables_digest(),
        }
        manifest = described | dict(candidate.facts) | {"files": files}
        return {"version": version_of(manifest)} | manifest

    def _verified_manifest(self, path: Path) -> dict[str, Any]:
        try:
            raw = (path / _MANIFEST).read_bytes()
            manifest = json.loads(raw)
            listed = dict(manifest["files"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArtifactError(f"{path / _MANIFEST} is missing or unreadable: {error}") from error
        self._check_signature(path, raw)
        if manifest.get("format") != FORMAT or manifest.get("acts") != list(ACTS):
            raise ArtifactError(f"{path / _MANIFEST} was made by another version of Breakwater; train again")
        if manifest.get("tables") != tables_digest():
            raise ArtifactError(f"{path / _MANIFEST} was made with other lexicons; train again")
        if not manifest.get("version") == path.name == version_of(manifest):
            raise ArtifactError(f"{path / _MANIFEST} was altered or renamed; restore it or roll back")
        for name, digest in listed.items():
            if not (path / name).is_file():
                raise ArtifactError(f"{path / name} is missing; restore the release or roll back")
            if _digest(path / name) != digest:
                raise ArtifactError(f"{path / name} was altered (digest differs); restore it or roll back")
        return dict(manifest)

    def _check_signature(self, path: Path, raw: bytes) -> None:
        if self._key is None:
            return
        try:
            signature = (path / _SIGNATURE).read_text()
        except OSError:
            raise ArtifactError(f"{path} is not signed, and a signing key is set") from None
        if not hmac.compare_digest(signature.strip(), self._sign(raw)):
            raise ArtifactError(f"{path / _SIGNATURE} does not fit the manifest and the signing key")

    def _sign(self, raw: bytes) -> str:
        return hmac.new(self._key or b"", raw, hashlib.sha256).hexdigest()

    @staticmethod
    def _array(path: Path, name: str) -> Any:
        return np.load(path / "scorer" / f"{name}.npy", mmap_mode="r", allow_pickle=False)


def version_of(manifest: Mapping[str, Any]) -> str:
    """Work a version out of all in a manifest that decides what the release says of a post."""
    content: dict[str, Any] = {key: manifest.get(key) for key in _DECISIVE}
    files = manifest["files"].items()
    content["scorer"] = {name: digest for name, digest in files if name.startswith("scorer/")}
    return hashlib.sha256(_canonical(content)).hexdigest()[:12]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _canonical(content: Any) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _write_json(path: Path, content: Any) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    """JSON knows no tuples; frozen settings hold no lists."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
