"""History can only grow, whoever asks the database."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from model.records import Act
from service.records import Principal, QueueFilter
from service.store.database import open_engine, write
from service.store.history import add_decision
from service.triage import Triage


@pytest.mark.parametrize("statement", ["UPDATE {} SET note = 'x'", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["decisions", "events"])
def test_history_is_append_only(
    engine: Engine, triage: Triage, ann: Principal, submitted: int, table: str, statement: str
) -> None:
    """The database itself refuses to change or delete what people did."""
    found = triage.claim(ann, QueueFilter())
    assert found is not None
    triage.decide(submitted, found[1].token, Act.OFFER, "sells_passage")
    before = triage.case(submitted)
    with pytest.raises(DBAPIError, match="append-only"), write(engine) as connection:
        connection.execute(text(statement.format(table)))
    assert triage.case(submitted) == before


def test_history_cannot_be_truncated(postgres_url: str) -> None:
    """PostgreSQL's shortcut around row triggers is closed too."""
    engine = open_engine(postgres_url)
    with pytest.raises(DBAPIError, match="append-only"), write(engine) as connection:
        connection.execute(text("TRUNCATE decisions, events"))
    engine.dispose()


def test_a_decision_is_undone_once(engine: Engine, triage: Triage, ann: Principal, submitted: int) -> None:
    """The database refuses a second row that undoes the same decision."""
    _, claim = triage.claim_case(ann, submitted)
    triage.decide(submitted, claim.token, Act.OFFER, "sells_passage")
    undone = triage.undo(submitted, ann).decisions[1]
    fields = {name: getattr(undone, name) for name in undone.__slots__ if name != "id"}
    with pytest.raises(IntegrityError), write(engine) as connection:
        add_decision(connection, **fields)
