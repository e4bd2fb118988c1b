/**
 * Where a rule may stand. iptables refuses an interface that a hook does not know yet or any more (iptables/xshared.c), the
 * kernel a target outside its table or its hooks (`.table` and `.hooks` of xt_target: xt_nat.c, xt_MASQUERADE.c,
 * xt_REDIRECT.c, ipt_REJECT.c); a chain of one's own has the hooks from which it is reached.
 */
import { isHook } from "./print.ts";
import type { Hook, Rule, TableName } from "./rules.ts";

/** iptables refuses DROP in nat, REJECT outside filter, and translations outside nat. null: it may stand in this table. */
export function misplacedTarget(table: TableName, rule: Rule): string | null {
  switch (rule.target?.kind) {
    case "DROP":
      return table === "nat" ? 'the "nat" table is not for filtering, DROP is refused there' : null;
    case "REJECT":
      return table === "filter" ? null : `REJECT is only valid in the filter table, not in ${table}`;
    case "DNAT":
    case "SNAT":
    case "MASQUERADE":
    case "REDIRECT":
      return table === "nat" ? null : `${rule.target.kind} is only valid in the nat table, not in ${table}`;
    default:
      return null;
  }
}

const HOOKS_OF: { readonly [target: string]: readonly Hook[] } = {
  DNAT: ["PREROUTING", "OUTPUT"],
  REDIRECT: ["PREROUTING", "OUTPUT"],
  SNAT: ["POSTROUTING", "INPUT"],
  MASQUERADE: ["POSTROUTING"],
};

/** What of a rule cannot be at this hook; null: it can. */
export function misplacedAt(hook: Hook, rule: Rule): string | null {
  if (rule.inInterface !== null && (hook === "OUTPUT" || hook === "POSTROUTING")) return `-i cannot be used in ${hook}`;
  if (rule.outInterface !== null && (hook === "PREROUTING" || hook === "INPUT")) return `-o cannot be used in ${hook}`;
  const hooks = HOOKS_OF[rule.target?.kind ?? ""];
  if (hooks === undefined || hooks.includes(hook)) return null;
  return `${rule.target?.kind ?? ""} works only in ${hooks.join(" and ")}, not in ${hook}`;
}

/** The same for a rule of any chain: only built-in chains are hooks themselves. */
export function misplacedIn(chain: string, rule: Rule): string | null {
  return isHook(chain) ? misplacedAt(chain, rule) : null;
}
