import { DEBUG_POD, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# No selector: Kubernetes looks for no Pods. What stands behind the name is written by hand below.
apiVersion: v1
kind: Service
metadata:
  name: ledger
spec:
  ports:
    - name: http
      port: 80
      targetPort: 9090
`;

const READY = "ready: true # nobody probes it: it stays so until you change it";
const NOT_READY = "ready: false # set by hand: no probe will change it back";

const SLICE = `# The label ties the slice to the Service; the port's name has to be the Service's.
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: ledger-1
  labels:
    kubernetes.io/service-name: ledger
addressType: IPv4
ports:
  - name: http
    port: 9090
    protocol: TCP
endpoints:
  - addresses:
      - 192.168.10.13 # node-3: an address that no Service could select
    conditions:
      ${READY}
`;

const ENDPOINTS = `# The older kind, deprecated since 1.33: a controller copies it into an EndpointSlice.
apiVersion: v1
kind: Endpoints
metadata:
  name: ledger # ties it to the Service
subsets:
  - addresses:
      - ip: 192.168.10.13
    ports:
      - name: http
        port: 9090
`;

const MACHINE = `# Stands in for a program on a machine of yours: it has the address of the node.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: old-ledger
  labels:
    app: old-ledger
spec:
  replicas: 1
  selector:
    matchLabels:
      app: old-ledger
  template:
    metadata:
      labels:
        app: old-ledger
    spec:
      hostNetwork: true
      nodeSelector:
        kubernetes.io/hostname: node-3
      containers:
        - name: ledger
          image: hashicorp/http-echo:1.0
          args: ["-listen=:9090", "-text=the old ledger"]
`;

export const NO_SELECTOR: Scenario = {
  id: "no-selector",
  title: "No selector",
  words: "Endpoints that you list by hand.",
  group: "reach",
  files: [{ name: "ledger.yaml", text: documents(SERVICE, SLICE, MACHINE, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://ledger", count: 1 },
  note: "The EndpointSlice was written by hand and names a machine's address in place of a Pod's. Name, cluster IP and rules work as ever, but nobody probes the machine or takes it out when it is gone: mark it as not ready yourself and send again.",
  steps: [
    {
      label: "Mark it as not ready",
      says: "With no ready endpoint the Service has none at all. Send again: the sender's own node refuses.",
      does: { kind: "edit", from: READY, to: NOT_READY },
    },
    {
      label: "Mark it as ready again",
      says: "Only a person, or a program of yours, puts it back. Send again: it answers.",
      does: { kind: "edit", from: NOT_READY, to: READY },
    },
    {
      label: "List it as Endpoints",
      says: "A controller copied it into a slice whose name it made up. Send again: the same machine answers.",
      does: { kind: "edit", from: SLICE, to: ENDPOINTS },
    },
  ],
};
