/** Own rules, pasted rules and conntrack from the command line. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "./main.ts";

let folder = "";
const CLUSTER = `
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec: { nodeName: node-2, containers: [{ name: web, image: nginx }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, clusterIP: 10.96.5.5, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: tmp }
spec: { nodeName: node-1, containers: [{ name: tmp, image: busybox, command: [sleep, infinity] }] }
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubehop-own-"));
  writeFileSync(join(folder, "web.yaml"), CLUSTER);
  writeFileSync(join(folder, "mine"), "iptables -I FORWARD -p tcp --dport 80 -j REJECT\nip6tables -A INPUT -j ACCEPT\n");
  writeFileSync(join(folder, "wrong"), "iptables -A FORWARD -j ACCEPT\niptables -A FORWARD -m owner --uid-owner 0 -j DROP\n");
  writeFileSync(
    join(folder, "saved"),
    "*filter\n:INPUT DROP [0:0]\n-A INPUT -m u32 --u32 0 -j ACCEPT\n-A INPUT -i lan0 -j ACCEPT\nCOMMIT\n",
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

async function kubehop(line: string): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
  let [out, err] = ["", ""];
  const words = line.match(/"[^"]*"|\S+/g)?.map((word) => word.replaceAll('"', "").replaceAll("@", `${folder}/`)) ?? [];
  const exit = await main(words, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    file: () => undefined,
    input: () => "",
    lines: async function* () {},
  });
  return { exit, out: out.replaceAll(`${folder}/`, "@"), err: err.replaceAll(`${folder}/`, "@") };
}

test("own rules stand among the node's rules, and not in what kube-proxy hands over", async () => {
  const rules = await kubehop('rules @web.yaml --node node-1 --do "own-rules all @mine"');
  expect(rules.out).toContain("\n-A FORWARD -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable\n");
  const six = await kubehop('rules @web.yaml --node node-1 --family ipv6 --do "own-rules node-1 @mine"');
  expect(six.out).toContain("\n-A INPUT -j ACCEPT\n");
  const sync = await kubehop('rules @web.yaml --node node-1 --sync --do "own-rules all @mine"');
  expect(sync.out).not.toContain("--dport 80 -j REJECT");
  const gone = await kubehop('rules @web.yaml --node node-1 --do "own-rules all @mine" --do "own-rules all"');
  expect(gone.out).not.toContain("--dport 80 -j REJECT");
});

test("a trace names whose rule it was", async () => {
  const trace = await kubehop('trace @web.yaml --from tmp --to http://10.96.5.5 --do "own-rules all @mine"');
  expect(trace.exit).toBe(1);
  expect(trace.out).toContain(
    "rejected with icmp-port-unreachable by -A FORWARD -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable, a rule of your own",
  );
  const packet = await kubehop('packet @web.yaml --node node-1 --src 10.244.9.9 --dst 10.244.2.2:80 --do "own-rules node-1 @mine"');
  expect(packet.out).toContain("(a rule of your own)");
});

test.each([
  ["own-rules node-1 @wrong", 'kubehop: --do "own-rules node-1 @wrong": line 2: not modelled: -m owner --uid-owner 0\n'],
  ["own-rules node-9 @mine", "kubehop: --do: there is no node node-9; there are control-plane, node-1, node-2, node-3\n"],
  ["own-rules", 'kubehop: --do "own-rules": usage: own-rules NODE|all [FILE] [--at DURATION]\n'],
])("refused: %s", async (step, said) => {
  const ran = await kubehop(`rules @web.yaml --node node-1 --do "${step}"`);
  expect([ran.exit, ran.err]).toEqual([2, said]);
});

test("conntrack of each node on the way, as the program prints it", async () => {
  const first = await kubehop("conntrack @web.yaml --node node-1 --from tmp --to http://10.96.5.5");
  expect(first.out).toMatch(
    /^tcp {6}6 \d+ TIME_WAIT src=10\.244\.\d+\.\d+ dst=10\.96\.5\.5 sport=\d+ dport=80 src=10\.244\.\d+\.\d+ dst=10\.244\.\d+\.\d+ sport=80 dport=\d+ \[ASSURED\] mark=0 use=1\n$/,
  );
  const second = await kubehop("conntrack @web.yaml --node node-2 --from tmp --to http://10.96.5.5");
  expect(second.out).not.toContain("10.96.5.5");
  expect(second.out).toContain("[ASSURED]");
  expect((await kubehop("conntrack @web.yaml --node node-1 --family ipv6 --from tmp --to http://10.96.5.5")).out).toBe("");
  expect((await kubehop("conntrack @web.yaml --node node-9")).err).toContain("there is no node node-9");
});

test("pasted rules: interfaces, and lines that are not modelled", async () => {
  const ask = "packet --rules @saved --address 192.168.1.11 --src 192.168.1.9 --dst 192.168.1.11:22";
  const out = (await kubehop(ask)).out;
  expect(out).toContain("unmodelled");
  expect(out).toContain("100.00%  ends where nobody knows: a rule that is not modelled: -A INPUT -m u32 --u32 0 -j ACCEPT");
  expect(out).toContain("@saved:3: not modelled: -m u32 --u32 0");
  const json = JSON.parse((await kubehop(`${ask} --json`)).out) as { readonly unmodelled: unknown; readonly remarks: unknown };
  expect(json.unmodelled).toEqual([{ what: "a rule that is not modelled: -A INPUT -m u32 --u32 0 -j ACCEPT", probability: 1 }]);
  writeFileSync(join(folder, "lan"), "*filter\n:INPUT DROP [0:0]\n-A INPUT -i lan0 -j ACCEPT\nCOMMIT\n");
  const lan = "packet --rules @lan --address 192.168.1.11 --src 192.168.1.9 --dst 192.168.1.11:22";
  expect((await kubehop(lan)).out).toContain("drop");
  expect((await kubehop(`${lan} --in-interface lan0`)).out).toContain("accept");
});
