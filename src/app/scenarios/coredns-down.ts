import { DEBUG_POD, WEB_DEPLOYMENT, coreDnsConfig, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  clusterIP: 10.96.20.20 # chosen, so that one can ask without a name
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
`;

const CORE_DNS = { kind: "Deployment", key: "kube-system/coredns" };

export const CORE_DNS_DOWN: Scenario = {
  id: "coredns-down",
  title: "CoreDNS is down",
  words: "All runs, and nothing finds anything by name.",
  group: "names",
  files: [{ name: "web.yaml", text: documents(SERVICE, WEB_DEPLOYMENT, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "CoreDNS is a Deployment like any other, behind a Service called kube-dns. Scale it to none: the Service stays, but its rules reject what comes. Every name is gone at once, while every address works as before.",
  steps: [
    {
      label: "Scale CoreDNS to 0",
      says: "kube-dns has no endpoint. Send again: the node refuses each question, but this image's C library does not hear of that and waits 5 s.",
      does: { kind: "action", action: { kind: "scale", workload: CORE_DNS, replicas: 0 } },
    },
    {
      label: "Ask by the address",
      says: "No name, no question: the rules for 10.96.20.20 stand as before, and web answers.",
      does: { kind: "send", to: "http://10.96.20.20" },
    },
    {
      label: "Scale it to 2",
      says: "Two new Pods run, and kube-dns has endpoints again. Send by name: it is found, and no other Pod had to be touched.",
      does: { kind: "action", action: { kind: "scale", workload: CORE_DNS, replicas: 2 } },
    },
  ],
};

const CONFIG = coreDnsConfig("# Edit it: a CoreDNS that runs takes the change over, if it can read it.\n");

export const BROKEN_COREFILE: Scenario = {
  id: "corefile-broken",
  title: "Broken Corefile",
  words: "The mistake bites when CoreDNS starts the next time.",
  group: "names",
  files: [{ name: "web.yaml", text: documents(CONFIG, SERVICE, WEB_DEPLOYMENT, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  note: "Misspell a word in CoreDNS's configuration, and nothing happens: the replicas that run keep the last file that they could read, and only their logs tell. Days later somebody replaces the Pods.",
  steps: [
    {
      label: "Misspell loadbalance",
      says: "Within two minutes each replica looked, logged that the reload failed, and kept what it had. Send again: found as before.",
      does: { kind: "edit", from: "        loadbalance\n", to: "        loadbalnce\n" },
    },
    {
      label: "Scale CoreDNS to 0",
      says: "The two that could still answer are gone. Send again: nobody is there to ask.",
      does: { kind: "action", action: { kind: "scale", workload: CORE_DNS, replicas: 0 } },
    },
    {
      label: "Scale it to 2",
      says: "The new Pods start, cannot read the file, and end, again and again: CrashLoopBackOff. Send again: still nobody to ask.",
      does: { kind: "action", action: { kind: "scale", workload: CORE_DNS, replicas: 2 } },
    },
    {
      label: "Mend the Corefile",
      says: "The file is right, but the kubelet waits before it starts a container again that has ended so often.",
      does: { kind: "edit", from: "        loadbalnce\n", to: "        loadbalance\n" },
    },
    {
      label: "Wait a minute",
      says: "The back-off is over: both started with the mended file and are ready. Send again: names are found.",
      does: { kind: "action", action: { kind: "wait", time: 60_000_000_000 } },
    },
  ],
};
