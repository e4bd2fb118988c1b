/**
 * How many addresses each node's rules hold for the lesson's Service, read from the rules themselves: the jumps out of the chain
 * that its ClusterIP's traffic goes to. In modes without such a chain nothing is said.
 */
import type { NamespacedName } from "../../core/base/names.ts";
import type { RulesView, ServiceView } from "../../core/simulation/view.ts";
import { ask } from "../state/commands.ts";
import { getState } from "../state/store.ts";

/** Endpoints that a node's iptables rules can send a connection to this Service's address to; null: they say nothing of it. */
export function addressesIn({ tables }: RulesView, service: ServiceView): number | null {
  const nat = tables.find(({ name }) => name === "nat");
  const rows = (chain: string): readonly string[] =>
    nat?.chains.find(({ name }) => name === chain)?.rows.map(({ rule }) => rule.text) ?? [];
  const address = service.clusterIps[0];
  if (nat === undefined || address === undefined || service.headless) return null;
  const jump = rows("KUBE-SERVICES").find((text) => text.includes(` -d ${address}/32 `) || text.includes(` -d ${address}/128 `));
  const chain = /-j (KUBE-SVC-\S+|KUBE-SVL-\S+)/.exec(jump ?? "")?.[1];
  if (chain === undefined) return rows("KUBE-SERVICES").length === 0 ? null : 0;
  const endpoints = rows(chain).flatMap((text) => /-j (KUBE-SEP-\S+)/.exec(text)?.[1] ?? []);
  return new Set(endpoints).size;
}

/** From the fullest to the shortest. */
export function listWords(count: number, service: string): readonly string[] {
  const addresses = count === 0 ? "no address" : count === 1 ? "1 address" : `${count} addresses`;
  return [`${addresses} for ${service}`, addresses];
}

/** What each gate may say, by node. */
export async function gateLists(key: NamespacedName): Promise<Readonly<Record<string, readonly string[]>>> {
  const { cluster } = getState();
  const service = cluster?.services.find((one) => one.key === key);
  if (cluster === null || service === undefined) return {};
  const family = service.clusterIps[0]?.includes(":") === true ? "IPv6" : "IPv4";
  const lists = await Promise.all(
    cluster.nodes
      .filter(({ proxyMode }) => proxyMode === "iptables")
      .map(async ({ name }): Promise<readonly (readonly [string, readonly string[]])[]> => {
        const reply = await ask({ kind: "rules", node: name, family });
        const count = reply.kind === "rules" && reply.rules !== null ? addressesIn(reply.rules, service) : null;
        return count === null ? [] : [[name, listWords(count, service.name)]];
      }),
  );
  return Object.fromEntries(lists.flat());
}
