/**
 * The façade that every shell uses: what a person does goes to the run (`run.ts`), what is asked of it is answered from
 * its state here, and in `questions.ts` where that takes more than a look.
 */
import type { Family, NamespacedName } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import type { ClusterSettings } from "../api/settings.ts";
import { get, list, snapshotStore, type ObjectStore } from "../api/store.ts";
import type { KubeObject } from "../api/types.ts";
import { endpointsObjects } from "../controllers/endpoints-object.ts";
import { envOf } from "../controllers/service-links.ts";
import type { Applied } from "../controllers/world.ts";
import type { ManifestFile } from "../manifests/types.ts";
import type { RuleSet } from "../netfilter/rules.ts";
import type { TraceMode } from "../netfilter/stack.ts";
import type { FlowResult } from "../network/flow.ts";
import type { PacketAnswer } from "../network/new-flow.ts";
import type { ConntrackView, Journey, Sender } from "../network/trace.ts";
import type { Variable } from "../workloads/environment.ts";
import type { Action, ApplyResult, Past, Refusal, SendRequest, SimulationFacade, SimulationOptions } from "./contract.ts";
import type { Moment, MomentsDiff } from "./moment-diff.ts";
import { compareMomentsIn } from "./moments.ts";
import { answerNames, type NameAnswer, type NameQuestion } from "./name-questions.ts";
import type { EchoEnd } from "./echo.ts";
import {
  distributionIn,
  echoFrom,
  flowOf,
  packetAtNode,
  ruleSetOf,
  rulesTextOf,
  rulesViewOf,
  whoCanReachIn,
  type FirstHeader,
} from "./questions.ts";
import type { ReachView } from "./reach-types.ts";
import type { RecordedInput, RunInputs } from "./record.ts";
import { RecordedRun } from "./recorded-run.ts";
import { Run } from "./run.ts";
import type { Checkpoint } from "./state.ts";
import { trafficView } from "./steady.ts";
import type { ClusterView, Distribution, RulesView, TimelineEvent, TrafficView } from "./view.ts";

/** A run for these options; what its documents brought up is in `startResult`. */
export function createSimulation(options: SimulationOptions = {}): Simulation {
  return new Simulation(options);
}

/** See `Simulation.controlPlane`. `manifests`: `Kind namespace/name` → what the text applied. */
export interface ControlPlane {
  readonly store: ObjectStore;
  readonly settings: ClusterSettings;
  readonly manifests: ReadonlyMap<string, Applied>;
  readonly seed: number;
  readonly epochSeconds: number;
  readonly now: Nanos;
  readonly journeys: readonly Journey[];
}

export class Simulation implements SimulationFacade {
  private readonly run: Run;
  private readonly recorded: RecordedRun;

  constructor(options: SimulationOptions) {
    this.run = new Run(options);
    this.recorded = new RecordedRun(this.run, options.recorded === true);
  }

  // ---- what a person does, and time -----------------------------------------------------------------------------

  /** What the documents given at the start brought up. */
  get startResult(): ApplyResult | null | undefined {
    return this.run.startResult;
  }

  get now(): Nanos {
    return this.run.now;
  }

  apply(files: readonly ManifestFile[], until?: Nanos): ApplyResult {
    return this.recorded.apply(files, until);
  }

  perform(action: Action, until?: Nanos): Refusal | null {
    return this.recorded.perform(action, until);
  }

  send(request: SendRequest): readonly number[] | Refusal {
    return this.recorded.send(request);
  }

  advance(maxEvents: number, until?: Nanos): boolean {
    return this.recorded.advance(maxEvents, until);
  }

  settle(until?: Nanos): void {
    this.recorded.settle(until);
  }

  // ---- the end of the river -------------------------------------------------------------------------------------

  view(): ClusterView {
    return this.run.view();
  }

  journey(id: number): Journey | null {
    return this.run.journey(id);
  }

  journeys(): readonly Journey[] {
    return this.run.state.journeys;
  }

  timeline(): readonly TimelineEvent[] {
    return this.run.state.timeline;
  }

  traffic(): TrafficView | null {
    return trafficView(this.run.state);
  }

  ruleSet(node: string, family: Family): RuleSet | null {
    return ruleSetOf(this.run, node, family);
  }

  rulesView(node: string, family: Family): RulesView | null {
    return rulesViewOf(this.run, node, family);
  }

  rulesText(node: string, family: Family, sync: boolean): string | null {
    return rulesTextOf(this.run, node, family, sync);
  }

  conntrack(node: string): readonly ConntrackView[] {
    return this.run.stacks.conntrack(node, this.now);
  }

  distribution(request: SendRequest): Distribution | Refusal {
    return distributionIn(this.run, request);
  }

  /** `few`: up to so many Pods and nodes each is asked (8). */
  whoCanReach(service: NamespacedName, few?: number): ReachView | Refusal {
    return whoCanReachIn(this.run, service, few);
  }

  objects(kind?: string): readonly KubeObject[] {
    const { store } = this.run.state;
    if (kind !== undefined) return list(store, kind);
    return [...store.objects.keys()].sort().flatMap((of) => list(store, of));
  }

  /** What `kubectl get endpoints` lists: made of the Pods when asked for, and what people wrote. */
  endpoints(): readonly KubeObject[] {
    return endpointsObjects(this.run.state.store);
  }

  object(kind: string, key: string): KubeObject | null {
    return get(this.run.state.store, kind, key) ?? null;
  }

  /** `env` in a container of a Pod (the first, where none is named). */
  environment(pod: string, container?: string): readonly Variable[] | Refusal {
    return envOf(this.run.state, pod, container);
  }

  names(question: NameQuestion): NameAnswer | Refusal {
    return answerNames(this.run, question);
  }

  /** What becomes of an ICMP echo request (ping); null: the sender has no route there. Nothing is sent. */
  echo(from: Sender, address: string): EchoEnd | Refusal | null {
    return echoFrom(this.run, from, address);
  }

  /** The objects as they are stored now, as a value of its own. */
  snapshot(): ObjectStore {
    return snapshotStore(this.run.state.store);
  }

  /** The API server's side of this moment, for kubectl to look at: nothing in it may be written to. */
  controlPlane(): ControlPlane {
    const { store, settings, memory, seed, epochSeconds, now, journeys } = this.run.state;
    return { store, settings, manifests: memory.applied, seed, epochSeconds, now, journeys };
  }

  get seed(): number {
    return this.run.state.seed;
  }

  /** Wall time of virtual time 0, in seconds since 1970. */
  get epochSeconds(): number {
    return this.run.state.epochSeconds;
  }

  /**
   * What the rules of one node make of a new-flow packet that enters its stack: from the node's own address at OUTPUT,
   * from any other at PREROUTING. null where there is no such node.
   */
  packetAt(node: string, header: FirstHeader): PacketAnswer | null {
    return packetAtNode(this.run, node, header);
  }

  /**
   * One flow's first packet and its answer at once, without queue or trace (benchmarks). Connection tracking, affinity
   * and the random streams move on as with any packet; the clock does not.
   */
  flow(from: Sender, header: FirstHeader, mode: TraceMode = "summary"): FlowResult | Refusal {
    return flowOf(this.run, from, header, mode);
  }

  // ---- the run as a value ---------------------------------------------------------------------------------------

  /** The whole mutable state; later events do not change it. */
  checkpoint(): Checkpoint {
    return this.run.checkpoint();
  }

  /** Goes back (or over) to a checkpoint of this run. */
  restore(checkpoint: Checkpoint): void {
    this.run.restore(checkpoint);
  }

  rewindPoint(): () => void {
    return this.recorded.rewindPoint();
  }

  goTo(at: Nanos, before?: boolean): void {
    this.recorded.goTo(at, before);
  }

  past(): Past | null {
    return this.recorded.past();
  }

  leftRuns(): readonly { readonly forkedAt: Nanos; readonly endsAt: Nanos }[] {
    return this.recorded.leftRuns();
  }

  changeRun(index: number): Refusal | null {
    return this.recorded.changeRun(index);
  }

  /** Events handled so far: what a record counts in. */
  get handled(): number {
    return this.run.state.handled;
  }

  /** Past states that are remembered now, whatever the length of the run: at most some fifty. */
  get statesKept(): number {
    return this.recorded.statesKept;
  }

  inputs(): readonly RecordedInput[] {
    return this.recorded.inputs();
  }

  /** What differs between two moments of this run; it stays where it is. */
  compareMoments(a: Moment, b: Moment): MomentsDiff {
    return compareMomentsIn(this.run, this.recorded, a, b);
  }

  /** What makes this run again in another process, as far as it went until now. */
  runInputs(): RunInputs {
    return this.recorded.runInputs();
  }

  /** Makes a run again that another recorded; this one must be fresh, recorded, and of its seed. */
  replay(inputs: RunInputs): void {
    this.recorded.replay(inputs);
  }

  hash(): string {
    return this.run.hash();
  }
}
