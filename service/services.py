"""The parts that one running service is built from."""

from dataclasses import dataclass

from sqlalchemy import Engine

from service.accounts import Accounts
from service.live import LiveRelease
from service.metrics import Metrics
from service.settings import Settings
from service.triage import Triage


@dataclass(frozen=True, slots=True)
class Services:
    """What routes and commands work with; `service.app` puts it together."""

    settings: Settings
    engine: Engine
    triage: Triage
    accounts: Accounts
    live: LiveRelease
    metrics: Metrics
