import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Journey } from "../../core/network/trace.ts";
import { cluster, send, web } from "../../core/simulation/testing.ts";
import { crc32c, internetChecksum } from "./checksums.ts";
import { frameOf } from "./frames.ts";
import { captureOf } from "./pcapng.ts";
import { sightingsOf } from "./sightings.ts";

const EPOCH = 1_767_225_600;
const DUAL_STACK = `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
networking: { podSubnet: "10.244.0.0/16,fd00:10:244::/56", serviceSubnet: "10.96.0.0/16,fd00:10:96::/112" }
---
`;
const NODE_PORT = "type: NodePort";

/** One request of each kind that makes other packets: names, refusals, ICMP, UDP, SCTP, both families. */
function traffic(): readonly Journey[] {
  const plain = cluster(web({ extra: NODE_PORT }));
  const nodePort = plain.view().services.find(({ key }) => key === "default/web")?.ports[0]?.nodePort ?? 0;
  const nobody = cluster(web({ selector: "nobody" }));
  const closed = cluster(web({ port: "{ port: 80, targetPort: 81 }" }));
  return [
    ...send(plain, "default/client", "http://web", { count: 3 }),
    ...send(plain, "default/client", "http://no-such-name"),
    ...send(plain, "outside/external", `http://192.168.10.11:${nodePort}`, { count: 3 }),
    ...send(plain, "default/client", "web:80", { protocol: "UDP" }),
    ...send(plain, "default/client", "web:80", { protocol: "SCTP" }),
    ...send(nobody, "default/client", "http://web"),
    ...send(closed, "default/client", "http://web"),
  ];
}

describe("checksums", () => {
  test.each([
    ["the example of RFC 1071", [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7], 0x220d],
    ["an odd number of octets", [0x01], 0xfeff],
    ["nothing", [], 0xffff],
  ])("%s", (_, bytes, expected) => {
    expect(internetChecksum(new Uint8Array(bytes))).toBe(expected);
  });

  test("pieces count as one text, also after an odd one", () => {
    expect(internetChecksum(new Uint8Array([1]), new Uint8Array([2, 3]))).toBe(internetChecksum(new Uint8Array([1, 2, 3])));
  });

  test("CRC-32C of 123456789", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  });
});

describe("sightings", () => {
  test("a request is seen with the Service's address before the rules and with the Pod's after them", () => {
    const [journey] = send(cluster(web()), "default/client", "http://web");
    if (journey === undefined) throw new Error("nothing was sent");
    const syn = sightingsOf([journey]).filter(({ packet }) => packet.purpose === "syn");
    const service = syn[0]?.header.dst ?? "";
    expect(syn[0]).toMatchObject({ interface: "pod default/client", direction: "out", ttl: 64 });
    expect(syn.at(-1)?.interface).toBe(`pod ${journey.pod}`);
    expect(syn.at(-1)?.header.dst).toBe(journey.endpoint?.replace(":80", ""));
    expect(service).not.toBe(syn.at(-1)?.header.dst);
  });

  test("every packet carries as many octets as the trace counted", () => {
    for (const { packets } of traffic()) {
      for (const { payload, payloadBytes, purpose } of packets) {
        if (payload?.kind === "text") expect(payload.text.length, purpose).toBe(payloadBytes);
        if (purpose === "icmp-error" || payloadBytes === 0) expect(payload).toBeNull();
        else expect(payload).not.toBeNull();
      }
    }
  });

  test("times never go back", () => {
    const at = sightingsOf(traffic().slice(0, 3)).map((sighting) => sighting.at);
    expect(at).toEqual([...at].sort((a, b) => a - b));
  });
});

test("an interface of choice hears only what passes it", () => {
  const journeys = send(cluster(web()), "default/client", "http://web");
  const all = captureOf(journeys, { epochSeconds: EPOCH });
  const one = captureOf(journeys, { epochSeconds: EPOCH, interfaces: ["pod default/client"] });
  expect(one.length).toBeLessThan(all.length);
  expect(sightingsOf(journeys).some((sighting) => sighting.interface === "pod default/client")).toBe(true);
});

test("the frame of a known packet, octet for octet", () => {
  const [journey] = send(cluster(web()), "default/client", "http://web");
  const sighting = sightingsOf(journey === undefined ? [] : [journey]).find(({ packet }) => packet.purpose === "syn");
  if (sighting === undefined) throw new Error("no SYN");
  const hex = Buffer.from(frameOf(sighting)).toString("hex");
  expect(hex).toMatch(/^0a58[0-9a-f]{8}0a58[0-9a-f]{8}08004500002c[0-9a-f]{4}40004006/);
  expect(hex).toMatch(/6002faf0[0-9a-f]{4}0000020405b4$/);
});

const hasTshark = spawnSync("tshark", ["--version"]).status === 0;
const title = hasTshark ? "tshark" : "tshark is not installed: no capture is dissected by it";

describe.skipIf(!hasTshark)(title, () => {
  function dissect(journeys: readonly Journey[], ...args: readonly string[]): string {
    const folder = mkdtempSync(join(tmpdir(), "kubehop-capture-"));
    try {
      const file = join(folder, "run.pcapng");
      writeFileSync(file, captureOf(journeys, { epochSeconds: EPOCH }));
      const checks = ["ip", "tcp", "udp", "sctp"].flatMap((protocol) => [
        "-o",
        protocol === "sctp" ? "sctp.checksum:TRUE" : `${protocol}.check_checksum:TRUE`,
      ]);
      return execFileSync("tshark", ["-r", file, ...checks, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  const BAD =
    "_ws.malformed || _ws.short || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status == 0 || icmpv6.checksum.status == 0 || sctp.checksum.status == 0";

  test("dissects every packet without a malformed field or a wrong checksum", () => {
    const journeys = traffic();
    expect(dissect(journeys, "-Y", BAD)).toBe("");
    const count = dissect(journeys).trim().split("\n").length;
    expect(count).toBe(sightingsOf(journeys).length);
  });

  test("both families", () => {
    const simulation = cluster(DUAL_STACK + web({ extra: "ipFamilyPolicy: RequireDualStack" }));
    const addresses = simulation.view().services.find(({ key }) => key === "default/web")?.clusterIps ?? [];
    const v6 = addresses.find((address) => address.includes(":")) ?? "";
    const journeys = [...send(simulation, "default/client", `http://[${v6}]`), ...send(simulation, "default/client", `http://[${v6}]:81`)];
    expect(dissect(journeys, "-Y", BAD)).toBe("");
    expect(dissect(journeys, "-Y", "ipv6 && tcp.flags.syn == 1").trim().split("\n").length).toBeGreaterThan(3);
  });

  test("reads names, answers, requests and errors as they are", () => {
    const journeys = traffic();
    const names = ["dns.qry.name", "dns.flags.rcode", "http.response.code", "http.host", "icmp.type", "icmp.code", "sctp.dstport"];
    const rows = dissect(journeys, "-T", "fields", ...names.flatMap((name) => ["-e", name]))
      .split("\n")
      .map((line) => line.split("\t"));
    const column = (name: string, where = (_row: readonly string[]): boolean => true): Set<string | undefined> =>
      new Set(rows.filter(where).map((row) => row[names.indexOf(name)]));
    expect(column("dns.qry.name")).toContain("web.default.svc.cluster.local");
    expect(column("dns.qry.name", (row) => row[1] === "3")).toContain("no-such-name.default.svc.cluster.local");
    expect(column("http.response.code")).toContain("200");
    expect(column("http.host")).toContain("web");
    expect(column("icmp.code", (row) => row[4] === "3")).toContain("3");
    expect(column("sctp.dstport")).toContain("80");
  });
});
