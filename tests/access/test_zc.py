import os, time, pytest, logging, sys
from tests.access import campaign
@pytest.mark.django_db
def test_c(cast):
    logging.disable(50)
    b=time.monotonic(); c=campaign.prepared(4); t=time.process_time()
    campaign.run(c, int(os.environ.get("N","1000")), whole=bool(os.environ.get("W")))
    print(c.table(b), time.process_time()-t)
    for f in campaign.failures(c): print(f[:700])
