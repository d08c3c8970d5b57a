"""Show the releases and find thresholds in them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from model.errors import NotFound
from model.policy import parse_query
from service.api.access import ReadCaller, ServicesDep
from service.api.examples import RELEASE, RELEASES, THRESHOLD, answers
from service.api.problems import Answer

router = APIRouter(prefix="/v1", tags=["releases"])
_SHOWN = ("version", "created_at", "data_digest", "examples", "languages", "thresholds", "metrics")


@router.get("/releases", responses=answers(RELEASES))
def releases(caller: ReadCaller, parts: ServicesDep) -> Answer:  # noqa: ARG001 - the caller is checked
    """List the releases kept, newest first, and name the one served."""
    kept = parts.live.releases
    return Answer({"current": kept.current(), "releases": kept.versions()})


@router.get("/releases/{version}", responses=answers(RELEASE))
def release(version: str, caller: ReadCaller, parts: ServicesDep) -> Answer:  # noqa: ARG001 - the caller is checked
    """Show what a release is and how well it does, per language and per act."""
    manifest = parts.live.releases.manifest(version)
    return Answer({key: manifest[key] for key in _SHOWN if key in manifest})


@router.get("/releases/{version}/thresholds", responses=answers(THRESHOLD))
def thresholds(
    version: str,
    caller: ReadCaller,  # noqa: ARG001 - the caller is checked
    parts: ServicesDep,
    q: Annotated[str | None, Query(max_length=200, examples=["maximum recall @ precision >= 0.9"])] = None,
) -> Answer:
    """Give the threshold that fulfils a wish best, or the whole table without one."""
    release = parts.live.releases.load(version)
    if q is None:
        return Answer({"release": release.version, "thresholds": [dict(row) for row in release.thresholds]})
    best = parse_query(q).best(release.thresholds)
    if best is None:
        raise NotFound(f"no threshold of release {release.version} fulfils {q!r}")
    found: dict[str, Any] = {"release": release.version, "query": q, "threshold": dict(best)}
    return Answer(found)
