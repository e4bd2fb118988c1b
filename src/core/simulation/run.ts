/**
 * One run: its state, the order of its events, and what is remembered of derived things. What a person does goes in at
 * the head of the river (a text, an action, a request) and time passes; what is asked of the run stands in `simulation.ts`.
 */
import type { Protocol } from "../base/names.ts";
import type { Nanos } from "../base/time.ts";
import { parseInstant } from "../api/instant.ts";
import { readSettings } from "../api/settings.ts";
import { get, listed } from "../api/store.ts";
import { storeOf } from "../api/stored.ts";
import type { Node } from "../api/types.ts";
import { envOf } from "../controllers/service-links.ts";
import { createParseCache, type ParseCache } from "../manifests/parse.ts";
import type { ManifestFile } from "../manifests/types.ts";
import { parseRules } from "../netfilter/parse.ts";
import { type NodeStack } from "../netfilter/stack.ts";
import { readDestination } from "../network/destination.ts";
import type { NetworkEvent } from "../network/flight.ts";
import { TopologyBook, withOutsiders, type NodeNet, type OutsideHost, type Topology } from "../network/topology.ts";
import type { Journey, Place, Sender } from "../network/trace.ts";
import type { Server, World as NetworkWorld } from "../network/world.ts";
import { actionText, isControlAction, isTrafficAction, type TrafficAction } from "./actions.ts";
import { applyFiles, handleWork, performOnControl, type ControlRun } from "./control.ts";
import type { Action, ApplyResult, Refusal, SendRequest, SimulationOptions } from "./contract.ts";
import { DoorBook, doorOf, reachOf, type DoorWorld } from "./doors.ts";
import { hashOf } from "./hash.ts";
import { healthServer } from "./health-port.ts";
import { DnsBook, nameService, unixSeconds } from "./names.ts";
import { FAMILIES, NodeStacks } from "./node-stacks.ts";
import { followDocuments, refuseText, withText, type OwnRulesAction } from "./own-rules.ts";
import { RuleBook, forgetProxy, proxiesHear, proxyOf, setProxyStopped, silenceProxy, syncProxy, wakeProxy } from "./proxies.ts";
import { nextAt, schedule, takeNext, type Queued } from "./queue.ts";
import type { RecordedInput } from "./record.ts";
import { hasWork, isVoidEvent } from "./rest.ts";
import { originOf, outsideHosts, visitorOf } from "./senders.ts";
import { clientsOf, requestFault } from "./series.ts";
import { processAt, serverAt, type ServerWorld } from "./servers.ts";
import { hasVariables, putIn } from "./shell-words.ts";
import { copyState, hashedForm, initialState, overrideKey, type Checkpoint, type SimulationEvent, type SimulationState } from "./state.ts";
import { countSteady, hearPods, setSender, startSteady, stands, steadyJourney, stopSteady, takeBeat, type Beat } from "./steady.ts";
import { stream } from "./streams.ts";
import { beginRequest, clientPort, closeEndedConnections, enqueueSeries, handleTraffic, senderOfBegin } from "./traffic.ts";
import { ViewBook } from "./view-book.ts";
import type { ClusterView } from "./view.ts";

const DEFAULT_NOW = "2026-01-01T00:00:00Z";
const KEPT_TRACES = 2_000;
/** Events between two words of how far a change is. */
const PROGRESS_EVERY = 256;
/** Kinds whose change kube-proxies hear of. */
const PROXY_KINDS: ReadonlySet<string> = new Set(["Service", "EndpointSlice", "Node"]);

/** The head of the river and the passing of time. What is asked of a run is in `simulation.ts`. */
export class Run {
  /** Replaced as a whole by `restore`. */
  state: SimulationState;
  private readonly options: SimulationOptions;
  private readonly cache: ParseCache = createParseCache();
  readonly rules = new RuleBook();
  readonly dns: DnsBook = new DnsBook();
  private readonly doors = new DoorBook();
  readonly stacks = new NodeStacks(this.rules);
  private topologies = new TopologyBook();
  /** Hosts outside: those that always stand there, and visitors. */
  private hosts: readonly OutsideHost[] = outsideHosts([]);
  private readonly standing = this.hosts.length;
  private views = new ViewBook();
  /** Names of the nodes of a list: thousands of writes ask. */
  private named: { readonly nodes: readonly Node[]; readonly names: readonly string[] } = { nodes: [], names: [] };
  private viewMade: ClusterView | null = null;
  /** Ended journeys by id. */
  private readonly ended = new Map<number, Journey>();
  readonly world: NetworkWorld;
  /** What the documents given at the start brought up. */
  readonly startResult: ApplyResult | null | undefined = undefined;

  constructor(options: SimulationOptions) {
    this.options = options;
    const epoch = parseInstant(options.now ?? DEFAULT_NOW);
    if (epoch === null) throw new Error(`not an instant: ${JSON.stringify(options.now)}`);
    this.state = initialState(options.seed ?? 1, epoch, options.delays);
    this.world = this.networkWorld();
    this.startResult = this.start();
  }

  get now(): Nanos {
    return this.state.now;
  }

  // ---- the head of the river ------------------------------------------------------------------------------------

  private start(): ApplyResult | null {
    const { files, objects, stored, mode } = this.options;
    if (stored === true) {
      const { settings } = readSettings(objects ?? [], { stored: true, mode });
      this.state.settings = settings;
      this.state.store = storeOf(objects ?? []);
      followDocuments(this.state);
      this.state.applied = true;
      this.state.clusterVersion += 1;
      // The rules of a stored cluster are in step from the first moment.
      this.state.proxyVersion = 1;
      for (const node of this.nodeNames()) this.sync(node);
      return { applied: true, diagnostics: [] };
    }
    if (objects !== undefined)
      return this.apply([{ name: "objects", text: objects.map((object) => JSON.stringify(object)).join("\n---\n") }]);
    return files === undefined ? null : this.apply(files);
  }

  /** An edit settles at once; the clock moves on by what the cluster takes. */
  apply(files: readonly ManifestFile[], until?: Nanos): ApplyResult {
    return this.edit(files, () => this.settle(until ?? (this.startResult === undefined ? this.options.settleUntil : undefined)));
  }

  /** `passes`: lets time pass; gives when all that follows has happened, where that is known already. */
  private edit(files: readonly ManifestFile[], passes: () => Nanos | void): ApplyResult {
    const { basis } = this.state;
    this.views.sourcesChanged();
    const result = applyFiles(this.controlRun(), files, this.cache, this.options.mode);
    // Another cluster has other nodes, also where they have the same names.
    if (this.state.basis !== basis) this.stacks.clear();
    this.state.applied ||= result.applied || this.changes.length > 0;
    if (this.changes.length > 0) this.span("edit", files.map(({ name }) => name).join(", "), passes);
    return result;
  }

  perform(action: Action, until?: Nanos): Refusal | null {
    return this.performed(action, () => this.settle(until));
  }

  private performed(action: Action, passes: () => Nanos | void): Refusal | null {
    const refusal = this.act(action);
    if (refusal === null) this.span("action", actionText(action), passes);
    return refusal;
  }

  /** What follows from a change, and its entry in the timeline before all of that. */
  private span(kind: "edit" | "action", what: string, passes: () => Nanos | void): void {
    const { state } = this;
    const at = state.now;
    const position = state.timeline.length;
    this.afterChanges();
    const endsAt = passes() ?? state.now;
    state.timeline.splice(position, 0, { kind, at, endsAt, what });
  }

  /** Makes a recorded input again, where the run has come to it: what follows happens as time goes on, and ends when it did. */
  again({ input, endsAt }: RecordedInput): void {
    if (input.kind === "apply") this.edit(input.files, () => endsAt);
    else if (input.kind === "perform") this.performed(input.action, () => endsAt);
    else this.send(input.request);
  }

  /** Changes whose span goes on later than now end now: the run goes another way. */
  endSpans(): void {
    const { state } = this;
    state.timeline = state.timeline.map((entry) =>
      (entry.kind === "edit" || entry.kind === "action") && entry.endsAt > state.now ? { ...entry, endsAt: state.now } : entry,
    );
  }

  private act(action: Action): Refusal | null {
    if (action.kind === "override-rules") return this.override(action);
    if (action.kind === "own-rules") return this.addOwnRules(action);
    if (isTrafficAction(action)) return this.steer(action);
    if (!isControlAction(action)) return this.setProxy(action.node, action.kind === "stop-proxy");
    const refusal = performOnControl(this.controlRun(), action);
    if (refusal !== null) return refusal;
    this.afterNodeAction(action);
    return null;
  }

  private setProxy(node: string, stopped: boolean): Refusal | null {
    if (this.nodeNet(node) === null) return { error: `There is no node ${node}.` };
    const error = setProxyStopped(this.state, node, stopped);
    if (error === null) this.changed();
    return error === null ? null : { error };
  }

  /** What a stopped or cut node means for its kube-proxy and its netfilter. */
  private afterNodeAction(action: Action): void {
    switch (action.kind) {
      case "stop-node":
        forgetProxy(this.state, action.node);
        this.stacks.forget(action.node);
        return closeEndedConnections(this.state, this.world);
      case "cut-node":
        return silenceProxy(this.state, action.node);
      case "start-node":
      case "join-node":
        return wakeProxy(this.state, action.node);
      default:
    }
  }

  private addOwnRules({ node, text }: OwnRulesAction): Refusal | null {
    const { state } = this;
    const nodes = node === null ? [...this.topology().nodes.values()] : [this.nodeNet(node)].filter((net) => net !== null);
    if (nodes.length === 0) return { error: node === null ? "There is no node." : `There is no node ${node}.` };
    const before = state.ownRules;
    state.ownRules = withText(state, node, null);
    const ruleSets = nodes.flatMap((net) => FAMILIES.map((family) => this.rules.rulesOf(state, net, family)));
    const refusal = text === null ? null : refuseText(text, ruleSets);
    state.ownRules = refusal === null ? withText(state, node, text) : before;
    if (refusal === null) this.changed();
    return refusal;
  }

  private override({ node, family, text }: Extract<Action, { kind: "override-rules" }>): Refusal | null {
    const net = this.nodeNet(node);
    if (net === null) return { error: `There is no node ${node}.` };
    const problem = text === null ? undefined : parseRules(text, family).diagnostics.find(({ severity }) => severity === "error");
    if (problem !== undefined) return { error: `line ${problem.line}: ${problem.message}` };
    if (text === null) this.state.overrides.delete(overrideKey(node, family));
    else this.state.overrides.set(overrideKey(node, family), text);
    this.stacks.afterOverride(this.state, net);
    return null;
  }

  send(typed: SendRequest): readonly number[] | Refusal {
    const request = this.spelledOut(typed);
    if ("error" in request) return request;
    const destination = readDestination(request.to);
    if ("error" in destination) return destination;
    const fault = requestFault(request);
    if (fault !== null) return fault;
    const stranger = this.meet(request);
    if (stranger !== null) return stranger;
    return enqueueSeries(this.state, request, request.count ?? 1);
  }

  /** The request as curl gets it from the shell of the Pod that it is typed in: with the values of its variables. */
  spelledOut<R extends Pick<SendRequest, "from" | "to">>(typed: R): R | Refusal {
    const { from, to } = typed;
    if (from.kind !== "pod" || !hasVariables(to)) return typed;
    const variables = envOf(this.state, from.pod);
    const text = "error" in variables ? variables : putIn(to, variables, `Pod ${from.pod}`);
    return typeof text === "string" ? { ...typed, to: text } : text;
  }

  private steer(action: TrafficAction): Refusal | null {
    if (action.kind === "stop-traffic") return stopSteady(this.state);
    const { request: typed } = action;
    const request = typed === null ? null : this.spelledOut(typed);
    if (request !== null) {
      if ("error" in request) return request;
      const stranger = this.meet(request);
      if (stranger !== null) return stranger;
    }
    return action.kind === "set-sender" ? setSender(this.state, action.sender, request) : startSteady(this.state, request);
  }

  /** Addresses outside that a person sends from become hosts. Why one of the clients cannot send, or null. */
  private meet(request: Pick<SendRequest, "from" | "others">): Refusal | null {
    for (const client of clientsOf(request)) {
      this.welcome(client);
      const origin = originOf(this.state, this.topology(), client);
      if ("error" in origin) return origin;
    }
    return null;
  }

  private welcome(from: Sender): void {
    if (from.kind !== "outside") return;
    const visitor = visitorOf(this.topology(), from.id);
    if (visitor === null) return;
    this.state.visitors.push(visitor);
    this.changed();
  }

  // ---- time -----------------------------------------------------------------------------------------------------

  /** How far a change settles by itself: where steady traffic stands, time does not wait for it. */
  restsAt(): Nanos {
    return stands(this.state) ? this.state.now : Infinity;
  }

  settle(until: Nanos = this.restsAt()): void {
    const { progress } = this.options;
    for (let steps = 1; this.step(until); steps++)
      if (progress !== undefined && steps % PROGRESS_EVERY === 0) progress(this.state.store.objects.get("Pod")?.size ?? 0);
    this.passTo(until);
  }

  /** Whether something is left to do by then; without an end: before the run is at rest. */
  isDue(until: Nanos): boolean {
    const at = nextAt(this.state.queue);
    return at !== null && at <= until && (until !== Infinity || hasWork(this.state));
  }

  /** Nothing happens any more until then. */
  passTo(until: Nanos): void {
    if (Number.isFinite(until) && until > this.state.now) this.state.now = until;
  }

  /** Handles the next event that is due by `until`; false when there is none. */
  step(until: Nanos): boolean {
    if (!this.isDue(until)) return false;
    const queued = takeNext(this.state.queue);
    if (queued !== null && !isVoidEvent(this.state, queued.event)) this.handle(queued);
    return true;
  }

  private handle({ at, event }: Queued<SimulationEvent>): void {
    if (at < this.state.now) throw new Error(`queue out of order: ${at} after ${this.state.now}`);
    this.state.now = at;
    this.state.handled += 1;
    switch (event.kind) {
      case "network":
        return this.handleNetwork(event.event);
      case "beat":
        return this.beat(event);
      case "begin":
        return this.recordAll(beginRequest(this.state, this.world, event, originOf(this.state, this.topology(), senderOfBegin(event))));
      case "proxy-sync":
        // One that was called off since, or set anew.
        if (proxyOf(this.state, event.node).dueAt === at) this.sync(event.node);
        return;
      case "control":
        handleWork(this.controlRun(), event.work, event.idle);
        return this.afterChanges();
    }
  }

  private handleNetwork(event: NetworkEvent): void {
    const flight = this.state.flights.get(event.flight);
    if (flight === undefined) throw new Error(`an event of flight ${event.flight}, which has ended`);
    this.recordAll(handleTraffic(this.state, this.world, flight, event));
  }

  // ---- traffic --------------------------------------------------------------------------------------------------

  /** A sender of steady traffic sends. */
  private beat(beat: Beat): void {
    const origin = (from: Sender): ReturnType<typeof originOf> => originOf(this.state, this.topology(), from);
    const taken = takeBeat(this.state, beat, ({ from }) => !("error" in origin(from)));
    if (taken === null) return;
    const { id, request } = taken;
    this.recordAll(beginRequest(this.state, this.world, { kind: "begin", id, request, following: 0, steady: true }, origin(request.from)));
  }

  private recordAll(journeys: readonly Journey[]): void {
    for (const journey of journeys) this.record(journey);
  }

  private record(journey: Journey): void {
    const { state } = this;
    if (countSteady(state, journey)) return;
    state.journeys.push(journey);
    this.ended.set(journey.id, journey);
    this.forgetPackets(state.journeys.length - 1 - (this.options.keepTraces ?? KEPT_TRACES));
    state.timeline.push({
      kind: "journey",
      at: journey.sentAt,
      endsAt: journey.endedAt,
      journey: journey.id,
      ok: journey.outcome.kind === "delivered",
      outcome: journey.outcome.kind,
      to: journey.to,
    });
  }

  /** Traces are large: a long series keeps what became of its requests, and the packets of the last ones. */
  private forgetPackets(position: number): void {
    const journey = this.state.journeys[position];
    if (journey === undefined) return;
    const short = { ...journey, packets: [] };
    this.state.journeys[position] = short;
    this.ended.set(short.id, short);
  }

  private networkWorld(): NetworkWorld {
    const state = (): SimulationState => this.state;
    const topology = (): Topology => this.topology();
    return {
      names: nameService(state, topology, this.dns),
      get now() {
        return state().now;
      },
      get topology() {
        return topology();
      },
      after: (delay: Nanos, event: NetworkEvent) => schedule(this.state.queue, this.state.now + delay, { kind: "network", event }),
      stack: (node: string) => this.stackOf(node),
      random: (key: string) => stream(this.state.streams, this.state.seed, key),
      door: (packet) => doorOf(this.doorWorld(topology()), packet),
      clientPort: (place: Place, protocol: Protocol) => clientPort(this.state, place, protocol),
      process: (place: Place) => processAt(topology(), place),
      get kept() {
        return state().kept;
      },
      server: (place: Place, address: string, protocol: Protocol, port: number) =>
        serverAt(this.serverWorld(topology()), place, address, protocol, port),
    };
  }

  serverWorld(topology: Topology): ServerWorld {
    const { memory, store } = this.state;
    const health = (node: string, address: string, port: number): Server | null => {
      const net = topology.nodes.get(node);
      return net === undefined ? null : healthServer(this.state, this.rules, net, address, port);
    };
    return { topology, paces: memory.paces, store, health };
  }

  doorWorld(topology: Topology): DoorWorld {
    return { state: this.state, topology, rules: this.rules, book: this.doors };
  }

  // ---- nodes ----------------------------------------------------------------------------------------------------

  topology(): Topology {
    const { store, memory, visitors } = this.state;
    if (this.hosts.length !== this.standing + visitors.length) this.hosts = outsideHosts(visitors);
    return this.topologies.topologyOf(store, this.hosts, memory.nodeFaults);
  }

  /** With the host that the request would come from, which a question alone does not bring in. */
  topologyFor({ from }: SendRequest): Topology {
    const topology = this.topology();
    const visitor = from.kind === "outside" ? visitorOf(topology, from.id) : null;
    return visitor === null ? topology : withOutsiders(topology, outsideHosts([...this.state.visitors, visitor]));
  }

  private outsiders(): readonly OutsideHost[] {
    return outsideHosts(this.state.visitors);
  }

  private nodeNames(): readonly string[] {
    const nodes = listed(this.state.store, "Node");
    if (this.named.nodes !== nodes) this.named = { nodes, names: nodes.map(({ metadata }) => metadata.name) };
    return this.named.names;
  }

  nodeNet(name: string): NodeNet | null {
    return this.topology().nodes.get(name) ?? null;
  }

  stackOf(name: string): NodeStack {
    const node = this.nodeNet(name);
    if (node === null) throw new Error(`no node ${name}`);
    return this.stacks.stackOf(this.state, node);
  }

  private sync(name: string): void {
    const { state } = this;
    const synced = get(state.store, "Node", name) === undefined ? null : syncProxy(state, name, this.rules);
    if (synced === null) return;
    state.timeline.push({ kind: "sync", at: state.now, node: name });
    this.changed();
    this.stacks.afterSync(state, name, synced, () => this.nodeNet(name));
  }

  // ---- the control plane ----------------------------------------------------------------------------------------

  private controlRun(): ControlRun {
    return { state: this.state, changes: this.changes };
  }

  private readonly changes: ControlRun["changes"] = [];

  /** What was written since the last look: kube-proxies hear of it, the timeline and the view change. */
  private afterChanges(): void {
    const { state, changes } = this;
    const written = changes.splice(0);
    if (written.length === 0) return;
    this.changed();
    if (written.some(({ kind }) => kind === "Pod" || kind === "")) {
      hearPods(state);
      closeEndedConnections(state, this.world);
    }
    if (written.some(({ movesSerial }) => movesSerial)) state.dnsSerial = unixSeconds(state);
    for (const { entries } of written) state.timeline.push(...entries);
    this.stacks.follow(state, () => this.topology().nodes);
    const heard = written.filter(({ kind }) => kind === "" || PROXY_KINDS.has(kind)).length;
    if (heard === 0) return;
    proxiesHear(state, this.nodeNames(), heard);
    for (const node of state.proxies.keys()) if (get(state.store, "Node", node) === undefined) state.proxies.delete(node);
  }

  private changed(): void {
    this.state.clusterVersion += 1;
    this.viewMade = null;
  }

  // ---- what is remembered ----------------------------------------------------------------------------------------

  view(): ClusterView {
    if (this.viewMade === null) {
      const topology = this.topology();
      const doors = this.doorWorld(topology);
      this.viewMade = this.views.viewOf(this.state, {
        topology,
        outsiders: this.outsiders(),
        reachOf: (service) => reachOf(doors, service),
      });
    }
    return this.viewMade;
  }

  journey(id: number): Journey | null {
    return this.ended.get(id) ?? steadyJourney(this.state, id);
  }

  // ---- the run as a value ---------------------------------------------------------------------------------------

  /** The whole mutable state; later events do not change it. */
  checkpoint(): Checkpoint {
    return { state: copyState(this.state), stacks: this.stacks.states(this.now) };
  }

  /** Goes back (or over) to a checkpoint of this run. */
  restore(checkpoint: Checkpoint): void {
    this.state = copyState(checkpoint.state);
    this.rules.forget();
    this.topologies = new TopologyBook();
    this.views = new ViewBook();
    this.hosts = outsideHosts([]);
    this.viewMade = null;
    this.ended.clear();
    for (const journey of this.state.journeys) this.ended.set(journey.id, journey);
    this.stacks.restore(this.state, checkpoint.stacks, this.topology().nodes);
  }

  hash(): string {
    return hashOf(hashedForm({ state: this.state, stacks: this.stacks.states(this.now) }));
  }
}
