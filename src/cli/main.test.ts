import { describe, expect, test } from "vitest";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { web } from "../core/simulation/testing.ts";
import { main } from "./main.ts";
import { processStreams } from "./process-streams.ts";

const { file } = processStreams();
let folder = "";
let manifest = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubehop-cli-"));
  manifest = join(folder, "web.yaml");
  writeFileSync(manifest, web({ extra: "type: NodePort", port: "{ port: 80, nodePort: 30080 }" }));
  writeFileSync(join(folder, "typo.yaml"), web({ selector: "webb" }));
  writeFileSync(
    join(folder, "bad.yaml"),
    "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec:\n  type: Cluster\n  ports: [ { port: 80 } ]\n",
  );
  writeFileSync(join(folder, "binary.yaml"), Buffer.from([0xff, 0xfe, 0x00, 0x41]));
});

afterAll(() => rmSync(folder, { recursive: true }));

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line; `@` at the start of a word is the test's folder. */
async function kubehop(line: readonly string[], input = ""): Promise<Ran> {
  let out = "";
  let err = "";
  const exit = await main(
    line.map((word) => word.replace(/^@/, `${folder}/`)),
    {
      out: (text) => (out += text),
      err: (text) => (err += text),
      file,
      input: () => input,
      lines: async function* () {
        yield* input.split("\n");
      },
    },
  );
  return { exit, out, err: err.replaceAll(`${folder}/`, "@") };
}

describe("a mistake in how it was asked is one clear line, exit status 2", () => {
  test.each([
    [
      [],
      "kubehop: which command? One of check, trace, packet, conntrack, rules, nslookup, dig, kubectl, reach, pcap, replay, batch (kubehop --help)",
    ],
    [
      ["juggle"],
      'kubehop: unknown command "juggle"; one of check, trace, packet, conntrack, rules, nslookup, dig, kubectl, reach, pcap, replay, batch',
    ],
    [["check"], "kubehop: no FILE given; - reads standard input"],
    [["check", "@none.yaml"], "kubehop: @none.yaml cannot be read: there is no such file"],
    [["check", "@binary.yaml"], "kubehop: @binary.yaml cannot be read: it is not UTF-8 text"],
    [["check", "@web.yaml", "--loud"], "kubehop: Unknown option '--loud'; usage: kubehop check FILE…"],
    [["rules", "@web.yaml", "--after", "-1s"], "kubehop: Option '--after' argument is ambiguous; usage: kubehop rules FILE… --node NODE"],
    [["trace", "@web.yaml", "--to", "http://web"], "kubehop: --from is missing"],
    [["trace", "@web.yaml", "--from", "nobody", "--to", "http://web"], "kubehop: There is no Pod default/nobody."],
    [
      ["trace", "@web.yaml", "--from", "client", "--to", "http://web", "--count", "many"],
      'kubehop: --count takes a whole number from 1, not "many"',
    ],
    [
      ["trace", "@web.yaml", "--from", "client", "--to", "http://web", "--at", "soon"],
      'kubehop: --at takes a duration such as 500ms or 1m30s, not "soon"',
    ],
    [["trace", "@web.yaml", "--from", "deploy/none", "--to", "http://web"], "kubehop: --from: Deployment default/none has no Pod"],
    [["packet", "@web.yaml", "--src", "10.0.0.1", "--dst", "10.0.0.2:80"], "kubehop: --node is missing"],
    [
      ["packet", "@web.yaml", "--node", "node-1", "--src", "10.0.0.1", "--dst", "10.0.0.2"],
      'kubehop: --dst takes IP:PORT or [IPv6]:PORT, not "10.0.0.2"',
    ],
    [
      ["packet", "@web.yaml", "--node", "node-1", "--src", "fd00::1", "--dst", "10.0.0.2:80"],
      "kubehop: --src fd00::1 and --dst 10.0.0.2 are of different families",
    ],
    [
      ["packet", "--rules", "@none", "--address", "10.0.0.1", "--src", "10.0.0.1", "--dst", "10.0.0.2:80"],
      "kubehop: @none cannot be read: there is no such file",
    ],
    [["rules", "@web.yaml", "--node", "node-7"], "kubehop: there is no node node-7; there are control-plane, node-1, node-2, node-3"],
    [["rules", "@web.yaml", "--node", "node-1", "--mode", "ebpf"], 'kubehop: --mode takes iptables, nftables, ipvs, not "ebpf"'],
    [["dig", "@web.yaml"], "kubehop: dig takes FILE… NAME [TYPE]"],
    [["dig", "@web.yaml", "web", "--from", "nobody"], "kubehop: --from: there is no Pod default/nobody"],
    [["check", "@web.yaml", "--now", "yesterday"], 'kubehop: --now takes an instant such as 2026-01-01T00:00:00Z, not "yesterday"'],
  ])("%j", async (line, error) => {
    expect(await kubehop(line)).toEqual({ exit: 2, out: "", err: `${error}\n` });
  });
});

describe("check", () => {
  test("a good manifest has nothing to say", async () => {
    expect(await kubehop(["check", "@web.yaml"])).toEqual({ exit: 0, out: "", err: "" });
  });
  test("a mistake is shown at its characters", async () => {
    const { exit, out } = await kubehop(["check", "@bad.yaml"]);
    expect(exit).toBe(1);
    expect(out.replace(`${folder}/`, "")).toMatch(
      /^bad\.yaml:5:9: error: spec\.type: Unsupported value: "Cluster": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort" \[/,
    );
    const json = JSON.parse((await kubehop(["check", "@bad.yaml", "--json"])).out) as readonly { readonly [key: string]: unknown }[];
    expect(json[0]).toMatchObject({ document: 0, line: 5, column: 9, severity: "error", field: "spec.type" });
  });
  test("standard input and folders", async () => {
    expect((await kubehop(["check", "-"], "kind: [")).out).toMatch(/^-:1:\d+: error: /);
    expect((await kubehop(["check", `${folder}`])).err).toContain("binary.yaml cannot be read");
  });
});

describe("trace", () => {
  test("delivered: exit status 0, the hops in words", async () => {
    const { exit, out } = await kubehop(["trace", "@web.yaml", "--from", "client", "--to", "http://web"]);
    expect(exit).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^ {5}0\.000 ms {3}0 dns-query +pod default\/client +sends 10\.244\.1\.2:\d+ -> 10\.96\.0\.10:53$/);
    expect(out).toMatch(/syn +rules of node-1 +rewritten for default\/web: destination 10\.\d+\.\d+\.\d+:80 becomes 10\.244\.\d+\.\d+:80/);
    expect(lines.at(-1)).toMatch(
      /^delivered to default\/web-[a-z0-9]+-[a-z0-9]{5} \(10\.244\.\d+\.\d+:80\): HTTP\/1\.1 200 OK <!DOCTYPE html>$/,
    );
  });

  test("--json has the documented shape", async () => {
    const { exit, out } = await kubehop([
      "trace",
      "@web.yaml",
      "--from",
      "external",
      "--to",
      "http://192.168.10.12:30080",
      "--count",
      "2",
      "--json",
      "--seed",
      "7",
    ]);
    expect(exit).toBe(0);
    const json = JSON.parse(out) as {
      results: readonly { readonly [key: string]: unknown }[];
      candidates: readonly { readonly probability: number }[];
    };
    expect(json).toMatchObject({ from: "external", to: "http://192.168.10.12:30080", seed: 7 });
    expect(json.results).toHaveLength(2);
    expect(json.results[0]).toMatchObject({ disposition: "delivered", cause: null, service: "default/web", masqueraded: true, dns: null });
    const hops = json.results[0]?.["hops"] as readonly { at: number; where: string; step: string; rule: string | null; before?: object }[];
    expect(hops[0]).toMatchObject({ at: 0, where: "outside external", rule: null });
    expect(hops[0]).not.toHaveProperty("before");
    expect(hops.map(({ at }) => at)).toEqual(hops.map(({ at }) => at).sort((a, b) => a - b));
    expect(hops.find(({ rule }) => rule !== null)?.rule).toMatch(/^-A KUBE-SEP-\w{16} -p tcp .* -j DNAT --to-destination 10\.244\./);
    expect(json.candidates.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12);
  });

  test("not delivered: exit status 1", async () => {
    const { exit, out } = await kubehop(["trace", "@typo.yaml", "--from", "default/client", "--to", "http://web", "--json"]);
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      results: [
        { disposition: "refused", service: "default/web", pod: null, dns: { queries: ["web.default.svc.cluster.local."], error: null } },
      ],
      candidates: [],
    });
  });

  test("--at sends while the cluster still settles", async () => {
    const { exit, out } = await kubehop([
      "trace",
      "@web.yaml",
      "--from",
      "deploy/web",
      "--to",
      "http://10.96.0.1:443",
      "--at",
      "300ms",
      "--json",
    ]);
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ results: [{ disposition: "delivered", endpoint: "192.168.10.10:6443" }] });
    const early = await kubehop(["trace", "@web.yaml", "--from", "client", "--to", "http://192.168.10.11:30080", "--at", "300ms"]);
    expect(early.exit).toBe(1);
    expect(early.out).toMatch(/^refused: curl: \(7\) /m);
  });

  test("--quiet says it by the exit status alone", async () => {
    expect(await kubehop(["trace", "@typo.yaml", "--from", "client", "--to", "http://web", "--quiet"])).toEqual({
      exit: 1,
      out: "",
      err: "",
    });
  });

  test("manifests with a mistake: the answer is no", async () => {
    const { exit, err } = await kubehop(["trace", "@bad.yaml", "--from", "client", "--to", "http://web"]);
    expect(exit).toBe(1);
    expect(err).toMatch(/^@bad\.yaml:5:9: spec\.type: Unsupported value/);
  });
});

describe("packet", () => {
  test("one packet against a node's rules", async () => {
    const { exit, out } = await kubehop([
      "packet",
      "@web.yaml",
      "--node",
      "node-1",
      "--src",
      "203.0.113.9",
      "--dst",
      "192.168.10.11:30080",
      "--json",
    ]);
    expect(exit).toBe(0);
    const json = JSON.parse(out) as { rules: readonly { table: string; chain: string; text: string }[]; endpoints: readonly string[] };
    expect(json).toMatchObject({ node: "node-1", verdict: "dnat", masquerade: true, service: "default/web" });
    expect(json.endpoints).toHaveLength(3);
    expect(json.rules.map(({ chain }) => chain.replace(/-\w{16}$/, ""))).toEqual(
      expect.arrayContaining([
        "PREROUTING",
        "KUBE-SERVICES",
        "KUBE-NODEPORTS",
        "KUBE-EXT",
        "KUBE-SVC",
        "KUBE-SEP",
        "POSTROUTING",
        "KUBE-POSTROUTING",
      ]),
    );
  });

  test("the rules decide: any rule text, no cluster", async () => {
    const text = (await kubehop(["rules", "@web.yaml", "--node", "node-1"])).out;
    const file = join(folder, "rules.txt");
    const ask = async (rules: string): Promise<unknown> => {
      writeFileSync(file, rules);
      const { out } = await kubehop([
        "packet",
        "--rules",
        file,
        "--address",
        "192.168.10.11,10.244.1.1",
        "--src",
        "10.244.1.9",
        "--dst",
        "192.168.10.11:30080",
        "--json",
      ]);
      const { verdict, probabilities, service } = JSON.parse(out) as {
        verdict: string;
        probabilities: readonly number[];
        service: string | null;
      };
      return [verdict, probabilities.map((share) => Math.round(share * 1000) / 1000), service];
    };
    expect(await ask(text)).toEqual(["dnat", [0.333, 0.333, 0.333], "default/web"]);
    const svc = (rules: string): string =>
      rules.replace(/(-A KUBE-SVC-\w+ .*default\/web -> .*--probability) 0\.3333\d+/, "$1 0.90000000000");
    expect(await ask(svc(text))).toEqual(["dnat", [0.9, 0.05, 0.05], "default/web"]);
    expect(await ask(text.replace("*filter\n", "*filter\n").replace(/(-A FORWARD )/, "-A FORWARD -s 10.244.1.9/32 -j DROP\n$1"))).toEqual([
      "drop",
      [],
      "default/web",
    ]);
  });
});

describe("rules and dig", () => {
  test("rules print a text with the built-in jumps; --sync has none", async () => {
    const full = (await kubehop(["rules", "@web.yaml", "--node", "node-2"])).out;
    expect(full).toMatch(/^-A PREROUTING .*-j KUBE-SERVICES$/m);
    const sync = (await kubehop(["rules", "@web.yaml", "--node", "node-2", "--sync"])).out;
    expect(sync).toMatch(/^\*filter\n:KUBE-SERVICES - \[0:0\]\n/);
    expect(sync).not.toMatch(/^-A PREROUTING/m);
    expect((await kubehop(["rules", "@web.yaml", "--node", "node-2", "--family", "ipv6", "--json"])).exit).toBe(0);
  });

  test.each([
    [["web.default.svc.cluster.local"], 0, /^web\.default\.svc\.cluster\.local\. 30 IN\tA\t10\./m],
    [["web", "--from", "client"], 0, /<<>> web \+search$[^]*^;web\.default\.svc\.cluster\.local\.\tIN\tA$/m],
    [["web.default.svc.cluster.local"], 0, /^;; WHEN: \w{3} Jan 01 \d\d:\d\d:\d\d UTC 2026$/m],
    [["web.default.svc.cluster.local", "AAAA"], 1, /status: NOERROR/],
    [["webb", "--from", "client"], 1, /status: NXDOMAIN/],
    [["_foo._tcp.web.default.svc.cluster.local", "SRV"], 1, /status: NXDOMAIN/],
  ])("dig %j", async (words, exit, out) => {
    const ran = await kubehop(["dig", "@web.yaml", ...words]);
    expect(ran.exit).toBe(exit);
    expect(ran.out).toMatch(out);
  });

  test("--help lists every command", async () => {
    const { exit, out } = await kubehop(["--help"]);
    expect(exit).toBe(0);
    for (const command of ["check", "trace", "packet", "rules", "nslookup", "dig", "kubectl", "batch"])
      expect(out).toContain(`kubehop ${command}`);
    expect(out).toContain("trace, packet, conntrack, rules, nslookup, dig, kubectl, reach and pcap take --do STEP");
  });

  test.each([
    ["check", []],
    ["rules", ["options: --node, --sync, --family, --do, --after"]],
  ])("%s --help names its options", async (command, options) => {
    const { exit, out } = await kubehop([command, "--help"]);
    expect(exit).toBe(0);
    expect(out.trimEnd().split("\n").slice(2)).toEqual([...options, "common options: --mode, --seed, --now, --stored, --json, --quiet"]);
  });
});

describe("IPv6 addresses stand in brackets before a port", () => {
  const IPV6 = `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking: { ipFamily: ipv6 }\nnodes: [ { role: control-plane }, { role: worker } ]\n---\n`;
  const manifests = IPV6 + web({ replicas: 1 }).replace("nodeName: node-1", "nodeName: kind-worker");

  test.each([
    [["trace", "-", "--from", "client", "--to", "http://web"], /sends \[fd00:[\da-f:]+\]:\d+ -> \[fd00:[\da-f:]+\]:80\n/],
    [["trace", "-", "--from", "client", "--to", "http://web"], /: destination \[fd00:[\da-f:]+\]:80 becomes \[fd00:[\da-f:]+\]:80\n/],
    [
      ["packet", "-", "--node", "kind-worker", "--src", "fd00:10:244:1::9", "--dst", "[fd00:10:96::1]:443"],
      /^fd00:10:244:1::9 -> \[fd00:10:96::1\]:443 \(TCP\)/,
    ],
  ])("%j", async (line, wanted) => {
    expect((await kubehop(line, manifests)).out).toMatch(wanted);
  });
});

describe("who sends", () => {
  test.each([
    ["deploy/web", 0, ""],
    ["deploy/web[2]", 0, ""],
    ["deploy/web[9]", 2, "--from: Deployment default/web has only 3 Pods"],
    ["deploy/web[*]", 2, "--from: deploy/web[*] is 3 Pods; one sends"],
    ["deploy/nobody", 2, "--from: Deployment default/nobody has no Pod"],
  ])("%s", async (from, exit, message) => {
    const ran = await kubehop(["trace", "@web.yaml", "--from", from, "--to", "http://web"]);
    expect(ran.exit).toBe(exit);
    expect(ran.err).toContain(message);
  });
});

describe("pcap", () => {
  const SEND = ["--from", "client", "--to", "http://web"];

  test("writes a capture of every interface on the way", async () => {
    const { exit, out } = await kubehop(["pcap", "@web.yaml", ...SEND, "-o", "@run.pcapng", "--json"]);
    const { packets, interfaces } = JSON.parse(out) as { packets: number; interfaces: string[] };
    const octets = readFileSync(join(folder, "run.pcapng"));
    expect(exit).toBe(0);
    expect(octets.readUInt32LE(0)).toBe(0x0a0d0d0a);
    expect(interfaces).toContain("pod default/client");
    const blocks: number[] = [];
    for (let at = 0; at < octets.length; at += octets.readUInt32LE(at + 4)) blocks.push(octets.readUInt32LE(at));
    expect(blocks.filter((type) => type === 1)).toHaveLength(interfaces.length);
    expect(blocks.filter((type) => type === 6)).toHaveLength(packets);
  });

  test("one interface of choice", async () => {
    const { out } = await kubehop(["pcap", "@web.yaml", ...SEND, "-o", "@one.pcapng", "--interface", "client", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ interfaces: ["pod default/client"] });
  });

  test.each([
    ["no file", [], "--out is missing"],
    ["a folder that is not there", ["-o", "@nowhere/run.pcapng"], "cannot write @nowhere/run.pcapng"],
    ["an interface that is not there", ["-o", "@x.pcapng", "--interface", "nobody"], "there is no pod default/nobody"],
  ])("%s", async (_, more, message) => {
    const { exit, err } = await kubehop(["pcap", "@web.yaml", ...SEND, ...more]);
    expect(exit).toBe(2);
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(1);
  });
});
