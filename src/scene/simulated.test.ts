/** The scene against real runs: random manifests, real rules, real traces. */
import { expect, test } from "vitest";
import { nextBelow, randomState } from "../core/base/random.ts";
import type { RandomState } from "../core/base/random.ts";
import type { Journey, Sender } from "../core/network/trace.ts";
import { createSimulation } from "../core/simulation/simulation.ts";
import type { ClusterView } from "../core/simulation/view.ts";
import { choreograph } from "./choreography.ts";
import { motionComplaints } from "./test-motions.ts";
import { frameAt } from "./frame.ts";
import { buildScene, usedBy } from "./layout.ts";
import { outcomeGlyph, outcomeWord } from "./outcomes.ts";

const CLUSTERS = 200;

function pick<T>(random: RandomState, list: readonly T[]): T {
  return list[nextBelow(random, list.length)]!;
}

/** One to three Services with Deployments, some of them broken in the usual ways, and a Pod to send from. */
function manifests(random: RandomState): string {
  const documents = [
    "apiVersion: v1\nkind: Pod\nmetadata: { name: debug, labels: { run: debug } }\nspec: { containers: [{ name: c, image: curlimages/curl, command: [sleep, infinity] }] }",
  ];
  const services = 1 + nextBelow(random, 3);
  for (let i = 0; i < services; i++) {
    const name = `app${i}`;
    const typo = nextBelow(random, 6) === 0;
    const targetPort = nextBelow(random, 6) === 0 ? 8080 : 80;
    const type = pick(random, ["ClusterIP", "ClusterIP", "NodePort"]);
    const headless = type === "ClusterIP" && nextBelow(random, 5) === 0;
    const extra = [
      ...(headless ? ["  clusterIP: None"] : []),
      ...(nextBelow(random, 4) === 0 ? ["  sessionAffinity: ClientIP"] : []),
      ...(nextBelow(random, 4) === 0 ? ["  internalTrafficPolicy: Local"] : []),
      ...(type === "NodePort" && nextBelow(random, 3) === 0 ? ["  externalTrafficPolicy: Local"] : []),
    ];
    documents.push(
      [
        "apiVersion: v1",
        "kind: Service",
        `metadata: { name: ${name} }`,
        "spec:",
        `  type: ${type}`,
        `  selector: { app: ${name}${typo ? "x" : ""} }`,
        "  ports:",
        `    - { name: http, port: 80, targetPort: ${targetPort}${type === "NodePort" ? `, nodePort: ${30080 + i}` : ""} }`,
        ...extra,
      ].join("\n"),
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }\nspec:\n  replicas: ${nextBelow(random, 5)}\n  selector: { matchLabels: { app: ${name} } }\n  template:\n    metadata: { labels: { app: ${name} } }\n    spec: { containers: [{ name: c, image: nginx }] }`,
    );
  }
  // policies that stop some of it on its way in, on its way out, and the question for the name
  const policy = (name: string, spec: string): string =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: ${name} }\nspec: ${spec}`;
  if (nextBelow(random, 6) === 0) documents.push(policy("in", "{ podSelector: { matchLabels: { app: app0 } }, policyTypes: [Ingress] }"));
  if (nextBelow(random, 8) === 0)
    documents.push(
      policy(
        "out",
        "{ podSelector: { matchLabels: { run: debug } }, policyTypes: [Egress], egress: [{ ports: [{ protocol: UDP, port: 53 }] }] }",
      ),
    );
  if (nextBelow(random, 12) === 0) documents.push(policy("quiet", "{ podSelector: {}, policyTypes: [Egress] }"));
  return documents.join("\n---\n");
}

function request(random: RandomState, view: ClusterView): { readonly from: Sender; readonly to: string } {
  const service = pick(
    random,
    view.services.filter((one) => one.namespace === "default" && one.name !== "kubernetes"),
  );
  const nodePort = service.ports[0]?.nodePort ?? null;
  const node = pick(random, view.nodes);
  if (nodePort !== null && nextBelow(random, 2) === 0)
    return { from: { kind: "outside", id: "external" }, to: `http://${node.internalIp}:${nodePort}` };
  const from: Sender = nextBelow(random, 5) === 0 ? { kind: "node", node: node.name } : { kind: "pod", pod: "default/debug" };
  const address = service.clusterIps[0];
  const to = pick(random, [
    `http://${service.name}`,
    `http://${service.dnsName}`,
    ...(address === undefined || service.headless ? [] : [`http://${address}`]),
    "http://nosuch",
    "http://10.244.7.7",
    "http://203.0.113.99",
  ]);
  return { from, to };
}

interface Run {
  readonly view: ClusterView;
  readonly journey: Journey;
}

function run(seed: number): Run | null {
  const random = randomState(seed, "simulated");
  const simulation = createSimulation({ files: [{ name: "all.yaml", text: manifests(random) }], seed });
  simulation.settle();
  const sent = simulation.send(request(random, simulation.view()));
  if ("error" in sent) return null;
  simulation.settle();
  const journey = simulation.journey(sent[0]!);
  return journey === null ? null : { view: simulation.view(), journey };
}

test(
  `in ${CLUSTERS} simulated clusters every hop of every packet has exactly one motion between the right places`,
  { timeout: 120_000 },
  () => {
    const outcomes = new Map<string, number>();
    let told = 0;
    let barred = 0;
    for (let seed = 1; seed <= CLUSTERS; seed++) {
      const made = run(seed);
      if (made === null) continue;
      const { view, journey } = made;
      const scene = buildScene(view, {
        width: 718,
        focus: null,
        previous: null,
        arrangement: "workbench",
        podDetail: "address",
        used: usedBy(journey),
      });
      const open = choreograph({ journey, view, scene, lookup: "open" });
      expect(motionComplaints(journey, scene, open), `seed ${seed}, question by question`).toEqual([]);
      const story = choreograph({ journey, view, scene });
      expect(motionComplaints(journey, scene, story), `seed ${seed}: ${journey.to}, ${journey.outcome.kind}`).toEqual([]);
      for (const packet of journey.packets)
        expect([outcomeWord(packet.outcome), outcomeGlyph(packet.outcome)].every((word) => word !== "")).toBe(true);
      const sentences = story.beats.flatMap((beat) => [beat.title, beat.sentence, beat.past]);
      expect(
        sentences.filter((sentence) => sentence === "" || /undefined|null|NaN|!/.test(sentence)),
        `seed ${seed}`,
      ).toEqual([]);
      for (const beat of story.beats) expect(frameAt(scene, story, beat.stillMs, { playing: false, rate: 1 }).showMs).toBe(beat.stillMs);
      expect(
        story.beats.some((beat) => beat.trouble),
        `seed ${seed}: ${journey.to}, ${journey.outcome.kind}`,
      ).toBe(journey.outcome.kind !== "delivered");
      if (story.cues.some((cue) => cue.kind === "barred")) barred += 1;
      outcomes.set(journey.outcome.kind, (outcomes.get(journey.outcome.kind) ?? 0) + 1);
      told++;
    }
    expect(told).toBeGreaterThan(CLUSTERS * 0.9);
    expect(barred).toBeGreaterThan(20);
    // the random manifests are only worth something while they meet all of these
    for (const kind of ["delivered", "refused", "dropped", "dns-failed"]) expect(outcomes.get(kind) ?? 0, kind).toBeGreaterThan(3);
  },
);
