"""What roles and keys may do."""

from service.records import Role
from service.scopes import OF_ROLE, SCOPES


def test_every_role_may_read_and_only_admins_everything() -> None:
    """Roles are cut from the known scopes; the auditor only reads."""
    assert set(OF_ROLE) == set(Role)
    assert all({"read"} <= scopes <= SCOPES for scopes in OF_ROLE.values())
    assert [role for role, scopes in OF_ROLE.items() if scopes == SCOPES] == [Role.ADMIN]
    assert OF_ROLE[Role.AUDITOR] == {"read"}


def test_a_lead_does_more_than_a_moderator() -> None:
    """Leads work the queue as moderators do, and take escalated cases."""
    assert OF_ROLE[Role.LEAD] - OF_ROLE[Role.MODERATOR] == {"escalated", "export"}
    assert OF_ROLE[Role.MODERATOR] < OF_ROLE[Role.LEAD]
