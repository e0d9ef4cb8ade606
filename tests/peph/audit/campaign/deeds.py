"""The table of the classes of deeds, and what is able to see each of them."""

import random
from collections.abc import Callable
from typing import NamedTuple

from tests.peph.audit.campaign import contents, present, structure
from tests.peph.audit.campaign.contents import Aim
from tests.peph.audit.campaign.world import World

# Whose evidence a class leaves. Alone, it is all there is: the database contradicts itself nowhere.
CHAIN, LIVE, CHECKPOINT, RECEIPT, TRIGGER, CLOCK = EVIDENCE = (
    "chain", "live", "checkpoint", "receipt", "trigger", "clock",
)  # fmt: skip


class Deed(NamedTuple):
    """One class: how it is done, the only evidence there can be, whether it has one place to be named."""

    act: Callable[[World, random.Random], Aim]
    only: frozenset[str] = frozenset()
    is_local: bool = True
    engines: tuple[str, ...] = ("sqlite", "postgresql")


_ELSEWHERE = frozenset({CHECKPOINT, RECEIPT})

DEEDS: dict[str, Deed] = {
    # what a history row says
    "a value altered": Deed(contents.value_altered),
    "a value made null, or null made empty": Deed(contents.null_and_empty),
    "text shifted between neighbouring columns": Deed(contents.text_shifted),
    "two columns of a row exchanged": Deed(contents.values_exchanged),
    "the kind altered": Deed(contents.kind_altered),
    "the actor altered": Deed(contents.actor_altered),
    "the date altered": Deed(contents.date_altered),
    "the verb altered": Deed(contents.verb_altered),
    "the salt altered or dropped": Deed(contents.salt_altered),
    "a commitment altered": Deed(contents.commitment_altered),
    "a guess put back into a redacted row": Deed(contents.guess_put_back),
    "a commitment forged over a value": Deed(contents.commitment_forged),
    "a value altered with its leaf": Deed(contents.recomputed_leaf),
    "a value spelt another way": Deed(contents.respelt, engines=("sqlite",)),
    "nonsense in the place of a hash or an id": Deed(contents.garbage, engines=("sqlite",)),
    # what the journal and the change sets say
    "a journal row altered": Deed(contents.journal_altered),
    "a change set altered": Deed(contents.change_set_altered),
    "text shifted between verb and reason": Deed(contents.verb_and_reason_shifted),
    # fewer rows, more rows
    "a history row deleted": Deed(structure.row_deleted),
    "a history row deleted with its journal row": Deed(structure.row_and_journal_deleted),
    "a history row deleted, the count adjusted": Deed(structure.row_deleted_and_counted),
    "a journal row deleted": Deed(structure.journal_row_deleted),
    "a history row inserted": Deed(structure.row_inserted),
    "a history row inserted with its journal row": Deed(structure.row_and_journal_inserted),
    "a history row doubled": Deed(structure.row_doubled),
    "a journal row doubled": Deed(structure.journal_row_doubled),
    # rows in another place
    "two history rows exchanged": Deed(structure.rows_exchanged),
    "the contents of two history rows exchanged": Deed(structure.contents_exchanged),
    "a row moved to another record": Deed(structure.row_moved_to_another_record),
    "a row moved to another change set": Deed(structure.row_moved_to_another_set),
    "journal rows reordered": Deed(structure.journal_reordered),
    "change sets reordered": Deed(structure.sets_reordered, is_local=False),
    # whole change sets, and everything made to agree
    "a change set deleted": Deed(structure.set_deleted),
    "a change set deleted, the rest renumbered and recomputed": Deed(
        structure.set_deleted_and_renumbered, only=_ELSEWHERE, is_local=False
    ),
    "the tail cut": Deed(structure.tail_cut, is_local=False),
    "an old backup restored": Deed(structure.backup_restored, only=_ELSEWHERE, is_local=False),
    "a backup newer than the checkpoint restored": Deed(
        structure.backup_after_the_note_restored, only=frozenset({RECEIPT}), is_local=False
    ),
    "a value altered and everything recomputed": Deed(
        structure.rewritten, only=_ELSEWHERE, is_local=False
    ),
    "a value altered after the checkpoint and everything recomputed": Deed(
        structure.rewritten_after_the_note, only=frozenset({RECEIPT}), is_local=False
    ),
    "an actor or a reason altered and everything recomputed": Deed(
        structure.set_rewritten, only=_ELSEWHERE, is_local=False
    ),
    "a change set dated back and everything recomputed": Deed(
        structure.dated_back, only=_ELSEWHERE | {CLOCK}, is_local=False
    ),
    "a change set forged before the first": Deed(structure.set_forged_before, is_local=False),
    "a record erased with its history": Deed(structure.record_erased),
    "a record erased with its history, everything recomputed": Deed(
        structure.record_erased_and_rehashed, only=_ELSEWHERE, is_local=False
    ),
    # the records themselves
    "a record altered": Deed(present.live_altered),
    "a record emptied": Deed(present.live_emptied),
    "a record deleted": Deed(present.live_deleted),
    "a record inserted": Deed(present.live_inserted),
    "a deleted record put back": Deed(present.live_back_from_the_dead),
    "a record set back to an earlier version": Deed(present.live_set_back),
    # the triggers: here nothing else is touched, everywhere else they are back in their places
    "a trigger dropped": Deed(present.trigger_dropped, only=frozenset({TRIGGER})),
    "a trigger switched off": Deed(present.trigger_switched_off, only=frozenset({TRIGGER})),
    "a trigger's body altered": Deed(present.trigger_altered, only=frozenset({TRIGGER})),
    "a trigger replaced": Deed(present.trigger_replaced, only=frozenset({TRIGGER})),
    "a trigger added": Deed(present.trigger_added, only=frozenset({TRIGGER})),
}


def is_warned_of(name: str) -> bool:
    """Whether a warning alone is what may be left of it."""
    return CLOCK in DEEDS[name].only


def is_about_triggers(name: str) -> bool:
    return TRIGGER in DEEDS[name].only
