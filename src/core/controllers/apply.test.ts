import { describe, expect, it } from "vitest";
import { at } from "../api/json.ts";
import { MILLISECOND } from "../base/time.ts";
import { get, list } from "../api/store.ts";
import type { Diagnostic } from "../manifests/types.ts";
import { editDistance, nearest } from "./edit-distance.ts";
import { testCluster } from "./test-world.ts";

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: nginx
          image: nginx
          ports:
            - name: http
              containerPort: 80
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - port: 80 # the only one
`;

const BOTH = `${SERVICE}---\n${DEPLOYMENT}`;

/** `line:column severity code message → titles of fixes` */
function said(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(
    ({ range, severity, code, message, fixes }) =>
      `${range.line}:${range.column} ${severity} ${code} ${message}${fixes.map(({ title }) => ` → ${title}`).join("")}`,
  );
}

/** The text after a diagnostic's first fix. */
function fixed(text: string, diagnostics: readonly Diagnostic[], title: string): string {
  const fix = diagnostics.flatMap(({ fixes }) => fixes).find((each) => each.title === title);
  if (fix === undefined) throw new Error(`no fix ${title} among ${JSON.stringify(diagnostics)}`);
  return fix.edits.reduce((done, { start, end, text: put }) => done.slice(0, start) + put + done.slice(end), text);
}

describe("applying", () => {
  it.each([
    [
      "a Node that is refused says so, and the cluster stands",
      "apiVersion: v1\nkind: Node\nmetadata: {name: n1, labels: {a: x y}}\n",
      [/^3:30 error invalid-value metadata.labels: Invalid value: "x y"/],
    ],
    [
      "a Node of other types too",
      "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\nspec: {podCIDR: 5}\n",
      [/^4:17 error wrong-type json: cannot unmarshal number into Go struct field NodeSpec.spec.podCIDR of type string$/],
    ],
    [
      "a list item with nothing in it is an empty one",
      "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n    -\n",
      [
        /^6:6 error invalid-value spec.ports\[0\].port: Invalid value: 0/,
        /^6:6 error invalid-value spec.ports\[0\].targetPort: Invalid value: 0/,
      ],
    ],
    [
      "a kind of another group that has a name of ours",
      "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: web}\n---\napiVersion: example.com/v1\nkind: Deployment\nmetadata: {name: web}\n",
      [],
    ],
  ])("%s", (_name, text, wanted) => {
    expect(said(testCluster().apply(text))).toEqual(wanted.map((each) => expect.stringMatching(each)));
  });

  it("keeps a Knative Service beside the Service of that name", () => {
    const cluster = testCluster();
    cluster.apply(`apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: web}\n---\n${SERVICE}`);
    expect(at(get(cluster.world.store, "Service", "default/web"), "spec", "selector")).toEqual({ app: "web" });
    expect(get(cluster.world.store, "Service.serving.knative.dev", "default/web")).toMatchObject({ apiVersion: "serving.knative.dev/v1" });
  });

  it("keeps a Service's address through edits, and gives the same one to the same Service", () => {
    const cluster = testCluster();
    cluster.apply(BOTH);
    const ip = (): unknown => at(get(cluster.world.store, "Service", "default/web"), "spec", "clusterIP");
    const first = ip();
    cluster.apply(BOTH.replace("port: 80 #", "port: 8080 #"));
    expect(ip()).toBe(first);
    const again = testCluster();
    again.apply(`${DEPLOYMENT}---\n${SERVICE.replace("name: web", "name: other")}---\n${SERVICE}`);
    expect(at(get(again.world.store, "Service", "default/web"), "spec", "clusterIP")).toBe(first);
  });

  it("keeps a node port that nobody wrote", () => {
    const cluster = testCluster();
    const text = SERVICE.replace("spec:", "spec:\n  type: NodePort");
    cluster.apply(text);
    const port = (): unknown => at(get(cluster.world.store, "Service", "default/web"), "spec", "ports", 0, "nodePort");
    const first = port();
    expect(first).toBeGreaterThanOrEqual(30_086);
    cluster.apply(text.replace("app: web", "app: api"));
    expect(port()).toBe(first);
  });

  it("changes nothing when the text says the same", () => {
    const cluster = testCluster();
    cluster.apply(BOTH);
    const before = cluster.world.store.revision;
    cluster.apply(`# a comment\n${BOTH}`);
    expect(cluster.world.store.revision).toBe(before);
    expect(cluster.world.memory.applied.get("Service default/web")).toMatchObject({ file: "test.yaml", document: 0, line: 2 });
  });

  it("takes back a field that the text no longer has", () => {
    const cluster = testCluster();
    cluster.apply(SERVICE.replace("spec:", "spec:\n  sessionAffinity: ClientIP"));
    expect(at(get(cluster.world.store, "Service", "default/web"), "spec", "sessionAffinity")).toBe("ClientIP");
    cluster.apply(SERVICE);
    expect(at(get(cluster.world.store, "Service", "default/web"), "spec")).not.toHaveProperty("sessionAffinityConfig");
    expect(at(get(cluster.world.store, "Service", "default/web"), "spec", "sessionAffinity")).toBe("None");
  });

  it("removes what is gone, and its slices", () => {
    const cluster = testCluster();
    cluster.apply(BOTH);
    expect(cluster.names("EndpointSlice")).toHaveLength(2);
    cluster.apply(DEPLOYMENT);
    expect(cluster.names("Service")).toEqual(["kubernetes"]);
    expect(cluster.names("EndpointSlice")).toEqual(["kubernetes"]);
    expect(cluster.names("Pod")).toHaveLength(2);
  });

  it("puts back what the cluster had brought along", () => {
    const cluster = testCluster();
    const corefile = (): unknown => get(cluster.world.store, "ConfigMap", "kube-system/coredns")?.data?.["Corefile"];
    const original = corefile();
    cluster.apply(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: coredns, namespace: kube-system}\ndata: {Corefile: '.:53 { errors }'}\n",
    );
    expect(corefile()).toBe(".:53 { errors }");
    cluster.apply("");
    expect(corefile()).toBe(original);
  });

  it("keeps the last good object while its document is refused", () => {
    const cluster = testCluster();
    cluster.apply(BOTH);
    const port = (): unknown => at(get(cluster.world.store, "Service", "default/web"), "spec", "ports", 0, "port");
    expect(said(cluster.apply(BOTH.replace("port: 80 #", "port: 99999 #")))).toEqual([
      "9:13 error invalid-value spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive",
      "9:7 error invalid-value spec.ports[0].targetPort: Invalid value: 99999: must be between 1 and 65535, inclusive",
    ]);
    expect(port()).toBe(80);
    cluster.apply(BOTH.replace("name: web", "name: Web"));
    expect(port()).toBe(80);
    cluster.apply(BOTH.replace("port: 80 #", "port: 81 #"));
    expect(port()).toBe(81);
  });

  it("makes Namespaces first, wherever they stand", () => {
    const cluster = testCluster();
    const text = `${SERVICE.replace("name: web", "name: web\n  namespace: shop")}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n`;
    expect(cluster.apply(text).filter(({ severity }) => severity === "error")).toEqual([]);
    expect(cluster.names("Service", "shop")).toEqual(["web"]);
    cluster.apply("");
    expect(cluster.names("Service", "shop")).toEqual([]);
  });

  it("replaces a Pod whose spec was edited, and updates one whose labels were", () => {
    const cluster = testCluster();
    const pod = (more: string): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {app: ${more === "l" ? "b" : "a"}}}\nspec: {containers: [{name: c, image: nginx${more === "p" ? ", ports: [{containerPort: 80}]" : ""}}]}\n`;
    const state = (): readonly unknown[] => [
      get(cluster.world.store, "Pod", "default/a")?.metadata.uid,
      get(cluster.world.store, "Pod", "default/a")?.status.podIP,
    ];
    cluster.apply(pod(""));
    const first = state();
    expect(said(cluster.apply(pod("l")))).toEqual([]);
    expect(state()).toEqual(first);
    expect(said(cluster.apply(pod("p")))).toEqual([
      "4:7 info object-replaced Pod a was deleted and created again: a running Pod's spec cannot change, images aside.",
    ]);
    expect(state()[0]).not.toBe(first[0]);
    expect(state()[1]).not.toBe(first[1]);
    expect(cluster.names("Pod")).toEqual(["a"]);
  });

  it("makes a Pod anew that is put back while it ends, and no second time", () => {
    const cluster = testCluster();
    const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: solo}\nspec: {containers: [{name: c, image: nginx}]}\n";
    const other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: notes}\n";
    cluster.apply(pod + "---\n" + other);
    const uid = get(cluster.world.store, "Pod", "default/solo")?.metadata.uid;
    cluster.apply(other, 200 * MILLISECOND);
    expect(get(cluster.world.store, "Pod", "default/solo")?.metadata.deletionTimestamp).toBeDefined();
    const said = cluster.apply(pod + "---\n" + other);
    expect(said.map(({ code, message }) => [code, message])).toEqual([
      ["object-replaced", "Pod solo was deleted and created again: the Pod of that name was on its way out."],
    ]);
    const again = get(cluster.world.store, "Pod", "default/solo");
    expect(again?.metadata.deletionTimestamp).toBeUndefined();
    expect(again?.metadata.uid).not.toBe(uid);
    expect(again?.status.phase).toBe("Running");
    cluster.apply(other);
    expect(get(cluster.world.store, "Pod", "default/solo")).toBeUndefined();
  });

  it("replaces what cannot change in place", () => {
    const cluster = testCluster();
    cluster.apply(BOTH);
    const before = cluster.names("Pod");
    const other = BOTH.replaceAll("app: web", "app: shop").replace("  selector:", "  clusterIP: 10.96.77.7\n  selector:");
    expect(said(cluster.apply(other)).map((line) => line.replace(/: .*/, ""))).toEqual([
      "6:3 info object-replaced Service web was deleted and created again",
      "17:3 info object-replaced Deployment web was deleted and created again",
    ]);
    expect(at(get(cluster.world.store, "Service", "default/web"), "spec", "clusterIP")).toBe("10.96.77.7");
    expect(cluster.names("Pod")).toHaveLength(2);
    expect(cluster.names("Pod").filter((name) => before.includes(name))).toEqual([]);
    expect(list(cluster.world.store, "EndpointSlice").find(({ metadata }) => metadata.name.startsWith("web"))?.endpoints).toHaveLength(2);
  });

  it("lets a renamed Service keep the port that it asks for", () => {
    const cluster = testCluster();
    const text = BOTH.replace("spec:", "spec:\n  type: NodePort").replace("port: 80 #", "nodePort: 30080\n      port: 80 #");
    cluster.apply(text);
    expect(said(cluster.apply(text.replace("name: web", "name: shop")))).toEqual([]);
    expect(cluster.names("Service")).toEqual(["kubernetes", "shop"]);
  });

  it("takes a removed Node's Pods away", () => {
    const node = (name: string): string => `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}}\n---\n`;
    const cluster = testCluster(node("one") + node("two"));
    cluster.apply(node("one") + node("two") + DEPLOYMENT);
    const on = (): readonly (string | undefined)[] =>
      [...new Set(list(cluster.world.store, "Pod").map(({ spec }) => spec.nodeName))].sort();
    expect(on()).toEqual(["one", "two"]);
    cluster.apply(node("one") + DEPLOYMENT);
    expect(on()).toEqual(["one"]);
    expect(cluster.names("Pod")).toHaveLength(2);
  });
});

describe("what is said", () => {
  it.each([
    [
      "no Namespace",
      SERVICE.replace("name: web", "name: web\n  namespace: nowhere"),
      ['5:14 error namespace-not-found namespaces "nowhere" not found → Add the Namespace nowhere'],
    ],
    ["no kind", "apiVersion: v1\nmetadata: {name: a}\n", ["1:1 error missing-kind error validating data: kind not set"]],
    ["text", "just text\n", ["1:1 error not-an-object error validating data: [apiVersion not set, kind not set]"]],
    ["neither", "a: b\n", ["1:1 error missing-kind error validating data: [apiVersion not set, kind not set]"]],
    [
      "unknown field",
      BOTH.replace("  selector:\n    app: web\n  ports", "  selecter:\n    app: web\n  ports"),
      ['6:3 error unknown-field unknown field "spec.selecter" → Change to selector'],
    ],
    [
      "wrong type",
      BOTH.replace("port: 80 #", 'port: "80" #'),
      ["9:13 error wrong-type json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32"],
    ],
    [
      "the same object twice",
      `${BOTH}---\n${SERVICE}`,
      ["35:9 warning duplicate-object Service web stands at line 1 too; this one wins, as it comes later."],
    ],
    [
      "a bad address is at what was written",
      BOTH.replace("  selector", "  clusterIP: abc\n  selector"),
      ['6:14 error invalid-value spec.clusterIPs[0]: Invalid value: "abc": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
    [
      "a warning of the server",
      BOTH.replace("  selector", "  trafficDistribution: PreferClose\n  selector"),
      ['6:24 warning api-warning spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"'],
    ],
    ["all well", BOTH, []],
  ])("%s", (_name, text, wanted) => {
    expect(said(testCluster().apply(text))).toEqual(wanted);
  });

  it.each([
    [
      "a letter too many",
      "app: webb",
      "7:10 warning selector-matches-nothing No Pod has app=webb. The Pods of Deployment web have app: web. → Change to web",
    ],
    [
      "a longer name",
      "app: web-app",
      "7:10 warning selector-matches-nothing No Pod has app=web-app. The Pods of Deployment web have app: web. → Change to web",
    ],
    [
      "a slip in the key",
      "ap: web",
      "7:5 warning selector-matches-nothing No Pod has ap=web. The Pods of Deployment web have app: web. → Change to app",
    ],
    ["one pair of two that differs", "app: web\n    tier: front", null],
    [
      "nothing like it",
      "app: database",
      "7:5 info selector-matches-nothing Nothing in this input has app=database, so the Service has no endpoints here.",
    ],
  ])("of a selector with %s", (_name, pair, wanted) => {
    const text = BOTH.replace("    app: web\n  ports", `    ${pair}\n  ports`);
    if (wanted === null) {
      const labelled = text.replace("        app: web\n    spec", "        app: web\n        tier: backend\n    spec");
      expect(said(testCluster().apply(labelled))).toEqual([
        "8:11 warning selector-matches-nothing No Pod has app=web,tier=front. The Pods of Deployment web have tier: backend. → Change to backend",
      ]);
      return;
    }
    const diagnostics = testCluster().apply(text);
    expect(said(diagnostics)).toEqual([wanted]);
    expect(diagnostics[0]?.stopsTraffic).toBe(wanted.includes("warning"));
    const title = / → (.*)$/.exec(wanted)?.[1];
    if (title !== undefined) expect(fixed(text, diagnostics, title)).toBe(BOTH);
  });

  it("of a selector whose Pods are in another Namespace", () => {
    const text = `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n${SERVICE.replace("name: web", "name: web\n  namespace: shop")}---\n${DEPLOYMENT}`;
    expect(said(testCluster().apply(text))).toEqual([
      "12:5 warning selector-matches-nothing Nothing here has app=web, but Deployment web of namespace default has. A Service selects Pods of its own namespace only.",
    ]);
  });

  it.each([
    [
      "a number",
      "targetPort: 8080",
      "10:19 warning target-port-not-listening Nothing listens on 8080/TCP in the Pods of Deployment web: image nginx listens on 80. → Change to 80",
    ],
    [
      "a name that no container has",
      "targetPort: web",
      "10:19 warning target-port-name-unknown No container of Deployment web has a TCP port named web: they name http. → Change to http",
    ],
    ["a name that one has", "targetPort: http", null],
  ])("of a target port that is %s", (_name, line, wanted) => {
    const text = BOTH.replace("# the only one", `# the only one\n      ${line}`);
    expect(said(testCluster().apply(text))).toEqual(wanted === null ? [] : [wanted]);
  });

  it("of a port whose target is not written, with a fix that writes it", () => {
    const text = BOTH.replace("port: 80 #", "port: 8080 #");
    const diagnostics = testCluster().apply(text);
    expect(said(diagnostics)).toEqual([
      "9:7 warning target-port-not-listening Nothing listens on 8080/TCP in the Pods of Deployment web: image nginx listens on 80. → Set targetPort to 80",
    ]);
    expect(fixed(text, diagnostics, "Set targetPort to 80")).toContain("    - port: 8080\n      targetPort: 80 # the only one\n");
  });

  it("of an image that is not known is advice, not a reproach", () => {
    const text = BOTH.replace("image: nginx", "image: acme/shop").replace("port: 80 #", "port: 3000 #");
    expect(said(testCluster().apply(text))).toEqual([
      "9:7 info target-port-unknown The image acme/shop is not known here, and its manifest does not name 3000/TCP, so it is taken not to listen there. If it does, say so with the annotation kubehop.dev/listen on its Pods. → Set targetPort to 80",
    ]);
  });

  it("makes the cluster one of both families where an object asks for them", () => {
    const text = SERVICE.replace("spec:", "spec:\n  ipFamilyPolicy: RequireDualStack");
    const better = fixed(text, testCluster().apply(text), "Make the cluster dual-stack");
    const cluster = testCluster(better);
    expect(cluster.apply(better).filter(({ severity }) => severity === "error")).toEqual([]);
    expect(get(cluster.world.store, "Service", "default/web")?.spec.ipFamilies).toEqual(["IPv4", "IPv6"]);
  });

  it("puts an example address where one was blacked out", () => {
    const text = SERVICE.replace("spec:", "spec:\n  externalIPs: [ x.x.x.x ]");
    const better = fixed(text, testCluster().apply(text), "Put an example address: 203.0.113.10");
    expect(better).toContain("externalIPs: [ 203.0.113.10 ]");
    expect(
      testCluster()
        .apply(better)
        .filter(({ severity }) => severity === "error"),
    ).toEqual([]);
  });

  it("adds a Namespace where its document can go", () => {
    const text = SERVICE.replace("name: web", "name: web\n  namespace: nowhere");
    const better = fixed(text, testCluster().apply(text), "Add the Namespace nowhere");
    expect(
      testCluster()
        .apply(better)
        .filter(({ severity }) => severity === "error"),
    ).toEqual([]);
  });
});

describe("near words", () => {
  it.each([
    ["web", "webb", 1],
    ["web", "wbe", 1],
    ["", "abc", 3],
    ["kitten", "sitting", 3],
  ])("%s and %s are %i apart", (a, b, wanted) => {
    expect(editDistance(a, b)).toBe(wanted);
  });

  it("are near only up to a third of their letters", () => {
    expect(nearest("selecter", ["selector", "ports"])).toBe("selector");
    expect(nearest("foo", ["type", "ports"])).toBeNull();
  });
});
