/** `kubehop nslookup`: the look-ups of a first lesson, from Pods of several images, and what stands in their way. */
import { describe, expect, test } from "vitest";
import { answerLine } from "./batch.ts";
import { main } from "./main.ts";

const CLUSTER = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { clusterIP: 10.96.45.12, selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec: { containers: [{ name: nginx, image: "nginx:1.28" }] }
---
apiVersion: v1
kind: Pod
metadata: { name: box }
spec: { containers: [{ name: box, image: "busybox:1.36", command: ["sleep", "infinity"] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: utils, labels: { app: utils } }
spec: { containers: [{ name: utils, image: "registry.k8s.io/e2e-test-images/jessie-dnsutils:1.3", command: ["sleep", "infinity"] }] }
`;

const NO_DNS = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: utils }
spec: { podSelector: { matchLabels: { app: utils } }, policyTypes: [Egress], egress: [] }
`;

interface Ran {
  readonly program: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
  readonly seconds: number;
}

function run(options: { readonly [name: string]: unknown }, more = ""): Ran {
  const line = JSON.stringify({ id: 1, command: "nslookup", files: [{ name: "web.yaml", text: CLUSTER + more }], options });
  const answer = answerLine(line);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.result as Ran; // the command's own answer
}

const NX = (name: string): string => `** server can't find ${name}: NXDOMAIN\n\n`;
const BUSYBOX = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n";
const BIND = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\n";
const WEB = "Name:\tweb.default.svc.cluster.local\nAddress: 10.96.45.12\n";
const RECURSION = ";; Got recursion not available from 10.96.0.10\n";

describe("the three look-ups of a first lesson", () => {
  const missing = NX("web.svc.cluster.local") + NX("web.cluster.local");
  test.each([
    ["box", "web", `${BUSYBOX}${WEB}\n${missing}\n${missing}`, 1],
    ["box", "web.default.svc.cluster.local", `${BUSYBOX}${WEB}\n\n`, 0],
    ["box", "kubernetes.default.svc.cluster.local", `${BUSYBOX}Name:\tkubernetes.default.svc.cluster.local\nAddress: 10.96.0.1\n\n\n`, 0],
    ["utils", "web", `${RECURSION}${BIND}${WEB}${RECURSION}\n`, 0],
    ["utils", "web.default.svc.cluster.local", `${RECURSION.repeat(4)}${BIND}${WEB}${RECURSION}\n`, 0],
    [
      "utils",
      "kubernetes.default.svc.cluster.local",
      `${RECURSION.repeat(4)}${BIND}Name:\tkubernetes.default.svc.cluster.local\nAddress: 10.96.0.1\n${RECURSION}\n`,
      0,
    ],
  ])("%s: nslookup %s", (from, name, stdout, exit) => {
    expect(run({ from, name })).toMatchObject({ program: from === "box" ? "busybox" : "bind", stdout, stderr: "", exit });
  });
});

describe("what stands in the way", () => {
  test("no CoreDNS: the questions are rejected, and both programs say so at once", () => {
    const scaled = { from: "box", name: "web", do: ["scale deploy/kube-system/coredns 0"] };
    expect(run(scaled)).toMatchObject({
      stdout: ";; connection timed out; no servers could be reached\n\n",
      stderr: "nslookup: write to '10.96.0.10': Connection refused\n",
      exit: 1,
      seconds: 0,
    });
    expect(run({ ...scaled, from: "utils" })).toMatchObject({
      stdout: `${";; communications error to 10.96.0.10#53: connection refused\n".repeat(3)};; no servers could be reached\n\n`,
      exit: 1,
      seconds: 0,
    });
  });

  test("a policy that lets nothing out: 15 seconds of silence", () => {
    expect(run({ from: "utils", name: "web" }, NO_DNS)).toMatchObject({
      stdout: `${";; communications error to 10.96.0.10#53: timed out\n".repeat(3)};; no servers could be reached\n\n`,
      exit: 1,
      seconds: 15,
    });
  });
});

test.each([
  [{ from: "box", name: "web", program: "bind" }, "bind"],
  [{ from: "utils", name: "web", program: "busybox" }, "busybox"],
])("the other program where one is named: %j", (options, program) => {
  expect(run(options).program).toBe(program);
});

test("with a type, and with a server of one's own", () => {
  expect(run({ from: "box", name: "cluster.local", type: "ns" }).stdout).toContain(
    "cluster.local\tnameserver = kube-dns.kube-system.svc.cluster.local\n",
  );
  expect(run({ from: "box", name: "web", server: "10.96.0.10" }).stdout).toContain("can't find web: NXDOMAIN");
});

test("on the command line", async () => {
  let out = "";
  let err = "";
  const streams = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    file: () => undefined,
    input: () => CLUSTER,
    lines: async function* () {},
  };
  expect(await main(["nslookup", "-", "--from", "box", "web.default.svc.cluster.local"], streams)).toBe(0);
  expect(out).toBe(`${BUSYBOX}${WEB}\n\n`);
  out = "";
  expect(await main(["nslookup", "-", "--from", "box", "web", "10.96.0.10"], streams)).toBe(1);
  expect(out).toContain("can't find web: NXDOMAIN");
  expect(await main(["nslookup", "-", "web"], streams)).toBe(2);
  expect(err).toContain("--from is missing");
  expect(await main(["nslookup", "-", "--from", "nobody", "web"], streams)).toBe(2);
  expect(err).toContain("there is no Pod default/nobody");
});
