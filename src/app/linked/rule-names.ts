/** What a rule of a node names: its endpoint or its Service, addresses in it, the chain that it hands to. Pure. */
import type { RuleOrigin, RuleRef, TableName } from "../../core/netfilter/rules.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import type { ThingId } from "../../scene/contract.ts";
import { serviceOfPort } from "../state/focus.ts";
import { addressName, chainName, type PointedName } from "../state/pointing-names.ts";
import { addressOf, thingAtAddress } from "./holders.ts";

/** The address that a word of a rule is, with or without a port; null for a range, and for other words. */
function addressOfWord(word: string): string | null {
  const [, whole, prefix] = /^([^/]+)(?:\/(\d+))?$/.exec(word) ?? [];
  if (whole === undefined || (prefix !== undefined && prefix !== "32" && prefix !== "128")) return null;
  const address = addressOf(whole);
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(address) || /^[0-9a-f]*:[0-9a-f:]*:[0-9a-f]*$/.test(address) ? address : null;
}

/** The first is what the rule stands for: the endpoint that it was written for, else the Service. */
export function namesOfRule({ text, origin, table }: Pick<RuleRef, "text" | "origin" | "table">): readonly PointedName[] {
  const bare = text.replace(/--comment (?:"(?:[^"\\]|\\.)*"|\S+)/g, "");
  const addresses = bare.split(" ").map((word) => addressName(addressOfWord(word)));
  const to = / (?:-j|-g) (KUBE-(?:SVC|SVL|EXT|SEP|FW|XLB)-\S+)$/.exec(bare)?.[1];
  const all = [...namesOfOrigin(origin), ...addresses, to === undefined ? null : chainName(table, to)];
  return [...new Set(all.filter((name) => name !== null))];
}

/** An endpoint's rules name the endpoint, not the Service: else all rules of a Service would be marked with it. */
function namesOfOrigin(origin: RuleOrigin | null): readonly (PointedName | null)[] {
  if (origin === null) return [];
  return origin.endpoint === undefined ? [`service:${serviceOfPort(origin.servicePort)}`] : [addressName(addressOf(origin.endpoint))];
}

/** The same of a whole chain. */
export function namesOfChain(table: TableName, name: string, origin: RuleOrigin | null): readonly PointedName[] {
  return [...namesOfOrigin(origin).filter((one) => one !== null), chainName(table, name)];
}

/** The things that a rule was written for: its Service, and the Pod (or node) behind its endpoint. */
export function thingsOfOrigin(cluster: ClusterView, { servicePort, endpoint }: RuleOrigin): readonly ThingId[] {
  const service: ThingId = { kind: "service", key: serviceOfPort(servicePort) };
  const behind = endpoint === undefined ? null : thingAtAddress(cluster, addressOf(endpoint));
  const there = cluster.services.some(({ key }) => key === service.key);
  return [...(there ? [service] : []), ...(behind === null ? [] : [behind])];
}
