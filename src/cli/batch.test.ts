import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { at, isObject } from "../core/api/json.ts";
import { answerLine, runBatch } from "./batch.ts";

/** One line of the batch contract's examples, and what its answer must show. */
interface Row {
  readonly request: { readonly id: string; readonly [key: string]: unknown };
  readonly expect: { readonly [key: string]: unknown };
}

function rows(path: string): readonly (readonly [string, Row])[] {
  const text = readFileSync(new URL(path, import.meta.url), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row)
    .map((row) => [`${row.request.id} ${String(row.expect["name"] ?? "")}`.trim(), row] as const);
}

function resultOf(request: unknown): { readonly [key: string]: unknown } {
  const answer = answerLine(JSON.stringify(request));
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.result as { readonly [key: string]: unknown };
}

const set = (value: unknown): readonly string[] => (value as readonly unknown[]).map((each) => JSON.stringify(each)).sort();

describe("packet", () => {
  test.each(rows("./fixtures/proxy-iptables.jsonl"))("%s", (_, { request, expect: wanted }) => {
    const { verdict, endpoints, masquerade, probabilities } = resultOf(request);
    expect({ verdict, masquerade, endpoints: set(endpoints) }).toEqual({
      verdict: wanted["verdict"],
      masquerade: wanted["masquerade"],
      endpoints: set(wanted["endpoints"]),
    });
    const sum = (probabilities as readonly number[]).reduce((total, share) => total + share, 0);
    expect(sum).toBeCloseTo(wanted["verdict"] === "dnat" ? 1 : 0, 9);
  });
});

describe("dig", () => {
  const records = (value: unknown): readonly string[] =>
    set(
      (value as readonly { data: string; type: string }[]).map((record) =>
        record.type === "SOA" ? { ...record, data: record.data.replace(/^(\S+ \S+) \S+/, "$1 *") } : record,
      ),
    );
  test.each(rows("../core/dns/fixtures/dns.jsonl"))("%s", (_, { request, expect: wanted }) => {
    const result = resultOf(request);
    expect(result["rcode"]).toBe(wanted["rcode"]);
    expect(records(result["answer"])).toEqual(records(wanted["answer"]));
    expect((result["authority"] as readonly { type: string }[]).map(({ type }) => type)).toEqual(wanted["authority"]);
    expect(result["flags"]).toMatchObject(wanted["flags"] as object);
  });
});

describe("resolve", () => {
  test.each(rows("../core/dns/fixtures/resolver.jsonl"))("%s", (_, { request, expect: wanted }) => {
    const result = resultOf(request);
    expect(result["server"]).toBe(wanted["server"]);
    expect(result["queries"]).toEqual(wanted["queries"]);
    if (wanted["answer"] !== undefined) expect(set(result["answer"])).toEqual(set(wanted["answer"]));
    expect(result["error"] === null).toBe(wanted["error"] === undefined);
  });
});

describe("dns-message", () => {
  test.each(rows("../core/dns/fixtures/wire.jsonl"))("%s", (_, { request, expect: wanted }) => {
    expect(resultOf(request)["hex"]).toBe(wanted["hex"]);
  });
});

describe("api", () => {
  test.each(rows("../core/api/fixtures/validation.jsonl"))("%s", (_, { request, expect: wanted }) => {
    const result = resultOf(request);
    expect(isObject(result["object"])).toBe(wanted["valid"]);
    if (wanted["valid"] === true) return;
    const causes = at(result, "status", "details", "causes") as readonly { field: string; message: string }[];
    const errors = wanted["errors"] as readonly { field: string; contains: string }[];
    expect(causes.map(({ field }) => field)).toEqual(errors.map(({ field }) => field));
    errors.forEach(({ contains }, i) => expect(causes[i]?.message).toContain(contains));
  });

  test("a deletion of something that is not there is a 404", () => {
    const result = resultOf({
      id: 1,
      command: "api",
      objects: [],
      options: {
        stored: true,
        op: "delete",
        object: { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "default" } },
      },
    });
    expect(at(result, "status", "code")).toBe(404);
  });
});

describe("reconcile", () => {
  interface Slice {
    readonly metadata: { readonly namespace: string; readonly labels: { readonly [key: string]: string } };
    readonly endpoints: readonly { readonly addresses: readonly string[]; readonly conditions: { readonly ready: boolean } }[];
  }
  test.each(rows("../core/controllers/fixtures/endpointslices.jsonl"))("%s", (_, { request, expect: wanted }) => {
    const objects = resultOf(request)["objects"] as readonly { readonly kind: string }[];
    const slices = objects.filter(({ kind }) => kind === "EndpointSlice") as unknown as readonly Slice[];
    for (const [service, endpoints] of Object.entries(
      wanted["slices of"] as { readonly [service: string]: readonly { ip: string; ready: boolean }[] | null },
    )) {
      const of = slices.filter(({ metadata }) => `${metadata.namespace}/${metadata.labels["kubernetes.io/service-name"]}` === service);
      expect(of.length > 0).toBe(endpoints !== null);
      const found = of.flatMap((slice) => slice.endpoints).map((endpoint) => `${endpoint.addresses[0]} ${endpoint.conditions.ready}`);
      expect(set([...new Set(found)])).toEqual(set([...new Set((endpoints ?? []).map(({ ip, ready }) => `${ip} ${ready}`))]));
    }
  });
});

describe("reconcile beside the API server", () => {
  const deployment = (more: object): object => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "nginx" }] } },
      ...more,
    },
  });
  const service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web" },
    spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
  };
  const node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n" },
    spec: { podCIDR: "10.1.0.0/24" },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
  const counts = (answer: { readonly [key: string]: unknown }): string => {
    const objects = answer["objects"] as readonly { readonly kind: string; readonly metadata: { readonly namespace?: string } }[];
    const own = objects.filter(({ metadata }) => metadata.namespace === "default").map(({ kind }) => kind);
    return [...new Set(own)]
      .sort()
      .map((kind) => `${own.filter((each) => each === kind).length} ${kind}`)
      .join(", ");
  };
  test.each([
    ["manifests in the default cluster", [deployment({}), service], {}, "1 Deployment, 2 EndpointSlice, 2 Pod, 1 ReplicaSet, 2 Service"],
    [
      "manifests, one controller",
      [deployment({}), service],
      { controllers: ["deployment"] },
      "1 Deployment, 1 EndpointSlice, 1 ReplicaSet, 2 Service",
    ],
    ["stored objects", [deployment({}), service, node], { stored: true }, "1 Deployment, 1 EndpointSlice, 2 Pod, 1 ReplicaSet, 1 Service"],
  ])("%s", (_, objects, options, wanted) => {
    expect(counts(resultOf({ id: 1, command: "reconcile", objects, options }))).toBe(wanted);
  });
  test("of files", () => {
    const files = [{ name: "web.yaml", text: JSON.stringify(deployment({})) }];
    expect(counts(resultOf({ id: 1, command: "reconcile", files, options: {} }))).toContain("2 Pod, 1 ReplicaSet");
  });
});

describe("a batch", () => {
  async function* lines(...texts: readonly string[]): AsyncGenerator<string> {
    yield* texts;
  }

  test("answers in order, and a bad line does not end it", async () => {
    const out: string[] = [];
    const good = JSON.stringify({ id: "c", command: "rules", objects: [], options: { node: "node-1" } });
    await runBatch(
      lines("{", "[]", "", '{"id":"b","command":"juggle"}', good, '{"id":"d","command":"rules","options":{"node":"node-9"}}'),
      (text) => out.push(text),
    );
    const answers = out.map(
      (text) => JSON.parse(text) as { id: unknown; ok: boolean; error?: { message: string }; result?: { text: string } },
    );
    expect(answers.map(({ id, ok }) => [id, ok])).toEqual([
      [null, false],
      [null, false],
      ["b", false],
      ["c", true],
      ["d", false],
    ]);
    expect(answers[2]?.error?.message).toBe('unknown command "juggle"');
    expect(answers[3]?.result?.text).toContain("-A KUBE-SERVICES -d 10.96.0.1/32");
    expect(answers[4]?.error?.message).toBe("there is no node node-9; there are control-plane, node-1, node-2, node-3");
  });

  test("says where rules given as text are wrong", () => {
    const options = { rules: "*nat\n-A FOO -j BAR\nCOMMIT\n", address: "192.168.0.1", src: "192.0.2.9", dst: "192.0.2.1:80" };
    expect(answerLine(JSON.stringify({ id: 1, command: "packet", options }))).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/^rules:2: ./) },
    });
  });

  test("a trace of manifests given with their text", () => {
    const files = [
      {
        name: "client.yaml",
        text: "apiVersion: v1\nkind: Pod\nmetadata: { name: client }\nspec: { containers: [ { name: c, image: curlimages/curl, command: [sleep, infinity] } ] }\n",
      },
    ];
    const result = resultOf({ id: 1, command: "trace", files, options: { from: "client", to: "http://nowhere" } });
    expect(at(result, "results", 0, "disposition")).toBe("dns-failed");
    expect(at(result, "results", 0, "dns", "queries")).toEqual([
      "nowhere.default.svc.cluster.local.",
      "nowhere.svc.cluster.local.",
      "nowhere.cluster.local.",
      "nowhere.",
    ]);
  });

  test("manifests with a mistake answer with its place", () => {
    const files = [
      { name: "bad.yaml", text: "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { ports: [ { port: 70000 } ] }\n" },
    ];
    const answer = answerLine(JSON.stringify({ id: 1, command: "trace", files, options: { from: "client", to: "web" } }));
    expect(answer.ok ? "" : answer.error.message).toMatch(/^bad\.yaml:4:26: .*must be between 1 and 65535, inclusive/);
  });
});
