"""Chance that anybody can redo: the formula written out once more by hand."""

import hashlib
import tracemalloc

import pytest

from auditing.services.drawing import draw, new_seed, rank

KEYS = [f"{number:03}" for number in range(1, 11)]


def test_the_rank_is_the_sha_256_of_seed_colon_key():
    assert rank("graine", "001") == hashlib.sha256(b"graine:001").hexdigest()
    # Whoever redoes it with a tool of their own finds these digits.
    assert rank("graine", "001").startswith("30cdfdadb635")


def test_the_records_of_smallest_rank_are_drawn_in_the_order_of_their_rank():
    by_hand = sorted(KEYS, key=lambda key: hashlib.sha256(f"s:{key}".encode()).hexdigest())
    assert draw(KEYS, seed="s", size=3).keys == tuple(by_hand[:3])


def test_the_digest_covers_every_key_in_order():
    drawn = draw(KEYS, seed="s", size=1)
    assert drawn.population_size == 10
    text = "001\n002\n003\n004\n005\n006\n007\n008\n009\n010\n"
    assert drawn.population_digest == hashlib.sha256(text.encode()).hexdigest()


def test_another_seed_draws_others_from_the_same_population():
    first, second = draw(KEYS, seed="a", size=5), draw(KEYS, seed="b", size=5)
    assert first.keys != second.keys
    assert first.population_digest == second.population_digest


def test_a_larger_sample_begins_with_the_smaller_one():
    assert draw(KEYS, seed="s", size=7).keys[:4] == draw(KEYS, seed="s", size=4).keys


@pytest.mark.parametrize(("size", "found"), [(1, 1), (10, 10), (11, 10), (500, 10)])
def test_a_size_above_the_population_takes_all(size, found):
    assert len(draw(KEYS, seed="s", size=size).keys) == found


def test_every_record_is_drawn_about_as_often():
    counts = dict.fromkeys(KEYS, 0)
    for number in range(2000):
        for key in draw(KEYS, seed=f"{number}", size=3).keys:
            counts[key] += 1
    # 600 expected, with a standard deviation of about 20.
    assert min(counts.values()) > 500
    assert max(counts.values()) < 700


def test_a_population_is_never_held_in_memory():
    tracemalloc.start()
    draw((f"{number:09}" for number in range(200_000)), seed="s", size=30)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 500_000


def test_a_seed_that_nobody_chose_is_never_the_same():
    assert len({new_seed() for _ in range(100)}) == 100
    assert len(new_seed()) == 32
