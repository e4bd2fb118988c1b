/** The cluster's Events, oldest first: those of kubectl's list (kubectl/events.ts), as rows. */
import { parseInstant } from "../api/instant.ts";
import { textAt } from "../api/json.ts";
import { listed } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { compareText } from "../base/names.ts";
import { eventsIn } from "../kubectl/events.ts";
import { Session } from "../kubectl/session.ts";
import type { TerminalWorld } from "./types.ts";

export interface EventRow {
  readonly name: string;
  /** Whole seconds of virtual time, when it was seen last. */
  readonly at: number;
  readonly count: number;
  readonly warning: boolean;
  readonly reason: string;
  readonly message: string;
  readonly about: { readonly kind: string; readonly namespace: string | null; readonly name: string };
}

/** Above this only what is recorded is listed: what goes without saying is made of every Pod, four rows each. */
const PODS_MOST = 3_000;

/** What happens within one second happens in this order. */
const ORDER: readonly string[] = ["ScalingReplicaSet", "SuccessfulCreate", "Scheduled", "Pulled", "Created", "Started"];

/** The last of them, at most so many, and how many there are. */
export function clusterEvents(world: TerminalWorld, most: number): { readonly rows: readonly EventRow[]; readonly total: number } {
  const plane = world.controlPlane();
  const large = listed(plane.store, "Pod").length > PODS_MOST;
  const events = large ? listed(plane.store, "Event") : eventsIn(new Session({ ...plane, stored: false }, { args: ["get", "events"] }));
  const rows = events.map((event) => rowOf(event, plane.epochSeconds));
  rows.sort((a, b) => a.at - b.at || rank(a) - rank(b) || compareText(a.about.name, b.about.name) || compareText(a.name, b.name));
  return { rows: rows.slice(-most), total: rows.length };
}

function rank({ reason }: EventRow): number {
  const at = ORDER.indexOf(reason);
  return at < 0 ? ORDER.length : at;
}

function rowOf(event: KubeObject, epochSeconds: number): EventRow {
  const seen = textAt(event, "lastTimestamp") ?? event.metadata.creationTimestamp ?? "";
  const kind = textAt(event, "involvedObject", "kind") ?? "";
  const count = event["count"];
  return {
    name: event.metadata.name,
    at: (parseInstant(seen) ?? epochSeconds) - epochSeconds,
    count: typeof count === "number" ? count : 1,
    warning: event["type"] === "Warning",
    reason: textAt(event, "reason") ?? "",
    message: textAt(event, "message") ?? "",
    about: {
      kind,
      // A Node's Events stand in `default`; the Node itself in none.
      namespace: kind === "Node" ? null : (textAt(event, "involvedObject", "namespace") ?? event.metadata.namespace ?? null),
      name: textAt(event, "involvedObject", "name") ?? "",
    },
  };
}
