"""Whose application is this? The resident's who handed it in, the merchant's it is about, or the office's clerks'."""

from uuid import UUID

from backend.kernel.actors import Actor, Role
from backend.merchants.call_rules import Application


def is_own(application: Application, actor: Actor, merchant_id: UUID | None) -> bool:
    """Whether an actor may mend or withdraw it; any clerk may what a clerk handed in for somebody."""
    if actor.role == Role.OFFICE:
        return application.by_office
    if actor.role == Role.MERCHANT:
        return application.known and merchant_id == application.merchant_id
    return not application.by_office and not application.known and actor.id == application.applicant_id
