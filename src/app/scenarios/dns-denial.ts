import { DEBUG_POD, UNCACHED, WEB_DEPLOYMENT, coreDnsConfig, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 80
`;

const CONFIG = coreDnsConfig("# Two lines of cache keep what is said of the cluster out of it.\n");
/** What follows the cache in the ConfigMap: the edit that changes it takes the Service behind it away too. */
const REST = CONFIG.slice(CONFIG.indexOf(UNCACHED) + UNCACHED.length);

export const DNS_DENIAL: Scenario = {
  id: "dns-denial",
  title: "A new name, an old denial",
  words: "A denial that is kept outlives its truth.",
  group: "names",
  files: [{ name: "web.yaml", text: documents(DEBUG_POD, CONFIG, WEB_DEPLOYMENT) }],
  request: { from: "default/debug", to: "http://web", count: 10 },
  note: "There are Pods, but no Service yet, and CoreDNS says so: no such name. Add the Service: the very next question finds it, as kubeadm's CoreDNS keeps no denials about the cluster. Then let it keep them, and do the same once more.",
  steps: [
    {
      label: "Add the Service",
      says: "CoreDNS heard of it from the API server, and nothing old stands in the way. Send again: the next question finds it.",
      does: { kind: "edit", from: `${REST}---\n`, to: `${REST}---\n${SERVICE}---\n` },
    },
    {
      label: "Keep denials, drop the Service",
      says: "Both replicas took over plain cache 30, each in its own time, within two minutes. The Service is gone again.",
      does: { kind: "edit", from: `${UNCACHED}${REST}---\n${SERVICE}---\n`, to: `cache 30\n${REST}---\n` },
    },
    {
      label: "Ask while it is gone",
      says: "No such name. Each replica keeps its own denial now, for 30 s: the DNS tab shows them and their age.",
      does: { kind: "send" },
    },
    {
      label: "Add it once more",
      says: "The Service is there, with rules on every node. Send again: both replicas go on denying it, from what they kept.",
      does: { kind: "edit", from: `cache 30\n${REST}---\n`, to: `cache 30\n${REST}---\n${SERVICE}---\n` },
    },
    {
      label: "Wait 30 seconds",
      says: "The denials have run out, each 30 s after its own replica stored it. Send again: the name is found.",
      does: { kind: "action", action: { kind: "wait", time: 30_000_000_000 } },
    },
  ],
};
