import os, random, time, collections, pytest
from tests.access.world import build, settle
from tests.access.people import populate
from tests.access import reading, planning, probing, knowledge
@pytest.mark.django_db
def test_w(cast):
    t=time.time(); w=build(); a=populate(w.objects); settle([a["coordinator"].user,a["lead"].user]); facts=reading.read(); print("world", time.time()-t)
    plan=planning.Plan(a, facts, 4)
    t=time.time()
    probes=plan.sample(plan.asked(), int(os.environ.get("N","1500")))+plan.sample(plan.other_verbs(), int(os.environ.get("V","200")))
    print("plan", time.time()-t, len(probes), sum(p.allowed for p in probes))
    asker=probing.Asker(a); judge=probing.Judge(a, w.canaries, knowledge.Knowledge(facts))
    t=time.time(); bad=collections.defaultdict(list); tm=collections.Counter(); n=collections.Counter()
    for p in probes:
        t1=time.time()
        try: ans=asker.ask(p)
        except Exception as e:
            bad["EXC "+p.route+repr(e)[:100]].append(str(p)); continue
        f=p.family+("+" if p.allowed else "-"); tm[f]+=time.time()-t1; n[f]+=1
        for fault in judge.faults(p, ans):
            key=(p.route, p.method, fault.rsplit(": ",1)[-1])
            bad[key].append(fault)
    print("asked", time.time()-t)
    for f in n: print(f, n[f], round(1000*tm[f]/n[f],1),"ms")
    for k,v in sorted(bad.items(), key=lambda x:-len(x[1])): print(len(v), k, v[0][:160])
