/** How a look-up that failed is summed up: whose fault it was is another thing each time. */
import { expect, test } from "vitest";
import { act, cluster, edit, sendOne } from "../core/simulation/testing.ts";
import { namesOf } from "./naming.ts";
import { summaryOf } from "./outcomes.ts";

const CLIENT = `
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec: {containers: [{name: curl, image: curlimages/curl:8.11.1}]}
`;

const NO_WAY_OUT = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: guard}
spec: {podSelector: {}, policyTypes: [Egress]}
`;

test.each([
  { name: "nobody has the name", breaks: () => {}, want: "No packet was sent: the look-up of web failed." },
  {
    name: "no CoreDNS Pod is there",
    breaks: (simulation: ReturnType<typeof cluster>) =>
      act(simulation, { kind: "scale", workload: { kind: "Deployment", key: "kube-system/coredns" }, replicas: 0 }),
    want: "No packet was sent: the question for web was refused: no name server is behind 10.96.0.10.",
  },
  {
    name: "a policy keeps the question in",
    breaks: (simulation: ReturnType<typeof cluster>) => edit(simulation, CLIENT + NO_WAY_OUT),
    want: "No packet was sent: nobody answered the question for web, which network policy guard stops.",
  },
])("$name", ({ breaks, want }) => {
  const simulation = cluster(CLIENT);
  breaks(simulation);
  simulation.settle();
  const journey = sendOne(simulation, "default/client", "http://web");
  expect(summaryOf(journey, namesOf(simulation.view()), 1)).toBe(want);
});
