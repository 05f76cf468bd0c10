"""Webhooks by the Standard Webhooks specification: sign, verify, send without being abused."""

from kit.webhooks.guard import Fault, Guard, check_url
from kit.webhooks.schedule import SCHEDULE, next_attempt
from kit.webhooks.sending import Delivery, Outcome, Sender
from kit.webhooks.signing import TOLERANCE, new_secret, sign, verify

__all__ = [
    "SCHEDULE",
    "TOLERANCE",
    "Delivery",
    "Fault",
    "Guard",
    "Outcome",
    "Sender",
    "check_url",
    "new_secret",
    "next_attempt",
    "sign",
    "verify",
]
