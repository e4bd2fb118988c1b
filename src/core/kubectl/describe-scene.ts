/** What a description reads beside its object. */
import type { KubeObject } from "../api/types.ts";
import { listed } from "../api/store.ts";
import { eventsAbout } from "./events.ts";
import type { Session } from "./session.ts";

export interface Scene {
  readonly session: Session;
  /** What happened to the object; null where events are left out. */
  readonly events: readonly KubeObject[] | null;
  readonly now: number;
  /** Slices of a Service, in list order. */
  readonly slicesOf: (service: KubeObject) => readonly KubeObject[];
}

export function sceneOf(session: Session, object: KubeObject, showEvents: boolean): Scene {
  return {
    session,
    events: showEvents ? eventsAbout(session, object) : null,
    now: session.nowSeconds,
    slicesOf: ({ metadata }) =>
      listed(session.store, "EndpointSlice").filter(
        (slice) =>
          slice.metadata.namespace === metadata.namespace && slice.metadata.labels?.["kubernetes.io/service-name"] === metadata.name,
      ),
  };
}
