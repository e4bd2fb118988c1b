/**
 * Questions to a run that take more than a look into its state: rules and their counters, exact shares, what the rules make
 * of one packet. None of them moves the run on, `flow` aside.
 */
import type { Family } from "../base/names.ts";
import { printSave } from "../netfilter/print.ts";
import type { RuleSet } from "../netfilter/rules.ts";
import { packetsOf, type Entry, type TraceMode } from "../netfilter/stack.ts";
import { routeAnswerer } from "../network/gate.ts";
import { flow, type FlowResult } from "../network/flow.ts";
import { answerPacket, firstPacket, type PacketAnswer } from "../network/new-flow.ts";
import { isLoopback, routeFrom } from "../network/topology.ts";
import type { Sender } from "../network/trace.ts";
import type { Refusal, SendRequest } from "./contract.ts";
import { distributionOf } from "./distribution.ts";
import { doorsOf } from "./doors.ts";
import { rulesView } from "./rules-view.ts";
import type { Run } from "./run.ts";
import { originOf } from "./senders.ts";
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
  return rulesView(node, rules, (table, chain, index) => packetsOf(stack, family, table, chain, index));
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
  if ("error" in request) return request;
  const topology = run.topologyFor(request);
  return distributionOf(
    {
      state: run.state,
      topology,
      stack: (node) => run.stackOf(node),
      dns: run.dns,
      doors: (packet) => doorsOf(run.doorWorld(topology), packet),
    },
    request,
  );
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
