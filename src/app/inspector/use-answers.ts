/** Details that panels ask the simulation for: asked again when the cluster or the run moved on. */
import { useEffect, useRef, useState } from "react";
import type { Family } from "../../core/base/names.ts";
import type { ConntrackView } from "../../core/network/trace.ts";
import type { RulesView } from "../../core/simulation/view.ts";
import { ask } from "../state/commands.ts";
import { useStore } from "../state/store.ts";

/** A node's rules with counters; null until they are known or for an unknown node. */
export function useRules(node: string | null, family: Family = "IPv4"): RulesView | null {
  const stamp = useRunStamp();
  const [rules, setRules] = useState<RulesView | null>(null);
  useEffect(() => {
    if (node === null) return;
    let current = true;
    void ask({ kind: "rules", node, family }).then((reply) => {
      if (current && reply.kind === "rules") setRules(reply.rules);
    });
    return () => {
      current = false;
    };
  }, [node, family, stamp]);
  return rules?.node === node && rules.family === family ? rules : null;
}

/** The conntrack tables of several nodes, as they are at the end of the run so far. */
export function useConntrack(nodes: readonly string[]): ReadonlyMap<string, readonly ConntrackView[]> {
  const stamp = useRunStamp();
  const key = nodes.join(" ");
  const [tables, setTables] = useState<ReadonlyMap<string, readonly ConntrackView[]>>(new Map());
  useEffect(() => {
    let current = true;
    const names = key === "" ? [] : key.split(" ");
    void Promise.all(names.map(async (node) => [node, await ask({ kind: "conntrack", node })] as const)).then((replies) => {
      if (!current) return;
      setTables(new Map(replies.map(([node, reply]) => [node, reply.kind === "conntrack" ? reply.entries : []])));
    });
    return () => {
      current = false;
    };
  }, [key, stamp]);
  return tables;
}

/** Of requests that were sent together the last counts: while the others come nothing is asked. */
function useRunStamp(): string {
  const version = useStore((state) => state.cluster?.version ?? -1);
  const last = useStore((state) => state.journeys.at(-1)?.id ?? 0);
  const awaiting = useStore((state) => state.awaited.length > 0);
  const told = useRef(last);
  if (!awaiting) told.current = last;
  return `${version} ${told.current}`;
}
