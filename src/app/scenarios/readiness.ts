import { DEBUG_POD, documents } from "./pieces.ts";
import type { Scenario } from "./types.ts";

const SERVICE = `# Sends packets to ready Pods only: running is not enough.
apiVersion: v1
kind: Service
metadata:
  name: web
  labels:
    app: web
spec:
  selector:
    app: web # matches the Pods of both Deployments
  ports:
    - name: http
      port: 80
      targetPort: 80
`;

/** Pods of one Deployment; `probe`: the lines of the readiness probe. */
function deployment(name: string, track: string, replicas: number, probe: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels:
    app: web
    track: ${track}
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app: web
      track: ${track}
  template:
    metadata:
      labels:
        app: web
        track: ${track}
    spec:
      containers:
        - name: nginx
          image: nginx:1.28
          ports:
            - containerPort: 80
          readinessProbe:
            httpGet:
              path: /
${probe}
            periodSeconds: 5
`;
}

const WRONG_PORT = "              port: 8080 # nothing listens there, so the probe fails and the Pod is not ready";
const RIGHT_PORT = "              port: 80";

export const READINESS: Scenario = {
  id: "readiness",
  title: "Readiness",
  words: "Running is not enough to get traffic.",
  group: "answers",
  files: [
    {
      name: "web.yaml",
      text: documents(
        SERVICE,
        deployment("web", "stable", 2, RIGHT_PORT),
        `# Runs like the others, but its probe asks at the wrong port.\n${deployment("web-next", "next", 1, WRONG_PORT)}`,
        DEBUG_POD,
      ),
    },
  ],
  request: { from: "default/debug", to: "http://web", count: 10 },
  note: "Three Pods match the selector and all three run, but one is not ready: it stands in the EndpointSlice marked as such, and no rule names it. Of ten requests it gets none. Mend its probe, or make a ready Pod not ready, and send again.",
  steps: [
    {
      label: "Mend the probe",
      says: "The Pod was made anew with a probe that succeeds. It is ready, so the rules now name three endpoints. Send again: it gets its share.",
      does: { kind: "edit", from: WRONG_PORT, to: RIGHT_PORT },
    },
    {
      label: "Make a Pod not ready",
      says: "It goes on running, but the EndpointSlice says not ready and each node takes it out of its rules. Send again: it gets nothing.",
      does: { kind: "action", action: { kind: "set-ready", pod: { workload: "default/web", index: 0 }, ready: false } },
    },
    {
      label: "Publish not-ready Pods too",
      says: "publishNotReadyAddresses treats every Pod as ready. Send again: packets reach also those that are not.",
      does: {
        kind: "edit",
        from: "  selector:\n    app: web # matches the Pods of both Deployments\n",
        to: "  publishNotReadyAddresses: true\n  selector:\n    app: web # matches the Pods of both Deployments\n",
      },
    },
  ],
};
