/** Network policies from the command line, enforced and not. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { web } from "../core/simulation/testing.ts";
import { main } from "./main.ts";

let folder = "";
const DENY = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: deny }
spec: { podSelector: { matchLabels: { app: web } } }
`;
const IGNORED = `apiVersion: v1
kind: Namespace
metadata: { name: kube-system, annotations: { kubehop.dev/network-policy: ignored } }
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubehop-policies-"));
  writeFileSync(join(folder, "web.yaml"), web({ replicas: 1 }) + DENY);
  writeFileSync(join(folder, "cluster.yaml"), IGNORED);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function kubehop(line: string): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
  let [out, err] = ["", ""];
  const exit = await main(line.replaceAll("@", `${folder}/`).split(" "), {
    out: (text) => (out += text),
    err: (text) => (err += text),
    file: () => undefined,
    input: () => "",
    lines: async function* () {},
  });
  return { exit, out, err };
}

test("a policy's rule drops the request, and is named", async () => {
  const { out } = await kubehop("trace @web.yaml --from client --to http://web --seed 1");
  expect(out).toMatch(/not let in to default\/web-\S+ by deny/);
  expect((await kubehop("rules @web.yaml --node node-1")).out).toContain(":CNI-POLICY - [0:0]");
});

test("a cluster whose plugin ignores them: the request is answered, no rule stands for them, and check says so", async () => {
  expect((await kubehop("trace @web.yaml @cluster.yaml --from client --to http://web")).out).toContain("200 OK");
  expect((await kubehop("rules @web.yaml @cluster.yaml --node node-1")).out).not.toMatch(/CNI-(POLICY|IN|EG|NP)/);
  const { out, err } = await kubehop("check @web.yaml @cluster.yaml");
  expect(out + err).toContain("policy-not-enforced");
});
