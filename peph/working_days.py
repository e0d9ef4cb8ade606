"""Working days, in which the programme counts its shorter delays: ten to complete a project or to answer."""

import datetime as dt

FRIDAY = 5


def working_days_after(day: dt.date, number: int) -> dt.date:
    """The day that comes `number` working days after `day`, which itself does not count.

    Working days are Monday to Friday. The holidays of the public service are not known here (collective
    agreements move them from year to year): a delay over Christmas is set by hand.
    """
    found = day
    while number > 0:
        found += dt.timedelta(days=1)
        number -= found.isoweekday() <= FRIDAY
    return found
