/** Who can reach a Service, asked of the simulation again whenever the cluster changed. */
import { useEffect, useState } from "react";
import type { NamespacedName, Protocol } from "../../core/base/names.ts";
import type { ReachCell, ReachSource, ReachView } from "../../core/simulation/reach-types.ts";
import { ask, send, setDraft } from "../state/commands.ts";
import { useStore } from "../state/store.ts";

export function useReach(service: NamespacedName): ReachView | null {
  const version = useStore((state) => state.cluster?.version ?? -1);
  const [reach, setReach] = useState<ReachView | null>(null);
  useEffect(() => {
    let current = true;
    void ask({ kind: "reach", service }).then((reply) => {
      if (current) setReach(reply.kind === "reach" ? reply.reach : null);
    });
    return () => {
      current = false;
    };
  }, [service, version]);
  return reach?.service === service ? reach : null;
}

/** Why the request line cannot send what the cell is about; null where it can. */
export function unsendable(source: ReachSource, cell: ReachCell): string | null {
  if (source.sender === null) return "There is no such Pod to send from.";
  return cell.kind === "says" ? `${cell.says}: nothing can be sent.` : null;
}

/** As the request line takes it: `10.96.0.1:80`, `udp://10.96.0.10:53`. */
export function destinationOf(cell: ReachCell, protocol: Protocol): string {
  return protocol === "TCP" ? cell.to : `${protocol.toLowerCase()}://${cell.to}`;
}

/** Puts the cell's sender and destination into the request line and sends. */
export function sendCell(source: ReachSource, cell: ReachCell, protocol: Protocol): void {
  if (source.sender === null) return;
  setDraft({ from: source.sender, to: destinationOf(cell, protocol), count: 1 });
  send();
}
