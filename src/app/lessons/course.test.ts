/** Every lesson played through: what ticks its checks, and what does not. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseManifests } from "../../core/manifests/parse.ts";
import type { StepDeed } from "../scenarios/types.ts";
import { COURSE, lessonById } from "./course/index.ts";
import { partsOf } from "./marked.ts";
import { LessonRun } from "./testing.ts";
import type { Lesson } from "./types.ts";

/** Which checks are ticked after each deed of the model solution. */
const TICKS: Readonly<Record<string, readonly (readonly number[])[]>> = {
  "pod-addresses": [[0], [0, 1], [0, 1, 2]],
  "service-address": [[0], [0, 1], [0, 1, 2]],
  selector: [
    [0, 1],
    [0, 1, 2],
  ],
  readiness: [[0], [0, 1], [0, 1, 2]],
  "kube-proxy": [[0], [0, 1], [0, 1], [0, 1, 2]],
  connections: [
    [0, 1],
    [0, 1, 2],
  ],
  names: [[0], [0, 1], [0, 1, 2]],
  headless: [[0], [0, 1], [0, 1, 2]],
  "external-name": [[0], [0, 1], [0, 1, 2]],
  "session-affinity": [[0], [0, 1], [0, 1, 2]],
  "node-port": [[], [0], [0, 1], [0, 1, 2]],
  "traffic-policy": [[0], [0], [0, 1], [0, 1, 2]],
  "load-balancer": [[0], [0, 1], [0, 1, 2]],
  "no-endpoints": [[0], [0, 1], [0, 1, 2]],
  "wrong-port": [[0], [0, 1], [0, 1, 2]],
  "network-policy": [[0], [0], [0, 1], [0, 1, 2]],
};

const web = (index: number): { readonly workload: string; readonly index: number } => ({ workload: "default/web", index });
const send = (from: string, to: string, count = 1, keep = false): StepDeed => ({ kind: "send", from, to, count, keep });

/** What comes near and is something else: after all of it only these checks are ticked. */
const WRONG: Readonly<
  Record<string, readonly { readonly what: string; readonly does: readonly StepDeed[]; readonly ticked: readonly number[] }[]>
> = {
  "pod-addresses": [
    { what: "an address that nobody ever had", does: [send("default/debug", "http://10.244.3.77")], ticked: [] },
    {
      what: "not ready is not gone",
      does: [{ kind: "action", action: { kind: "set-ready", pod: web(0), ready: false } }, send("default/debug", "http://10.244.1.3")],
      ticked: [0],
    },
    { what: "more Pods are not other Pods", does: [{ kind: "edit", from: "replicas: 1", to: "replicas: 3" }], ticked: [] },
  ],
  "service-address": [
    { what: "the wrong port of it", does: [send("default/debug", "http://10.96.142.31:8080")], ticked: [] },
    {
      what: "asked twice, with nobody gone",
      does: [send("default/debug", "http://10.96.142.31"), send("default/debug", "http://10.96.142.31")],
      ticked: [0],
    },
    { what: "fewer Pods are not other Pods", does: [{ kind: "edit", from: "replicas: 3", to: "replicas: 2" }], ticked: [] },
  ],
  selector: [
    {
      what: "a label that is nearly right",
      does: [
        { kind: "action", action: { kind: "label-pod", pod: { workload: "default/spare", index: 0 }, label: "app", value: "webb" } },
        send("default/debug", "http://web", 12),
      ],
      ticked: [],
    },
    { what: "requests before it joined", does: [send("default/debug", "http://web", 20)], ticked: [] },
  ],
  readiness: [
    { what: "six requests while all are ready", does: [send("default/debug", "http://web", 6)], ticked: [0] },
    { what: "two Pods in place of three", does: [{ kind: "edit", from: "replicas: 3", to: "replicas: 2" }], ticked: [] },
    {
      what: "not ready, and nothing sent",
      does: [{ kind: "action", action: { kind: "set-ready", pod: web(0), ready: false } }],
      ticked: [1],
    },
  ],
  "kube-proxy": [
    { what: "to a Pod, which needs no rewriting", does: [send("default/debug", "http://10.244.3.2")], ticked: [] },
    {
      what: "kube-proxy of another node stopped",
      does: [{ kind: "action", action: { kind: "stop-proxy", node: "node-2" } }, send("default/debug", "http://web")],
      ticked: [0],
    },
  ],
  connections: [
    { what: "six single requests", does: [send("default/debug", "http://web", 2)], ticked: [1] },
    { what: "three requests on one connection", does: [send("default/debug", "http://web", 3, true)], ticked: [1] },
  ],
  names: [
    { what: "a name that nobody has", does: [send("default/debug", "http://wbe.shop")], ticked: [] },
    {
      what: "the whole name without its dot",
      does: [send("default/debug", "http://web.shop.svc.cluster.local")],
      ticked: [],
    },
  ],
  headless: [
    { what: "another Pod's name", does: [send("default/debug", "http://store-2.store")], ticked: [] },
    { what: "the headless name in another spelling", does: [send("default/debug", "http://store.default")], ticked: [] },
  ],
  "external-name": [
    { what: "blue by its own name", does: [send("default/debug", "http://blue")], ticked: [] },
    {
      what: "a name that nobody has",
      does: [{ kind: "edit", from: "externalName: blue", to: "externalName: gren" }, send("default/debug", "http://shop")],
      ticked: [],
    },
  ],
  "session-affinity": [
    {
      what: "affinity, and three requests",
      does: [{ kind: "edit", from: "sessionAffinity: None", to: "sessionAffinity: ClientIP" }, send("default/debug", "http://web", 3)],
      ticked: [1],
    },
    { what: "all on one connection", does: [send("default/debug", "http://web", 12, true)], ticked: [] },
  ],
  "node-port": [
    {
      what: "a port that was not asked for",
      does: [
        { kind: "edit", from: "type: ClusterIP", to: "type: NodePort" },
        { kind: "edit", from: "      targetPort: 80\n", to: "      targetPort: 80\n      nodePort: 30081\n" },
        send("external", "http://192.168.10.11:30080"),
      ],
      ticked: [],
    },
    { what: "asked before the port is open", does: [send("external", "http://192.168.10.13:30080")], ticked: [] },
  ],
  "traffic-policy": [
    { what: "node-1 with the policy Cluster", does: [send("external", "http://192.168.10.11:30080")], ticked: [] },
    {
      what: "Local, and a port that nobody opened",
      does: [
        { kind: "edit", from: "externalTrafficPolicy: Cluster", to: "externalTrafficPolicy: Local" },
        send("external", "http://192.168.10.11:30081"),
      ],
      ticked: [],
    },
  ],
  "load-balancer": [
    { what: "the address before anybody gave it", does: [send("external", "http://198.51.100.10")], ticked: [] },
    {
      what: "a cloud that nobody asked",
      does: [{ kind: "edit", from: "kubehop.dev/load-balancer: none", to: "kubehop.dev/load-balancer: cloud" }],
      ticked: [],
    },
    {
      what: "the node port",
      does: [{ kind: "edit", from: "  type: NodePort\n", to: "  type: LoadBalancer\n" }, send("external", "http://192.168.10.11:30080")],
      ticked: [0],
    },
  ],
  "no-endpoints": [
    { what: "another typo", does: [{ kind: "edit", from: "    app: webb\n", to: "    app: wbe\n" }], ticked: [] },
    { what: "a name that nobody has", does: [send("default/debug", "http://webb")], ticked: [] },
  ],
  "wrong-port": [
    { what: "another wrong port", does: [{ kind: "edit", from: "targetPort: 8080", to: "targetPort: 8081" }], ticked: [] },
    {
      what: "containerPort, which only tells people",
      does: [{ kind: "edit", from: "containerPort: 80\n", to: "containerPort: 8080\n" }],
      ticked: [],
    },
    { what: "a port that the Service does not have", does: [send("default/debug", "http://web:8080")], ticked: [] },
  ],
  "network-policy": [
    {
      what: "everybody is let in",
      does: [
        send("default/debug", "http://web"),
        send("default/stranger", "http://web"),
        { kind: "edit", from: "  ingress: []\n", to: "  ingress:\n    - {}\n" },
        send("default/debug", "http://web"),
        send("default/stranger", "http://web"),
      ],
      ticked: [0, 1],
    },
    {
      what: "the Service's name in place of the sender's",
      does: [
        {
          kind: "edit",
          from: "  ingress: []\n",
          to: "  ingress:\n    - from:\n        - podSelector:\n            matchLabels:\n              app: web\n",
        },
        send("default/stranger", "http://web"),
      ],
      ticked: [],
    },
  ],
};

describe.each(COURSE.lessons)("$id", (lesson) => {
  test("its manifests have nothing to complain about", () => {
    const { diagnostics } = new LessonRun(lesson).simulation.apply(lesson.files);
    expect(parseManifests(lesson.files).diagnostics).toEqual([]);
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  });

  test("its words fit where they stand", () => {
    expect(lesson.title).toMatch(/^[A-Z][^.!?]*$/);
    expect(lesson.title.length).toBeLessThanOrEqual(64);
    expect(lesson.paragraphs.length).toBeGreaterThan(0);
    expect(lesson.paragraphs.length).toBeLessThanOrEqual(2);
    for (const text of [...lesson.paragraphs, lesson.task, lesson.hint, lesson.look]) {
      expect(text).toMatch(/\.$/);
      expect(text).not.toMatch(/!|\b(simply|just|easy|obviously)\b/i);
      expect(
        partsOf(text)
          .map((part) => part.text)
          .join("").length,
      ).toBeLessThanOrEqual(330);
    }
    expect(lesson.checks.length).toBeGreaterThanOrEqual(2);
    expect(lesson.checks.length).toBeLessThanOrEqual(3);
    for (const { says, of } of lesson.checks) {
      expect(says.length).toBeLessThanOrEqual(60);
      expect(of).toBeGreaterThan(0);
    }
  });

  test("what its words point at is there when it opens", () => {
    const { opened } = new LessonRun(lesson);
    for (const name of lesson.paragraphs.flatMap(partsOf).flatMap((part) => (part.kind === "points" ? [part.at] : [])))
      expect(namesIn(opened), name).toContain(name);
  });

  test("what its task offers can be done when it opens", () => {
    const text = lesson.files.map((file) => file.text).join("");
    for (const one of lesson.tries) if (one.kind === "manifest") expect(text.split(one.at).length, one.at).toBe(2);
    for (const one of lesson.tries) if (one.kind === "choice") expect(one.now(new LessonRun(lesson).simulation.view())).toBe(one.values[0]);
    expect(
      lesson.emphasis.service === null || new LessonRun(lesson).opened.services.some(({ key }) => key === lesson.emphasis.service),
    ).toBe(true);
  });

  test("nothing is ticked when it opens", () => {
    expect(new LessonRun(lesson).ticked()).toEqual([]);
  });

  test("its model solution ticks each check when it is done, and none before", () => {
    const run = new LessonRun(lesson);
    expect(lesson.solution.map((deed) => run.does(deed).ticked())).toEqual(TICKS[lesson.id]);
    expect(run.ticked()).toEqual(lesson.checks.map((_, i) => i));
  });

  test.each([2, 3, 4, 5, 6])("with another draw (seed %i) it needs at most some more requests", (seed) => {
    const run = new LessonRun(lesson, seed);
    const { id } = lesson;
    for (const deed of lesson.solution) {
      run.does(deed.kind === "send" && deed.to?.startsWith("http://10.244.1.3") === true ? { ...deed, to: addressOf(run) } : deed);
      // who counts until each has answered may have to send again
      const wanted = TICKS[id]?.[lesson.solution.indexOf(deed)] ?? [];
      for (let i = 0; i < 6 && deed.kind === "send" && wanted.some((check) => !run.ticked().includes(check)); i++) run.does(deed);
    }
    expect(run.ticked()).toEqual(lesson.checks.map((_, i) => i));
  });

  test.each(WRONG[lesson.id] ?? [])("does not tick: $what", ({ does, ticked }) => {
    const run = new LessonRun(lesson);
    for (const deed of does) run.does(deed);
    expect(run.ticked()).toEqual(ticked);
  });

  test("a wrong way is tried", () => expect(WRONG[lesson.id]?.length ?? 0).toBeGreaterThan(0));
});

/** Of the only Pod of web when it opened. */
function addressOf({ opened }: LessonRun): string {
  return `http://${opened.pods.find(({ workload }) => workload?.name === "web")?.ips[0] ?? ""}`;
}

function namesIn(cluster: LessonRun["opened"]): readonly string[] {
  return [
    ...cluster.pods.flatMap(({ key, workload }) => [
      `pod:${key}`,
      ...(workload === null ? [] : [`workload:${workload.kind}/${workload.namespace}/${workload.name}`]),
    ]),
    // of its Service: the slice's own name ends with five letters that nobody chose
    ...cluster.slices.map(({ service }) => `slice:${service ?? ""}`),
    ...cluster.services.flatMap(({ key }) => [`service:${key}`, `selected:${key}`]),
    ...cluster.nodes.flatMap(({ name }) => [`node:${name}`, `gate:${name}`]),
    ...cluster.outsiders.map(({ id }) => `outside:${id}`),
    ...cluster.policies.map(({ key }) => `policy:${key}`),
  ];
}

test("ids are unique, made for links, and found", () => {
  const ids = COURSE.lessons.map(({ id }: Lesson) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][a-z-]+$/);
  expect(lessonById("readiness")?.title).toBe("A Pod that is not ready gets no new requests");
  expect(lessonById("of a later version")).toBeNull();
});

test("docs/lessons.md has a row for each, in their order", () => {
  const page = readFileSync(new URL("../../../docs/lessons.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([a-z-]+)`\s+\| (.+?)\s+\| (.+?)\s+\| (.+?)\s*\|$/gm)];
  expect(rows.map(([, ...cells]) => cells)).toEqual(
    COURSE.lessons.map(({ id, title, task, checks }) => [id, title, task, checks.map(({ says }) => says).join("; ")]),
  );
});

test("the addresses that the first lesson names are those of its Pods", () => {
  const { opened } = new LessonRun(COURSE.lessons[0] ?? expect.fail("no lesson"));
  expect(opened.pods.find(({ workload }) => workload?.name === "web")?.ips).toEqual(["10.244.1.3"]);
});
