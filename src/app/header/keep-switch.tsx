/** Whether the requests share one connection: HTTP keep-alive, HTTP/2, gRPC; over UDP one socket. */
import type { ReactElement } from "react";
import { Icon } from "../parts/icons.tsx";
import { getState, setState, useStore } from "../state/store.ts";
import { startTraffic } from "../watch/traffic.ts";

/** Shown where it makes a difference: several requests, or steady traffic; and while it is on. */
export function KeepSwitch(): ReactElement | null {
  const keep = useStore((state) => state.draft.keep === true);
  const several = useStore((state) => state.draft.count > 1 || state.steady !== null);
  if (!several && !keep) return null;
  return (
    <button
      type="button"
      className="keep"
      aria-pressed={keep}
      aria-label="Keep the connection"
      title={
        keep
          ? "All requests go over one connection, so to one Pod. Press for a new connection each time"
          : "A new connection each time. Press to keep one for all requests, as HTTP keep-alive and gRPC do"
      }
      onClick={toggle}
    >
      <Icon name="link" size={14} />
      <span className="keepword">Keep</span>
    </button>
  );
}

/** Steady traffic that stands begins anew with it. */
function toggle(): void {
  const { draft, traffic } = getState();
  setState({ draft: { ...draft, keep: draft.keep !== true }, sendError: null });
  if (traffic !== null && traffic.until === null) void startTraffic();
}
