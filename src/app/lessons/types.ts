/**
 * A lesson is data: a statement, a few sentences, one task, checks that say when it is done, and manifests. What happens then
 * comes out of the simulation; a check only reads it.
 */
import type { ManifestFile } from "../../core/manifests/types.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { ClusterView, PodView } from "../../core/simulation/view.ts";
import type { ObjectName } from "../state/field-edits.ts";
import type { PodChoice, ScenarioRequest, StepDeed } from "../scenarios/types.ts";

export interface Course {
  readonly title: string;
  readonly lessons: readonly Lesson[];
}

export interface Lesson {
  /** Stands in links: never renamed. */
  readonly id: string;
  /** A statement, not a topic. */
  readonly title: string;
  /** One or two, in the marked text of `marked.ts`. */
  readonly paragraphs: readonly string[];
  readonly task: string;
  /** What is at hand in the task, in the order in which it is needed. */
  readonly tries: readonly Try[];
  /** Two or three. */
  readonly checks: readonly Check[];
  readonly hint: string;
  /** What makes every check tick, deed by deed; the hint offers the next of them. */
  readonly solution: readonly Deed[];
  readonly files: readonly ManifestFile[];
  /** What the request line says at the beginning; nothing is sent by itself. */
  readonly request: ScenarioRequest;
  /** What stands under the picture before anything has moved. */
  readonly look: string;
  readonly emphasis: Emphasis;
}

/** What the picture shows besides. */
export interface Emphasis {
  /** The Service in focus at the beginning; null: none. */
  readonly service: string | null;
  /** That Service's EndpointSlice hangs from it. Not where a road from outside runs through that place. */
  readonly slice?: true;
  /** Each gate says how many addresses its rules hold for that Service. */
  readonly gates?: true;
  /** It is about clients outside: they show before they send. */
  readonly outside?: true;
  /** Each answered request leaves a square in its Pod. */
  readonly squares?: true;
}

/** One control of the task. What is done with it can be done elsewhere on the page too, and counts the same. */
export type Try =
  /** Puts it into the request line and sends it. */
  | ({ readonly kind: "send"; readonly label: string } & Partial<ScenarioRequest>)
  /** Sends whatever is typed there. */
  | { readonly kind: "field"; readonly label: string; readonly from?: string }
  /** A Pod's readiness. */
  | { readonly kind: "ready"; readonly pod: PodChoice }
  /** An action on the running cluster. */
  | { readonly kind: "action"; readonly label: string; readonly does: Extract<StepDeed, { kind: "action" }>["action"] }
  /** One of a few values of an object's field, written into the manifests. */
  | {
      readonly kind: "choice";
      readonly label: string;
      readonly object: ObjectName;
      readonly path: string;
      readonly values: readonly string[];
      readonly now: (cluster: ClusterView) => string | null;
    }
  /** Opens the manifests where this text stands (once). */
  | { readonly kind: "manifest"; readonly label: string; readonly at: string };

/** A deed of the model solution. */
export type Deed = StepDeed & { readonly label: string };

export interface Check {
  /** What is so once it is done. */
  readonly says: string;
  /** What is counted; 1 where there is nothing to count. */
  readonly of: number;
  /** How many of those there are by now: never by luck, and never from what the cluster was at the beginning. */
  readonly count: (seen: Seen) => number;
}

/** All that a check may read. */
export interface Seen {
  /** As it is now. */
  readonly cluster: ClusterView;
  /** Its Pods when the lesson was opened and everything had come to rest. */
  readonly opened: Opened;
  /** Requests that have been seen to reach their Pod, or to their end where they reached none; oldest first. */
  readonly requests: readonly SeenRequest[];
}

/** As much of the beginning as is kept over a reload. */
export interface Opened {
  readonly pods: readonly Pick<PodView, "key" | "ips" | "workload" | "state">[];
}

export interface SeenRequest {
  readonly journey: Journey;
  /** Its answer is back, too: a request counts once it has reached its Pod. */
  readonly over: boolean;
  /** The cluster when it ended. */
  readonly view: ClusterView;
}
