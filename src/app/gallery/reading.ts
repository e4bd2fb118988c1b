/**
 * Reads somebody's own files with a simulation of their own, apart from the one on show: the same worker, the same code,
 * so that what the summary says is what opening them leads to. Nothing is sent anywhere.
 */
import type { Diagnostic, ManifestFile } from "../../core/manifests/types.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import { createEngine } from "../client/engine.ts";
import { SimulationClient } from "../client/simulation-client.ts";
import type { Reading } from "./summary.ts";

/** Rejects with a sentence when the simulation itself fails; `stop` ends it, and then nothing comes. */
export function readFiles(
  files: readonly ManifestFile[],
  progress: (pods: number) => void,
): { readonly reading: Promise<Reading>; readonly stop: () => void } {
  let cluster: ClusterView | null = null;
  let diagnostics: readonly Diagnostic[] = [];
  let settle: () => void = () => {};
  let fail: (error: Error) => void = () => {};
  const settled = new Promise<void>((resolve, reject) => {
    settle = resolve;
    fail = reject;
  });
  const client = new SimulationClient(
    createEngine,
    {
      update: (update) => {
        cluster = update.cluster ?? cluster;
        diagnostics = update.diagnostics ?? diagnostics;
        if (cluster !== null && !update.busy) settle();
      },
      forked: () => {},
      progress,
      failed: (error) => fail(new Error(error)),
      restarted: () => fail(new Error("it took too long. A part of it may do: one namespace (-n), or fewer kinds")),
    },
    {
      now: () => performance.now(),
      every: (callback, ms) => {
        const timer = setInterval(callback, ms);
        return () => clearInterval(timer);
      },
    },
  );
  const read = async (): Promise<Reading> => {
    try {
      void client.request({ kind: "start", files, seed: 1, actions: [] });
      const inventory = await client.request({ kind: "inventory", files });
      await settled;
      if (inventory.kind !== "inventory" || cluster === null) throw new Error("The simulation gave no answer.");
      return { files, inventory: inventory.inventory, cluster, diagnostics };
    } finally {
      client.close();
    }
  };
  return { reading: read(), stop: () => client.close() };
}
