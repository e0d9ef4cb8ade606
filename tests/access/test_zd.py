import os, time, pytest, logging, sys
from tests.access import campaign
from tests.access.weaknesses import WEAKNESSES, undo
@pytest.mark.django_db
def test_d(cast):
    logging.disable(50)
    c=campaign.prepared(4); print(len(WEAKNESSES))
    for w in WEAKNESSES:
        t=time.process_time()
        with pytest.MonkeyPatch.context() as patch:
            w.plant(patch)
            r=campaign.hunt(c, w)
        undo()
        print(f"{w.name:<60} {r} {time.process_time()-t:.1f}", flush=True)
        if not r[0]: print("   ^^^^ MISSED")
        elif os.environ.get("VERBOSE"): print("     ", c.faults[0][:300])
