/**
 * Fetches the embed's second script, the simulator, from beside the first. A script element works where modules and
 * `fetch` do not: in a frame with an opaque origin, from a host without CORS headers.
 */
import type { Engine } from "../app/client/simulation-client.ts";
import type { Scenario } from "../app/scenarios/types.ts";
import type { FromWorker } from "../worker/protocol.ts";
import { haveCome } from "./at-hand.ts";
import { OWN_ADDRESS } from "./own-text.ts";

/** What the second script leaves behind. */
export interface Core {
  /** Its own text, to make a worker from. */
  text(): string;
  /** All of them. */
  readonly scenarios: readonly Scenario[];
  onThisThread(listener: (message: FromWorker) => void): Engine;
}

let loading: Promise<Core> | null = null;

/** The simulator, fetched once. Rejects with one sentence; the next call tries again. */
export function loadCore(): Promise<Core> {
  loading ??= fetchCore().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

function fetchCore(): Promise<Core> {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("embed-core.js", OWN_ADDRESS).href;
    script.addEventListener("load", () => {
      script.remove();
      const { kubehopCore } = globalThis as { kubehopCore?: Core };
      if (kubehopCore === undefined) {
        reject(new Error("The simulator arrived damaged."));
        return;
      }
      haveCome(kubehopCore.scenarios);
      resolve(kubehopCore);
    });
    script.addEventListener("error", () => {
      script.remove();
      reject(new Error("The simulator could not be fetched."));
    });
    document.head.append(script);
  });
}
