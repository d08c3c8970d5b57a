"""The policy reasons that a decision cites, and the acts that each fits."""

from dataclasses import dataclass

from model.errors import InputError
from model.records import Act


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of the policy."""

    code: str
    text: str
    acts: tuple[Act, ...]


CANNOT_TELL = "cannot_tell"
REASONS: tuple[Reason, ...] = (
    Reason("sells_passage", "Sells or arranges a crossing or transport", (Act.OFFER,)),
    Reason("sells_papers", "Sells papers, a visa, a marriage or an asylum story", (Act.OFFER,)),
    Reason("sells_stay", "Sells a place to wait or hide, or the holding of the fee", (Act.OFFER,)),
    Reason("praises_seller", "Praises a smuggler and says how to reach them", (Act.OFFER,)),
    Reason("seeks_crew", "Looks for drivers, pilots, couriers or hosts", (Act.RECRUIT,)),
    Reason("seeks_promoters", "Looks for promoters, or pays for referred customers", (Act.RECRUIT,)),
    Reason("seeks_passage", "Asks for passage, a price or a contact", (Act.ASK,)),
    Reason("gives_advice", "Gives safety, legal or asylum information", (Act.INFORM,)),
    Reason("tells_journey", "Tells of a journey without offering one", (Act.STORY,)),
    Reason("warns_others", "Warns of a smuggler, a scam or a danger", (Act.WARN,)),
    Reason("quotes_advert", "Quotes an advert to report or warn of it", (Act.WARN, Act.NEWS, Act.CAMPAIGN)),
    Reason("reports_news", "Press, police, courts, research, opinion or satire", (Act.NEWS,)),
    Reason("deters", "An organisation's warning or campaign", (Act.CAMPAIGN,)),
    Reason("seeks_person", "Looks for or mourns a person", (Act.MISSING,)),
    Reason("sells_lawful", "Sells something lawful that looks alike", (Act.LAWFUL_SERVICE,)),
    Reason("has_nothing_to_do", "Has nothing to do with migration or smuggling", (Act.UNRELATED,)),
    Reason(CANNOT_TELL, "The text alone does not carry a decision; closed, and taught to no one", tuple(Act)),
)
_BY_CODE = {reason.code: reason for reason in REASONS}


def check_reason(code: str, act: Act) -> None:
    """Raise InputError unless the policy knows the reason and it fits the act."""
    reason = _BY_CODE.get(code)
    if reason is None:
        raise InputError(f"reason: {code!r} is not in the policy; choose among {', '.join(_BY_CODE)}")
    if act not in reason.acts:
        fitting = ", ".join(other.code for other in REASONS if act in other.acts)
        raise InputError(f"reason: {code!r} does not fit the act {act.value!r}; choose among {fitting}")
