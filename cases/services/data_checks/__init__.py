"""What does not hold together in the data: `table` lists the checks, `finding` holds their queries.

A check is computed when it is asked: what is mended disappears by itself. What was looked at and judged to
be no problem is set aside with a reason (`cases.services.dismissals`).
"""
