/** How a look-up that failed is summed up: whose fault it was is another thing each time. */
import { expect, test } from "vitest";
import { act, cluster, edit, sendOne } from "../core/simulation/testing.ts";
import { choreograph } from "./choreography.ts";
import { buildScene, usedBy } from "./layout.ts";
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

test("the gate that refused the question says so to the end, and a look-up that comes through does not", () => {
  const shows = (simulation: ReturnType<typeof cluster>): readonly string[] => {
    simulation.settle();
    const journey = sendOne(simulation, "default/client", "http://web");
    const view = simulation.view();
    const scene = buildScene(view, {
      width: 718,
      focus: null,
      previous: null,
      arrangement: "workbench",
      podDetail: "address",
      used: usedBy(journey),
    });
    const story = choreograph({ journey, view, scene });
    return story.cues.flatMap((cue) =>
      cue.kind === "gate" && cue.show.kind === "refusing" && cue.endMs > story.totalMs ? [cue.show.text] : [],
    );
  };
  const down = cluster(CLIENT);
  act(down, { kind: "scale", workload: { kind: "Deployment", key: "kube-system/coredns" }, replicas: 0 });
  expect(shows(down)).toContain("no endpoint for kube-dns");
  expect(shows(cluster(CLIENT))).toEqual([]);
});
