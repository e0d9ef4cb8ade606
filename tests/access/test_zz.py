import os, random, time, collections, pytest, logging
from tests.access.world import build, settle
from tests.access.people import populate
from tests.access import reading, planning, probing, knowledge
logging.disable(50)
@pytest.mark.django_db
def test_w(cast):
    t=time.process_time(); w=build(); a=populate(w.objects); settle([a["coordinator"].user,a["lead"].user]); facts=reading.read(); print("world", time.process_time()-t)
    plan=planning.Plan(a, facts, int(os.environ.get("SEED","4")))
    t=time.process_time()
    probes=plan.some(int(os.environ.get("N","1500")))+plan.other_verbs(int(os.environ.get("V","200")))
    if os.environ.get("CELLS"): c=plan.every_cell(); print("cells", len(c)); probes += c
    print("plan", time.process_time()-t, len(probes), sum(p.allowed for p in probes))
    asker=probing.Asker(a); judge=probing.Judge(a, w.canaries, knowledge.Knowledge(facts))
    t=time.process_time(); bad=collections.defaultdict(list); tm=collections.Counter(); n=collections.Counter()
    for p in probes:
        t1=time.process_time()
        ans=asker.ask(p)
        f=p.family+("+" if p.allowed else "-"); tm[f]+=time.process_time()-t1; n[f]+=1
        for fault in judge.faults(p, ans):
            key=(p.route, p.method, fault.rsplit(": ",1)[-1]) if "Traceback" not in fault else fault[-300:]
            bad[key].append(fault)
    print("asked", time.process_time()-t)
    for f in n: print(f, n[f], round(1000*tm[f]/n[f],1),"ms")
    for k,v in sorted(bad.items(), key=lambda x:-len(x[1])): print(len(v), k, v[0][:160])
