/** Packets through the rules of stored clusters, with what upstream kube-proxy's own unit tests expect of them. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readSettings } from "../api/settings.ts";
import { emptyStore, put } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { parseEndpoint } from "../base/address.ts";
import { TCP_SYN } from "../netfilter/packet.ts";
import { odds } from "../netfilter/odds.ts";
import { createNodeStack, setRules } from "../netfilter/stack.ts";
import { routeAnswerer } from "../network/gate.ts";
import { familyOf, isLoopback, localAddresses, topologyOf, UPLINK } from "../network/topology.ts";
import { writeRules } from "./iptables.ts";
import { DEFAULT_PROXY_SETTINGS } from "./settings.ts";
import { proxyInput } from "./sync.ts";

interface Row {
  readonly request: {
    readonly id: string;
    readonly objects: readonly KubeObject[];
    readonly options: { readonly node: string; readonly src: string; readonly dst: string };
  };
  readonly expect: {
    readonly verdict: "dnat" | "accept" | "reject" | "drop";
    readonly endpoints: readonly string[];
    readonly masquerade: boolean;
  };
}

const file = new URL("../../cli/fixtures/proxy-iptables.jsonl", import.meta.url);
const rows = readFileSync(file, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line): [string, Row] => {
    const row = JSON.parse(line) as Row;
    return [row.request.id, row];
  });

function outcome({ objects, options }: Row["request"]): { verdict: string; endpoints: string[]; masquerade: boolean } {
  const store = emptyStore();
  for (const object of objects) if (!object.apiVersion.includes("config.k8s.io")) put(store, object);
  const topology = topologyOf(store, []);
  const node = topology.nodes.get(options.node);
  const destination = parseEndpoint(options.dst);
  if (node === undefined || destination === null) throw new Error(`${options.node}, ${options.dst}`);
  const family = familyOf(destination.address);
  const { proxy } = readSettings(objects, { stored: true }).settings;
  const settings = { ...DEFAULT_PROXY_SETTINGS, ...proxy, clusterCidr: proxy.clusterCIDR };
  const stack = createNodeStack({ node: node.name, localAddresses: localAddresses(node) });
  setRules(stack, writeRules(proxyInput(store, node.name, family, settings)));
  const own = isLoopback(options.src) || localAddresses(node).includes(options.src);
  const packet = {
    family,
    protocol: "TCP",
    src: options.src,
    srcPort: 40000,
    dst: destination.address,
    dstPort: destination.port,
    tcpFlags: TCP_SYN,
  } as const;
  const ways = odds(stack, packet, own ? { hook: "OUTPUT" } : { hook: "PREROUTING", inInterface: UPLINK }, {
    now: 0,
    route: routeAnswerer({ topology }, node),
  });
  const translated = ways.filter((way) => way.translated);
  const [first] = ways;
  return {
    verdict:
      translated.length > 0
        ? "dnat"
        : first?.verdict.kind === "forward" || first?.verdict.kind === "local"
          ? "accept"
          : (first?.verdict.kind ?? "nothing"),
    endpoints: [...new Set(translated.map((way) => way.destination))].sort(),
    masquerade: translated.some((way) => way.masqueraded),
  };
}

describe("packets through kube-proxy's rules", () => {
  it("has examples", () => expect(rows.length).toBeGreaterThan(0));
  it.each(rows)("%s", (_, row) => {
    const { verdict, endpoints, masquerade } = row.expect;
    expect(outcome(row.request)).toEqual({ verdict, endpoints: [...endpoints].sort(), masquerade });
  });
});
