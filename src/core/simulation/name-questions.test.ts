/** What people ask about names, beside the run: it stays as it is. */
import { describe, expect, test } from "vitest";
import { answerNames, type NameAnswer, type NameQuestion } from "./name-questions.ts";
import { Run } from "./run.ts";

const IMAGE = { glibc: "debian:12", musl: "alpine:3.20", busybox: "busybox:1.36" };

function manifests(image: string): string {
  return `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { clusterIP: 10.96.20.20, selector: { app: web }, ports: [{ name: http, port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec: { containers: [{ name: nginx, image: "nginx:1.28" }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: default }
spec: { clusterIP: None, selector: { app: db }, ports: [{ name: postgres, port: 5432 }] }
---
apiVersion: v1
kind: Service
metadata: { name: out }
spec: { type: ExternalName, externalName: www.example.com }
---
apiVersion: v1
kind: Pod
metadata: { name: debug }
spec: { containers: [{ name: box, image: "${image}", command: ["sleep", "infinity"] }] }
`;
}

function started(image = IMAGE.glibc, more = ""): Run {
  const run = new Run({ files: [{ name: "all.yaml", text: manifests(image) + more }] });
  run.settle();
  return run;
}

function asked<K extends NameAnswer["kind"]>(run: Run, question: NameQuestion & { readonly kind: K }): Extract<NameAnswer, { kind: K }> {
  const answer = answerNames(run, question);
  if ("error" in answer || answer.kind !== question.kind) throw new Error(JSON.stringify(answer));
  return answer as Extract<NameAnswer, { kind: K }>; // the kind was looked at
}

const DEBUG = { kind: "pod", pod: "default/debug" } as const;

test.each([
  ["debian", IMAGE.glibc, "glibc"],
  ["alpine", IMAGE.musl, "musl"],
])("the resolver of a %s Pod", (_, image, libc) => {
  expect(asked(started(image), { kind: "resolver", from: DEBUG }).resolver).toEqual({
    file: "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n",
    libc,
    image,
  });
});

test("a node's resolver has no image and no search list", () => {
  expect(asked(started(), { kind: "resolver", from: { kind: "node", node: "node-1" } }).resolver).toEqual({
    file: "nameserver 192.0.2.53\n",
    libc: "glibc",
    image: null,
  });
});

describe("what a Pod's programs print", () => {
  const program = (run: Run, name: string, more: Partial<Extract<NameQuestion, { kind: "program" }>> = {}): ReturnType<typeof output> =>
    output(run, { kind: "program", pod: "default/debug", program: "nslookup", name, type: null, ...more });
  function output(run: Run, question: Extract<NameQuestion, { kind: "program" }>): Extract<NameAnswer, { kind: "program" }>["output"] {
    return asked(run, question).output;
  }

  test("busybox's nslookup asks every search domain, A and AAAA", () => {
    const { text, exit, by, command, questions } = program(started(IMAGE.busybox), "web");
    expect({ by, command, exit, questions }).toEqual({ by: "busybox", command: "nslookup web", exit: 1, questions: 6 });
    expect(text).toContain("Name:\tweb.default.svc.cluster.local\nAddress: 10.96.20.20\n");
    expect(text).toContain("** server can't find web.svc.cluster.local: NXDOMAIN");
  });

  test("BIND's nslookup of a name that nobody knows", () => {
    const { text, exit, by } = program(started(), "nope");
    expect({ by, exit }).toEqual({ by: "bind", exit: 1 });
    expect(text).toContain("** server can't find nope: NXDOMAIN");
  });

  test("dig of one type, with the octets and the clock of the run", () => {
    const { text, command } = program(started(), "_http._tcp.web.default.svc.cluster.local", { program: "dig", type: "srv" });
    expect(command).toBe("dig _http._tcp.web.default.svc.cluster.local SRV");
    expect(text).toContain("0 100 80 web.default.svc.cluster.local.");
    expect(text).toMatch(/;; WHEN: Thu Jan 01 00:00:0\d UTC 2026/);
  });

  test("dig takes an address for its reverse name", () => {
    const { text, command } = program(started(), "10.96.20.20", { program: "dig" });
    expect(command).toBe("dig -x 10.96.20.20");
    expect(text).toContain("web.default.svc.cluster.local.");
  });

  test("where no CoreDNS Pod is ready the port is closed, where a policy drops the question it is silent", () => {
    const run = started();
    for (const { key, role } of run.view().pods) if (role === "dns") run.perform({ kind: "set-ready", pod: key, ready: false });
    expect(program(run, "web").text).toContain("connection refused");
    const shut =
      "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: quiet }\nspec: { podSelector: {}, policyTypes: [Egress] }\n";
    const silent = program(started(IMAGE.glibc, shut), "web", { program: "dig" });
    expect(silent.text).toContain("timed out");
    expect(silent.exit).toBe(9);
  });

  test("an outside name is SERVFAIL where CoreDNS itself does not get out", () => {
    const shut =
      "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: quiet, namespace: kube-system }\nspec: { podSelector: {}, policyTypes: [Egress] }\n";
    expect(program(started(), "www.example.com", { program: "dig" }).text).toContain("status: NOERROR");
    expect(program(started(IMAGE.glibc, shut), "www.example.com", { program: "dig" }).text).toContain("status: SERVFAIL");
    expect(program(started(IMAGE.glibc, shut), "web.default.svc.cluster.local", { program: "dig" }).text).toContain("status: NOERROR");
  });

  test.each([["two words"], [""], [`${"a".repeat(64)}.example.com`]])("%j cannot be asked for", (name) => {
    expect(answerNames(started(), { kind: "program", pod: "default/debug", program: "dig", name, type: null })).toHaveProperty("error");
  });

  test("asking leaves the run as it is, caches and all", () => {
    const run = started();
    const before = run.hash();
    program(run, "www.example.com.");
    program(run, "www.example.com", { program: "dig" });
    asked(run, { kind: "spellings", from: DEBUG, name: "web.default" });
    expect(run.hash()).toBe(before);
  });
});

test.each([
  ["web", ["web 2"]],
  ["web.default", ["web.default 4", "web 2", "web.default.svc.cluster.local. 2"]],
  [
    "web.default.svc.cluster.local",
    ["web.default.svc.cluster.local 8", "web 2", "web.default.svc.cluster.local. 2", "web.default 4", "web.default.svc 6"],
  ],
  ["nope", ["nope 8"]],
])("cheaper ways to spell %s", (name, spellings) => {
  const answer = asked(started(), { kind: "spellings", from: DEBUG, name });
  expect(answer.spellings.map((each) => `${each.name} ${each.questions}`)).toEqual(spellings);
});

test.each([
  [
    "a headless Service without endpoints",
    "default/db",
    ["db.default.svc.cluster.local.: the Service is headless and it has no endpoints: the name itself does not exist"],
  ],
  [
    "an ExternalName",
    "default/out",
    [
      "anything below out.default.svc.cluster.local.: an ExternalName is an alias alone: it has no endpoints, no ports and no address of its own",
    ],
  ],
  ["a Service with a ready endpoint", "default/web", []],
])("what is not in DNS of %s", (_, service, absent) => {
  const answer = asked(started(), { kind: "records", service });
  expect(answer.absent.map(({ name, because }) => `${name}: ${because}`)).toEqual(absent);
});

test("an endpoint that is not ready has no name", () => {
  const run = started();
  run.perform({ kind: "set-ready", pod: "default/web", ready: false });
  const ip = run.view().pods.find(({ key }) => key === "default/web")?.ips[0] ?? "";
  expect(asked(run, { kind: "records", service: "default/web" }).absent).toEqual([
    {
      name: "endpoints of web.default.svc.cluster.local.",
      because: "none of its endpoints is ready; the Service's own name stays, and connections to it are refused",
    },
    { name: `${ip.replaceAll(".", "-")}.web.default.svc.cluster.local.`, because: "Pod web is not ready" },
  ]);
});

test("of a Service with very many endpoints the first are told, and how many there are more", () => {
  const endpoints = Array.from({ length: 900 }, (_, i) => `{ addresses: ["10.1.${Math.floor(i / 250)}.${i % 250}"] }`).join(", ");
  const text = `---
apiVersion: v1
kind: Service
metadata: { name: big }
spec: { ports: [{ port: 80 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: big-1, labels: { kubernetes.io/service-name: big } }
addressType: IPv4
ports: [{ port: 80, name: "" }]
endpoints: [${endpoints}]
`;
  const answer = asked(started(IMAGE.glibc, text), { kind: "records", service: "default/big" });
  expect(answer.more).toBe(800);
  expect(answer.records?.rows.filter(({ of, type }) => of === "endpoint" && type === "A")).toHaveLength(100);
  expect(answer.records?.rows.filter(({ of }) => of === "reverse")).toHaveLength(101);
});
