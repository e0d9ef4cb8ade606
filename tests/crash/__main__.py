"""`python -m tests.crash [CYCLES]`: every target and every control, and the table of what came of them.

Exit status 0 when nothing was lost or left half done, and every control was caught; 1 otherwise.
"""

import sys
from typing import Any

from tests.crash.targets import CONTROLS, TARGETS, Target, run_copy, templates

ROW = "{:<38} {:>6} {:>6} {:>12} {:>5} {:>9} {:>8} {:>7}  {}\n"
# A control shows itself at once, or never.
CONTROL_CYCLES = 10


def row(target: Target, found: dict[str, Any]) -> str:
    """One line of the table."""
    return ROW.format(
        found["target"],
        found["cycles"],
        found["kills"],
        found["acknowledged"],
        len(found["lost"]),
        len(found["half_done"]),
        len(found["unproven"]),
        f"{found['seconds']:.0f} s",
        "as it must be" if is_as_it_must_be(target, found) else "FAILED",
    )


def is_as_it_must_be(target: Target, found: dict[str, Any]) -> bool:
    """A target lost nothing; a control was caught."""
    if target.control:
        return bool(found[target.shows])
    wrong = ("lost", "half_done", "unproven", "crashed")
    return found["kills"] > 0 and found["acknowledged"] > 0 and not any(found[n] for n in wrong)


def main(cycles: int) -> int:
    """Run them all, one after the other."""
    failed = 0
    sys.stdout.write(
        ROW.format(
            "target", "cycles", "kills", "acknowledged", "lost", "half done", "unproven", "time", ""
        )
    )
    with templates() as template:
        for target in [*TARGETS, *CONTROLS]:
            count = min(cycles, CONTROL_CYCLES) if target.control else cycles
            found = run_copy(target, template[target.engine], cycles=count)
            sys.stdout.write(row(target, found))
            sys.stdout.flush()
            if not is_as_it_must_be(target, found):
                failed += 1
                for name in ("lost", "half_done", "unproven", "crashed"):
                    for each in found[name][:20]:
                        sys.stderr.write(f"  {name}: {each}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
