import { DEBUG_POD, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# Headless: it has no address, but gives each Pod of the StatefulSet a name.
apiVersion: v1
kind: Service
metadata:
  name: store
  labels:
    app: store
spec:
  clusterIP: None
  selector:
    app: store
  ports:
    - name: http
      port: 80
`;

const STATEFUL_SET = `# Pods with numbers in place of random names: store-0, store-1, store-2, started in this order.
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: store
  labels:
    app: store
spec:
  serviceName: store # the Service whose domain the names are in: store-1.store
  replicas: 3
  selector:
    matchLabels:
      app: store
  template:
    metadata:
      labels:
        app: store
    spec:
      containers:
        - name: whoami
          image: traefik/whoami:v1.11 # answers with its own name
          ports:
            - containerPort: 80
          readinessProbe:
            httpGet:
              path: /health
              port: 80
            periodSeconds: 5
`;

export const STATEFUL_SET_NAMES: Scenario = {
  id: "statefulset",
  title: "StatefulSet",
  words: "A name for each Pod that outlives it.",
  group: "reach",
  files: [{ name: "store.yaml", text: documents(SERVICE, STATEFUL_SET, DEBUG_POD) }],
  request: { from: "default/debug", to: "http://store-1.store", count: 1 },
  note: "store-1.store is the name of one Pod: DNS answers with its address alone, and no rule rewrites the packet. Delete store-1 and a Pod of the same name comes back with another address; the name finds it. http://store stands for all three.",
  steps: [
    {
      label: "Delete store-1",
      says: "It came back under its name with another address. Send again: DNS answers with the new one.",
      does: { kind: "action", action: { kind: "delete-pod", pod: "default/store-1" } },
    },
    {
      label: "Ask for store-2",
      says: "Another name, another Pod: a client that has to reach a certain one can.",
      does: { kind: "send", from: "default/debug", to: "http://store-2.store", count: 1 },
    },
    {
      label: "Scale down to 2",
      says: "The highest number went first, and its name with it. Ask for store-2 again: there is no such name.",
      does: { kind: "edit", from: "replicas: 3", to: "replicas: 2" },
    },
  ],
};
