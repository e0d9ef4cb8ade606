"""The Québec government's fiscal year: 1 April to 31 March, named by both years."""

import datetime as dt


def fiscal_year_of(day: dt.date) -> int:
    """The calendar year in which the fiscal year of `day` begins."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_label(year: int) -> str:
    """2026 → “2026-2027”."""
    return f"{year}-{year + 1}"


def fiscal_year_dates(year: int) -> tuple[dt.date, dt.date]:
    """First and last day of the fiscal year that begins in `year`."""
    return dt.date(year, 4, 1), dt.date(year + 1, 3, 31)
