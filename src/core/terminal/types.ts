/** What a terminal is told and asked: the seam between the shell (here), the worker that runs it, and the page that shows its lines. */
import type { Family, NamespacedName } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import type { EventRow } from "./cluster-events.ts";
import type { Effect } from "../kubectl/types.ts";
import type { Journey, Sender } from "../network/trace.ts";
import type { Refusal, SendRequest, SimulationFacade } from "../simulation/contract.ts";
import type { EchoEnd } from "../simulation/echo.ts";
import type { ControlPlane } from "../simulation/simulation.ts";

/** The simulation as programs see it. Nothing of it changes by being asked. */
export interface TerminalWorld extends Pick<
  SimulationFacade,
  "now" | "epochSeconds" | "view" | "journey" | "names" | "rulesText" | "ruleSet" | "rulesView" | "conntrack" | "environment" | "object"
> {
  controlPlane(): ControlPlane;
  /** The manifests by name: what `-f` reads. */
  readonly files: ReadonlyMap<string, string>;
  echo(from: Sender, address: string): EchoEnd | Refusal | null;
}

/** Where a shell runs: on one's own machine outside of the cluster, in a container, or on a node. */
export type Spot =
  | { readonly kind: "host" }
  | {
      readonly kind: "pod";
      readonly pod: NamespacedName;
      readonly container: string;
      /** What `exec` was given: `sh`. */ readonly shell: string;
    }
  | { readonly kind: "node"; readonly node: string };

/** What a shell remembers from line to line. */
export interface ShellState {
  /** The first is the host; the last is where the next line runs. */
  readonly spots: readonly Spot[];
  readonly variables: { readonly [name: string]: string };
  /** `$?` */
  readonly exit: number;
  /** What `>` wrote, by name. Nothing but what lines of this terminal wrote. */
  readonly files: { readonly [name: string]: string };
}

export const FRESH_SHELL: ShellState = { spots: [{ kind: "host" }], variables: {}, exit: 0, files: {} };

export type Output =
  | { readonly kind: "out" | "err"; readonly text: string }
  /** Said by Kubehop, not by the program. */
  | { readonly kind: "note"; readonly text: string }
  /** What follows is about this request. */
  | { readonly kind: "request"; readonly journey: number }
  | { readonly kind: "clear" };

/** What a line waits for: the page does it, and says how it went. */
export type Need =
  | { readonly kind: "send"; readonly request: SendRequest }
  | { readonly kind: "effects"; readonly effects: readonly Effect[] }
  | { readonly kind: "wait"; readonly time: Nanos };

export type Got =
  | { readonly kind: "sent"; readonly journeys: readonly number[] }
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly error: string };

/** A line so far. */
export interface Turn {
  readonly output: readonly Output[];
  /** null: the line is done. */
  readonly need: Need | null;
  readonly shell: ShellState;
}

export type TerminalAsk =
  | { readonly kind: "line"; readonly line: string; readonly shell: ShellState }
  /** Goes on with the line that waits. */
  | { readonly kind: "go-on"; readonly got: Got }
  /** Forgets the line that waits. */
  | { readonly kind: "stop" }
  | { readonly kind: "complete"; readonly text: string; readonly shell: ShellState }
  /** `iptables-save` of a node. */
  | { readonly kind: "rules"; readonly node: string; readonly family: Family }
  /** The last Events, so many at most. */
  | { readonly kind: "events"; readonly most: number };

export type TerminalAnswer =
  | { readonly kind: "turn"; readonly turn: Turn }
  /** `open`: the line is not whole yet; the next one belongs to it. */
  | { readonly kind: "open" }
  | { readonly kind: "completion"; readonly completion: Completion }
  | { readonly kind: "rules"; readonly text: string | null }
  | { readonly kind: "events"; readonly rows: readonly EventRow[]; readonly total: number }
  | { readonly kind: "gone"; readonly error: string };

export interface Completion {
  /** What the text becomes: as much as all candidates have in common. */
  readonly text: string;
  /** More than one: they are shown. */
  readonly candidates: readonly string[];
}

/** A program under way: it yields what it waits for, and returns its exit status. */
export type Running = Generator<Need, number, Got>;

/** What a program is given. */
export interface Call {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdin: string;
  readonly world: TerminalWorld;
  readonly spot: Spot;
  readonly environment: { readonly [name: string]: string };
  /** Whether what it prints is seen, or goes into a pipe or a file. */
  readonly toTerminal: boolean;
  /** Of a file that this terminal wrote; null: there is none. */
  file(name: string): string | null;
  save(name: string, text: string): void;
  out(text: string): void;
  err(text: string): void;
  note(text: string): void;
  request(journey: number): void;
}

export type Program = (call: Call) => number | Running;

/** Who sends what is sent from there. */
export function senderAt(spot: Spot): Sender {
  if (spot.kind === "pod") return { kind: "pod", pod: spot.pod };
  return spot.kind === "node" ? { kind: "node", node: spot.node } : { kind: "outside", id: "laptop" };
}

/** The journeys of these ids, those that are known. */
export function journeysOf(world: TerminalWorld, ids: readonly number[]): readonly Journey[] {
  return ids.map((id) => world.journey(id)).filter((journey) => journey !== null);
}
