import { DEBUG_POD, WEB_DEPLOYMENT, documents } from "./pieces.ts";
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

const FEWER_DOTS = `spec:
  dnsConfig:
    options:
      - name: ndots
        value: "2"
  containers:
    - name: curl
`;

export const DNS_SEARCH: Scenario = {
  id: "dns-search",
  title: "Search list and ndots",
  words: "The longest name takes the most questions.",
  group: "names",
  files: [{ name: "web.yaml", text: documents(SERVICE, WEB_DEPLOYMENT, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web.default.svc.cluster.local", count: 1 },
  note: "Four dots are fewer than ndots:5, so the resolver takes the name for a short one. It tries each domain of its search list first: three denials of two questions each, then the name itself. End it in a dot, or leave the search to do its work on web.",
  steps: [
    {
      label: "Ask with a final dot",
      says: "A name that ends in a dot is complete: two questions, one for each kind of address, instead of eight.",
      does: { kind: "send", to: "http://web.default.svc.cluster.local." },
    },
    {
      label: "Ask for web alone",
      says: "The first domain of the search list is the Pod's own namespace, so the short name is found at the first try.",
      does: { kind: "send", to: "http://web" },
    },
    {
      label: "Set ndots to 2",
      says: "The Pod was made again, and its resolv.conf says ndots:2. A name with two dots or more is asked for as it is.",
      does: { kind: "edit", from: "spec:\n  containers:\n    - name: curl\n", to: FEWER_DOTS },
    },
    {
      label: "Ask for the long name",
      says: "Two questions, and no dot at the end. The price: web.default.svc has two dots as well, and is now asked outside first.",
      does: { kind: "send", to: "http://web.default.svc.cluster.local" },
    },
  ],
};
