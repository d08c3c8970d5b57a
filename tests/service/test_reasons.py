"""The policy."""

import pytest

from model.errors import InputError
from model.records import Act
from service.reasons import CANNOT_TELL, REASONS, check_reason


@pytest.mark.parametrize("act", Act)
def test_every_act_has_a_reason(act: Act) -> None:
    """Whatever a reviewer finds, the policy has a reason for it."""
    assert any(act in reason.acts for reason in REASONS)


def test_no_reason_fits_both_adverts_and_others() -> None:
    """A reason never leaves open whether the post is an advert, but for the one that says just that."""
    telling = [reason for reason in REASONS if reason.code != CANNOT_TELL]
    assert all(len({act.is_advert for act in reason.acts}) == 1 for reason in telling)


def test_codes_are_unique_and_short() -> None:
    """Codes identify reasons and fit their column."""
    codes = [reason.code for reason in REASONS]
    assert len(set(codes)) == len(codes)
    assert max(map(len, codes)) <= 40


def test_wrong_reason_names_the_fitting_ones() -> None:
    """The complaint says which reasons would do."""
    check_reason("deters", Act.CAMPAIGN)
    with pytest.raises(InputError, match="choose among quotes_advert, deters"):
        check_reason("reports_news", Act.CAMPAIGN)
    with pytest.raises(InputError, match="'' is not in the policy"):
        check_reason("", Act.CAMPAIGN)
