/** A world for tests: a cluster out of YAML, controllers run to rest. */
import { readSettings } from "../api/settings.ts";
import { emptyStore, list } from "../api/store.ts";
import type { Nanos } from "../base/time.ts";
import { parseManifests } from "../manifests/parse.ts";
import type { Diagnostic } from "../manifests/types.ts";
import { applyDocuments, installCluster } from "./apply.ts";
import { runToRest, takeWork } from "./reconcile.ts";
import type { Rest, WakeUp } from "./reconcile.ts";
import { emptyMemory } from "./world.ts";
import type { World } from "./world.ts";

export interface TestCluster {
  world: World;
  /** What waits since the last run. */
  left: readonly WakeUp[];
  /** Applies the text and runs the controllers until they rest, or for so many nanoseconds. */
  apply(text: string, forNanos?: Nanos): readonly Diagnostic[];
  /** Runs what is waiting, also after writes by hand and from commands. */
  settle(forNanos?: Nanos, more?: readonly WakeUp[]): Rest;
  /** Names of the objects of a kind, in order. */
  names(kind: string, namespace?: string): readonly string[];
}

/** Starts at 2026-01-01T00:00:00Z with the default cluster (or the documents' own) at rest. */
export function testCluster(text = "", seed = 1): TestCluster {
  const { documents } = parseManifests([{ name: "test.yaml", text }]);
  const values = documents.map((document) => document.value);
  const cluster: TestCluster = {
    world: {
      store: emptyStore(),
      memory: emptyMemory(),
      settings: readSettings(values).settings,
      seed,
      now: 0,
      epochSeconds: 1_767_225_600,
      changes: [],
    },
    left: [],
    apply(newText, forNanos) {
      const diagnostics = applyDocuments(cluster.world, parseManifests([{ name: "test.yaml", text: newText }]).documents);
      cluster.settle(forNanos);
      return diagnostics;
    },
    settle(forNanos, more = []) {
      const until = forNanos === undefined ? {} : { until: cluster.world.now + forNanos };
      const rest = runToRest(cluster.world, [...cluster.left, ...more, ...takeWork(cluster.world)], until);
      cluster.world = { ...cluster.world, now: rest.at };
      cluster.left = rest.left;
      return rest;
    },
    names: (kind, namespace = "default") =>
      list(cluster.world.store, kind)
        .filter(({ metadata }) => metadata.namespace === namespace)
        .map(({ metadata }) => metadata.name),
  };
  installCluster(cluster.world, values);
  cluster.settle();
  return cluster;
}
