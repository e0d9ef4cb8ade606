"""The delays of the law, each computed in one place with its source. Days are calendar days."""

import datetime as dt

# Access Act, s. 98: "within 20 days following the day the request was received"; the person in
# charge may extend it by at most 10 days, giving notice in writing before the 20 days are over. A last day
# that falls on a Sunday or a holiday is not moved here: the stricter reading never makes an answer late.
ANSWER_DAYS, EXTENSION_DAYS = 20, 10
# Access Act, s. 135: the review of a decision is asked for within 30 days of it, or of the end of the delay.
REVIEW_DAYS = 30
# Regulation, r. 3.1: an entry stays at least 5 years after the day the body knew of the incident.
INCIDENT_YEARS = 5


def first_deadline(received_on: dt.date) -> dt.date:
    """The last day to answer, or to send notice of an extension."""
    return received_on + dt.timedelta(days=ANSWER_DAYS)


def deadline(received_on: dt.date, *, extended: bool = False) -> dt.date:
    """The last day to answer."""
    return first_deadline(received_on) + dt.timedelta(days=EXTENSION_DAYS if extended else 0)


def review_deadline(decided_on: dt.date) -> dt.date:
    """The last day to ask the Commission for a review."""
    return decided_on + dt.timedelta(days=REVIEW_DAYS)


def incident_kept_until(known_on: dt.date) -> dt.date:
    """The first day the entry of an incident may go, not before; 29 February counts to 1 March."""
    try:
        return known_on.replace(year=known_on.year + INCIDENT_YEARS)
    except ValueError:
        return dt.date(known_on.year + INCIDENT_YEARS, 3, 1)
