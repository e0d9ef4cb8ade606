"""Transition tables drawn for the documentation: a diagram (Mermaid) and a table of each."""

from collections.abc import Iterable

from django.db.models import TextChoices

from peph.workflow import PREVIOUS, Workflow


def section(title: str, workflow: Workflow, statuses: type[TextChoices], first: str) -> str:
    """One workflow as Markdown; `first` is the status a new record has."""
    return "\n".join(
        [
            f"## {title}",
            "",
            "```mermaid",
            *_diagram(workflow, first),
            "```",
            "",
            "| Transition | From | To | Who: may do | Asks for |",
            "|---|---|---|---|---|",
            *_rows(workflow, statuses),
            "",
        ]
    )


def _diagram(workflow: Workflow, first: str) -> Iterable[str]:
    yield "stateDiagram-v2"
    yield f"    [*] --> {first}"
    for step in workflow:
        for source in sorted(step.sources):
            # “previous” stands for wherever the interruption began.
            target = "previous" if step.target == PREVIOUS else step.target
            yield f"    {source} --> {target}: {step.name}"


def _rows(workflow: Workflow, statuses: type[TextChoices]) -> Iterable[str]:
    for step in workflow:
        sources = ", ".join(str(status) for status in statuses if status in step.sources)
        target = "the status before" if step.target == PREVIOUS else step.target
        asked = ", ".join(
            item.name if item.required else f"{item.name} (optional)" for item in step.inputs
        )
        who = "follows from another record" if step.consequence else step.requires
        yield f"| {step.name} | {sources} | {target} | {who} | {asked} |"
