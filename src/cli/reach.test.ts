import { expect, test } from "vitest";
import { web } from "../core/simulation/testing.ts";
import { answerLine } from "./batch.ts";
import { main } from "./main.ts";

async function kubehop(
  line: readonly string[],
  input: string,
): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
  let [out, err] = ["", ""];
  const none = async function* (): AsyncGenerator<string> {};
  const file = (): void => {
    throw new Error("nothing is written");
  };
  const exit = await main(line, { out: (text) => (out += text), err: (text) => (err += text), file, input: () => input, lines: none });
  return { exit, out, err };
}

const LOCAL = web({ replicas: 1, extra: "type: NodePort\nexternalTrafficPolicy: Local", port: "{ port: 80, nodePort: 30080 }" });

test("a table: what happens, and whose address is seen", async () => {
  const { exit, out } = await kubehop(["reach", "-", "web"], LOCAL);
  expect(exit).toBe(0);
  const lines = out.split("\n").map((line) => line.replace(/ {2,}/g, "  "));
  expect([lines[0], ...lines.slice(2, 4), ...lines.slice(-6)]).toEqual([
    "default/web port 80/TCP",
    "FROM  ClusterIP  Node port  Node port  Its own node's port  Node port, localhost",
    "  10.104.202.168:80  control-plane:30080 and 2 more  node-1:30080  :30080  127.0.0.1:30080",
    "  control-plane  seen as the client  seen as the client  seen as the client  seen as control-plane",
    "Outside  dropped, no route leads there  dropped, no local endpoint  reaches, 1 endpoint",
    "  client, laptop  seen as the client",
    "",
    "Where the cluster has no such Pod, one without labels was imagined, at an address that is free.",
    "",
  ]);
});

test("--explain names the rule that stops a packet", async () => {
  const { out } = await kubehop(["reach", "-", "svc/web", "--explain"], LOCAL);
  expect(out).toContain(
    "Outside, client, laptop -> Node port 192.168.10.10:30080\n  100% dropped: a rule of control-plane, filter -A KUBE-EXTERNAL-SERVICES",
  );
});

test("--json, and the same in a batch", async () => {
  const { out } = await kubehop(["reach", "-", "default/web", "--json"], LOCAL);
  const json = JSON.parse(out) as {
    readonly ports: readonly {
      readonly rows: readonly { readonly kind: string; readonly from: string; readonly cells: readonly unknown[] }[];
    }[];
  };
  const outside = json.ports[0]?.rows.find(({ kind }) => kind === "outside");
  expect(outside).toMatchObject({ from: "external", others: ["laptop"] });
  expect(outside?.cells[2]).toMatchObject({
    to: "192.168.10.11:30080",
    word: "reaches",
    ends: [{ probability: 1, felt: "reaches", sourceSeen: "203.0.113.24", sourceOf: "client", because: null }],
  });
  const batch = answerLine(
    JSON.stringify({ id: 7, command: "reach", files: [{ name: "web.yaml", text: LOCAL }], options: { service: "web" } }),
  );
  expect(batch).toEqual({ id: 7, ok: true, result: json });
});

test("after a step: the cluster as it is then", async () => {
  const { out } = await kubehop(["reach", "-", "web", "--do", "scale deploy/web 0"], LOCAL);
  expect(out).toContain("refused, no endpoints");
});

test.each([
  [["reach", "-", "wbe"], "there is no Service default/wbe; there are default/kubernetes, default/web, kube-system/kube-dns"],
  [["reach", "web"], "reach takes FILE… SERVICE"],
])("%j is a mistake in one line", async (line, want) => {
  const { exit, err } = await kubehop(line, LOCAL);
  expect([exit, err]).toEqual([2, `kubehop: ${want}\n`]);
});
