/** A full sync as text. The printing of one rule is netfilter's; the order of lines is kube-proxy's. */
import { printRule } from "../netfilter/print.ts";
import { writeSync } from "./iptables.ts";
import type { ProxyInput } from "./iptables.ts";

/** Exactly what kube-proxy hands to `iptables-restore -w 5 --noflush --counters` in a full sync of a node without stale chains. */
export function syncText(input: ProxyInput): string {
  const tables = writeSync(input).map(({ name, chains, rules }) => [
    `*${name}`,
    ...chains.map((chain) => `:${chain} - [0:0]`),
    ...rules.map(({ chain, rule }) => printRule(chain, rule, "restore", input.family)),
    "COMMIT",
  ]);
  return `${tables.flat().join("\n")}\n`;
}
