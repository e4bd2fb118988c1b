/** A scenario is data: manifests, a request and words. What happens then comes out of the simulation. */
import type { ManifestFile } from "../../core/manifests/types.ts";

export interface Scenario {
  /** Stands in links: never renamed. */
  readonly id: string;
  readonly title: string;
  /** At most nine words, for its card. */
  readonly words: string;
  readonly group: GroupId;
  readonly files: readonly ManifestFile[];
  readonly request: ScenarioRequest;
  /**
   * The request as steady traffic, so many a second (1 to 50): offered by the transport's first press in place of a single
   * request. Pods may send on their own besides (annotation `kubehop.dev/traffic` of a workload's template).
   */
  readonly traffic?: { readonly rate: number };
  /** What to look at, and what to change next. */
  readonly note: string;
}

export interface ScenarioRequest {
  /** `NAMESPACE/POD`, `node/NODE` or `external`. */
  readonly from: string;
  /** What one would type: `http://web`. */
  readonly to: string;
  readonly count: number;
}

export type GroupId = "reach" | "outside" | "answers" | "wrong";

export interface ScenarioGroup {
  readonly id: GroupId;
  readonly title: string;
  readonly words: string;
}
