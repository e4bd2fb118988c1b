/** A scenario is data: manifests, a request and words. What happens then comes out of the simulation. */
import type { NamespacedName } from "../../core/base/names.ts";
import type { ManifestFile } from "../../core/manifests/types.ts";
import type { Action } from "../../core/simulation/contract.ts";

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
   * The request as steady traffic, so many a second (1 to 50): what Start in the request line begins. Opening the scenario
   * shows one request first, as always. Pods may send on their own besides (annotation `kubehop.dev/traffic` of a workload's template).
   */
  readonly traffic?: { readonly rate: number };
  /** It opens with the manifests folded away, where they stand beside the picture: there is much to see. */
  readonly folded?: true;
  /** What to look at, and what to change next. It stands alone where there are no buttons. */
  readonly note: string;
  /** What the reader can do next, in the order of the story: a button each. */
  readonly steps?: readonly ScenarioStep[];
}

export interface ScenarioStep {
  /** On its button, at most five words: `Delete a Pod`. */
  readonly label: string;
  /** Said once it is done: what has happened, and what to look at. */
  readonly says: string;
  readonly does: StepDeed;
}

export type StepDeed =
  /** `from` stands exactly once in one of the files. The step can be taken while it does, and is done when `to` stands there. */
  | { readonly kind: "edit"; readonly from: string; readonly to: string }
  | { readonly kind: "action"; readonly action: StepAction }
  /** Sends a request; what is not said stays as the request line has it. */
  | ({ readonly kind: "send" } & Partial<ScenarioRequest>);

/** A Pod by its name, or where that is generated: the one at this place (from 0) among its workload's Pods, by name. */
export type PodChoice = NamespacedName | { readonly workload: NamespacedName; readonly index: number; readonly node?: string };

/** An action whose Pod is found when the step is taken. */
export type StepAction = Chosen<Action>;
type Chosen<A> = A extends { readonly pod: NamespacedName } ? Omit<A, "pod"> & { readonly pod: PodChoice } : A;

export interface ScenarioRequest {
  /** `NAMESPACE/POD`, `node/NODE`, `external`, or the address of another client outside. */
  readonly from: string;
  /** What one would type: `http://web`. */
  readonly to: string;
  readonly count: number;
  /** All on one connection that the client keeps (over UDP: from one socket), as the switch in the request line has it. */
  readonly keep?: boolean;
}

export type GroupId = "reach" | "names" | "outside" | "answers" | "wrong";

export interface ScenarioGroup {
  readonly id: GroupId;
  readonly title: string;
  readonly words: string;
}
