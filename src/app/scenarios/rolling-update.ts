import { DEBUG_POD, documents } from "./pieces.ts";
import type { Scenario, ScenarioStep } from "./types.ts";

const SERVICE = `# The address stays while every Pod behind it is replaced.
apiVersion: v1
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

const PRE_STOP = `          lifecycle:
            preStop:
              sleep:
                seconds: 5 # goes on answering until every node has heard that this Pod is leaving
`;
const IMAGE = "          image: nginx:1.28\n";

function deployment(preStop: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels:
    app: web
spec:
  replicas: 4
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1 # one Pod more than wanted, at most
      maxUnavailable: 1 # one Pod fewer, at most
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      terminationGracePeriodSeconds: 30 # covers preStop and the rest
      containers:
        - name: nginx
${IMAGE}          ports:
            - containerPort: 80
${preStop}          readinessProbe:
            httpGet:
              path: /
              port: 80
            periodSeconds: 5
`;
}

const ROLL_OUT: ScenarioStep = {
  label: "Roll out nginx 1.29",
  says: "A new ReplicaSet comes up Pod by Pod while the old one goes. Compare when a Pod ends with when each node's rules stop naming it.",
  does: { kind: "edit", from: IMAGE, to: IMAGE.replace("1.28", "1.29") },
};

export const ROLLING_UPDATE: Scenario = {
  id: "rolling-update",
  title: "Rolling update",
  words: "Pods are replaced, and some requests are lost.",
  group: "answers",
  files: [{ name: "web.yaml", text: documents(SERVICE, deployment(""), DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  traffic: { rate: 20 },
  note: "Start the traffic, then change the image to nginx:1.29. An old Pod stops listening at once, but each node's rules name it until its kube-proxy has written them anew: what is sent to it meanwhile is lost. With a preStop hook it waits until nobody asks it.",
  steps: [
    ROLL_OUT,
    {
      label: "Add the preStop hook",
      says: "This rolls out too, and the Pods that leave now have no hook yet. Roll out the next image, and nothing is lost.",
      does: {
        kind: "edit",
        from: "            - containerPort: 80\n          readinessProbe:",
        to: `            - containerPort: 80\n${PRE_STOP}          readinessProbe:`,
      },
    },
    {
      label: "Roll out nginx 1.30",
      says: "Each old Pod is taken out of the rules first and stops afterwards, if it has the hook: then no request meets one that has gone.",
      does: { kind: "edit", from: IMAGE.replace("1.28", "1.29"), to: IMAGE.replace("1.28", "1.30") },
    },
  ],
};

export const ROLLING_UPDATE_PRE_STOP: Scenario = {
  id: "rolling-update-prestop",
  title: "Rolling update with preStop",
  words: "Old Pods wait until nobody asks them.",
  group: "answers",
  files: [{ name: "web.yaml", text: documents(SERVICE, deployment(PRE_STOP), DEBUG_POD) }],
  request: { from: "default/debug", to: "http://web", count: 1 },
  traffic: { rate: 20 },
  note: "Start the traffic, then change the image to nginx:1.29: no request is lost. A Pod that leaves is marked as terminating and the rules let go of it; preStop keeps it answering for five seconds, longer than any node needs. Take the hook out and compare.",
  steps: [
    ROLL_OUT,
    {
      label: "Take the preStop hook out",
      says: "This rolls out too, still with the hook in the Pods that leave. Roll out the next image, and some requests are lost.",
      does: { kind: "edit", from: PRE_STOP, to: "" },
    },
    {
      label: "Roll out nginx 1.30",
      says: "Without the hook an old Pod stops listening before every node's rules have let go of it: a request that meets it is lost.",
      does: { kind: "edit", from: IMAGE.replace("1.28", "1.29"), to: IMAGE.replace("1.28", "1.30") },
    },
  ],
};
