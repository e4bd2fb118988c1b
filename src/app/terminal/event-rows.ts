/** The timeline's Events as rows of a table. */
import type { TimelineEvent } from "../../core/simulation/view.ts";

export interface EventRow {
  /** In the timeline. */
  readonly position: number;
  readonly at: number;
  readonly warning: boolean;
  readonly reason: string;
  readonly kind: string;
  /** null: cluster-scoped. */
  readonly namespace: string | null;
  readonly name: string;
  readonly message: string;
}

/** Up to a moment (virtual time). Lines of CoreDNS's log are no Events. */
export function eventRows(timeline: readonly TimelineEvent[], until: number): readonly EventRow[] {
  return timeline.flatMap((event, position) => {
    if (event.kind !== "event" || event.at > until || event.reason === "log") return [];
    const [, kind = "", of = ""] = /^(\S+) (.*)$/.exec(event.about) ?? [];
    const slash = of.indexOf("/");
    const { at, warning, reason, message } = event;
    // A Node's Events stand in `default`; the Node itself in none.
    const namespace = kind === "Node" || slash < 0 ? null : of.slice(0, slash);
    return [{ position, at, warning, reason, message, kind, namespace, name: of.slice(slash + 1) }];
  });
}
