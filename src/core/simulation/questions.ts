/**
 * Questions to a run that take more than a look into its state: rules and their counters, exact shares, what the rules make
 * of one packet. None of them moves the run on, `flow` aside.
 */
import type { Family, NamespacedName } from "../base/names.ts";
import { printSave } from "../netfilter/print.ts";
import type { RuleSet } from "../netfilter/rules.ts";
import { packetsOf, type Entry, type TraceMode } from "../netfilter/stack.ts";
import { routeAnswerer } from "../network/gate.ts";
import { flow, type FlowResult } from "../network/flow.ts";
import { answerPacket, firstPacket, type PacketAnswer } from "../network/new-flow.ts";
import { isLoopback, routeFrom, type Topology } from "../network/topology.ts";
import type { Sender } from "../network/trace.ts";
import type { Refusal, SendRequest } from "./contract.ts";
import { distributionOf, type DistributionWorld } from "./distribution.ts";
import { doorsOf } from "./doors.ts";
import { echoTo, type EchoEnd } from "./echo.ts";
import { lookUp } from "./new-flows.ts";
import { whoCanReach, type ReachWorld } from "./reach.ts";
import type { ReachView } from "./reach-types.ts";
import { ownTexts } from "./own-rules.ts";
import { rulesView } from "./rules-view.ts";
import type { Run } from "./run.ts";
import { originOf } from "./senders.ts";
import { serverAt } from "./servers.ts";
import type { Distribution, RulesView } from "./view.ts";

/** The addresses and ports of a packet that opens a flow. */
export type FirstHeader = Parameters<typeof firstPacket>[0];

/** null where there is no such node. */
export function ruleSetOf(run: Run, node: string, family: Family): RuleSet | null {
  const net = run.nodeNet(node);
  return net === null ? null : run.rules.rulesOf(run.state, net, family);
}

/** The rules of a node with what each has counted. */
export function rulesViewOf(run: Run, node: string, family: Family): RulesView | null {
  const rules = ruleSetOf(run, node, family);
  if (rules === null) return null;
  const stack = run.stackOf(node);
  const view = rulesView(node, rules, (table, chain, index) => packetsOf(stack, family, table, chain, index));
  const own = ownTexts(run.state, node);
  return own.document === null && own.all === null && own.node === null ? view : { ...view, own };
}

/** As `SimulationFacade.rulesText`. */
export function rulesTextOf(run: Run, node: string, family: Family, sync: boolean): string | null {
  const net = run.nodeNet(node);
  if (net === null) return null;
  if (sync) return run.rules.syncText(run.state, net, family);
  return printSave(run.rules.rulesOf(run.state, net, family));
}

/** The exact shares of a new flow from this sender. */
export function distributionIn(run: Run, typed: SendRequest): Distribution | Refusal {
  const request = run.spelledOut(typed);
  return "error" in request ? request : distributionOf(newFlowWorld(run, run.topologyFor(request)), request);
}

/** Who can reach a Service now, by which way, and what becomes of the others. */
export function whoCanReachIn(run: Run, service: NamespacedName, few?: number): ReachView | Refusal {
  const world = newFlowWorld(run, run.topology());
  const lookup: ReachWorld["lookup"] = (from, name) => lookUp(world, from, name);
  return whoCanReach({ ...world, lookup, ...(few === undefined ? {} : { few }) }, service);
}

function newFlowWorld(run: Run, topology: Topology): DistributionWorld {
  const { state, dns } = run;
  return {
    state,
    dns,
    now: run.now,
    topology,
    stack: (node) => run.stackOf(node),
    doors: (packet) => doorsOf(run.doorWorld(topology), packet),
    server: (place, address, protocol, port) => serverAt(run.serverWorld(topology), place, address, protocol, port),
  };
}

/** What becomes of an ICMP echo request from there to an address. */
export function echoFrom(run: Run, from: Sender, address: string): EchoEnd | Refusal | null {
  const topology = run.topology();
  const origin = originOf(run.state, topology, from);
  return "error" in origin ? origin : echoTo(newFlowWorld(run, topology), origin, address);
}

/** As `Simulation.packetAt`. */
export function packetAtNode(run: Run, node: string, header: FirstHeader): PacketAnswer | null {
  const net = run.nodeNet(node);
  if (net === null) return null;
  const topology = run.topology();
  const own = isLoopback(header.src) || topology.nodeAt.get(header.src) === node;
  const entry: Entry = own ? { hook: "OUTPUT" } : { hook: "PREROUTING", inInterface: routeFrom(topology, net, header.src).device };
  return answerPacket(run.stackOf(node), firstPacket(header), entry, { now: run.now, route: routeAnswerer({ topology }, net) });
}

/** As `Simulation.flow`. */
export function flowOf(run: Run, from: Sender, header: FirstHeader, mode: TraceMode): FlowResult | Refusal {
  const origin = originOf(run.state, run.topology(), from);
  return "error" in origin ? origin : flow(run.world, origin.place, firstPacket(header), mode);
}
