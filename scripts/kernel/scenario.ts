/**
 * A scenario of the page as a cluster to hold against the kernel: its manifests go through the whole simulator, which
 * settles, sends, and says in its journeys what it did. The kernel gets the text of `kubehop rules`, the addresses of
 * that cluster, and the destination that the simulator's client dialled.
 */
import { Play } from "../../src/app/scenarios/testing.ts";
import type { Scenario } from "../../src/app/scenarios/types.ts";
import { storeOf } from "../../src/core/api/stored.ts";
import { endpointText, parseEndpoint } from "../../src/core/base/address.ts";
import { printSave } from "../../src/core/netfilter/print.ts";
import type { RuleSet } from "../../src/core/netfilter/rules.ts";
import type { Journey, PacketTrace, Sender } from "../../src/core/network/trace.ts";
import { topologyOf } from "../../src/core/network/topology.ts";
import type { Simulation } from "../../src/core/simulation/simulation.ts";
import { entryNodes, type GatewayRoute, type NodeText, type TestCluster } from "./cluster.ts";
import type { Attempt, Transport } from "./helpers.ts";
import type { Listener, Place } from "./machines.ts";
import { destination, type Probe } from "./probe.ts";
import type { Case } from "./suite.ts";
import { familiesOf } from "./wiring.ts";

/** One thing to try in the settled scenario, beside its own request. */
export interface Trial {
  readonly name: string;
  readonly from: (simulation: Simulation) => Sender;
  readonly to: string;
  /** Default TCP. */
  readonly protocol?: Transport;
  readonly sticky?: true;
}

const COUNT = 150;

export interface ScenarioTrials {
  /** Labels of steps that are taken first, in this order. */
  readonly after?: readonly string[];
  /** Beside the scenario's own request. */
  readonly trials?: readonly Trial[];
  readonly sticky?: true;
}

/** The scenario's own request and these trials. */
export function scenarioCase(scenario: Scenario, { after = [], trials = [], sticky }: ScenarioTrials = {}): Case {
  const name = [scenario.id, ...after].join(", ");
  return {
    name: `scenario ${name}`,
    make: () => {
      const play = new Play(scenario);
      for (const label of after) play.does(play.step(label));
      const { simulation } = play;
      const own: Trial = {
        name: `${scenario.request.from} to ${scenario.request.to}`,
        from: () => senderNamed(scenario.request.from),
        to: scenario.request.to,
      };
      const all = [sticky === undefined ? own : { ...own, sticky }, ...trials];
      const sent = all.map((trial) => probeOf(simulation, trial));
      const routes = sent.flatMap((one) => one.routes);
      return { cluster: clusterOf(name, simulation, routes), probes: sent.map(({ probe }) => probe) };
    },
  };
}

/** The first Pod behind the Service `namespace/name`. */
export function podBehind(service: string): (simulation: Simulation) => Sender {
  return (simulation) => {
    const pod = simulation.view().services.find((view) => view.key === service)?.endpoints[0]?.pod;
    if (pod === undefined || pod === null) throw new Error(`no Pod behind ${service}`);
    return { kind: "pod", pod };
  };
}

function senderNamed(text: string): Sender {
  if (text.startsWith("node/")) return { kind: "node", node: text.slice("node/".length) };
  return text.includes("/") ? { kind: "pod", pod: text } : { kind: "outside", id: text };
}

/** `default/debug`, `node/node-1`, `external`: as a scenario says it. */
export function senderText(sender: Sender): string {
  const place = placeOf(sender);
  return place.startsWith("node/") ? place : place.slice(place.indexOf("/") + 1);
}

function placeOf(sender: Sender): Place {
  switch (sender.kind) {
    case "pod":
      return `pod/${sender.pod}`;
    case "node":
      return `node/${sender.node}`;
    case "outside":
      return `outside/${sender.id}`;
  }
}

/** The cluster as it stands in the simulation. */
export function clusterOf(name: string, simulation: Simulation, routes: readonly GatewayRoute[]): TestCluster {
  const view = simulation.view();
  const topology = topologyOf(storeOf(simulation.objects()), view.outsiders);
  const rules = { IPv4: new Map<string, RuleSet>(), IPv6: new Map<string, RuleSet>() };
  const texts: NodeText[] = [];
  for (const { name } of view.nodes) {
    for (const family of familiesOf(topology)) {
      const ruleSet = simulation.ruleSet(name, family);
      const tables = simulation.rulesText(name, family, false);
      const sync = simulation.rulesText(name, family, true);
      if (ruleSet === null || tables === null || sync === null) throw new Error(`no ${family} rules on ${name}`);
      if (printSave(ruleSet) !== tables) throw new Error(`the ${family} rules that packets meet on ${name} are not those it prints`);
      rules[family].set(name, ruleSet);
      texts.push({ node: name, family, tables, sync });
    }
  }
  const listeners = view.pods.flatMap((pod): Listener[] =>
    pod.listens.flatMap(({ protocol, port }): Listener[] => {
      if (protocol === "SCTP" || (pod.hostNetwork && pod.node === null)) return [];
      return [pod.hostNetwork ? { node: pod.node ?? "", protocol, port } : { pod: pod.key, protocol, port }];
    }),
  );
  return { name, topology, listeners, rules, texts, routes, entryNodes: (address) => entryNodes(topology, routes, address) };
}

/** The probe, and the routes by which its packets from outside came to nodes whose address they do not have. */
function probeOf(simulation: Simulation, trial: Trial): { readonly probe: Probe; readonly routes: readonly GatewayRoute[] } {
  const from = trial.from(simulation);
  const attempts = journeysOf(simulation, trial, COUNT).map((journey) => ({
    ...dialled(journey),
    attempt: attemptOf(journey),
    entered: enteredAt(journey),
  }));
  const [first] = attempts;
  if (first === undefined) throw new Error(`${trial.name}: nothing was sent`);
  const probe: Probe = {
    name: trial.name,
    from: placeOf(from),
    to: first.to,
    count: COUNT,
    protocol: first.protocol,
    ...(trial.sticky === undefined ? {} : { sticky: trial.sticky }),
    simulated: attempts.map(({ attempt }) => attempt),
  };
  const address = destination(probe).address;
  const isNode = simulation.view().nodes.some(({ addresses }) => addresses.includes(address));
  const nodes = isNode ? [] : [...new Set(attempts.flatMap(({ entered }) => entered ?? []))].sort();
  return { probe, routes: nodes.map((node) => ({ prefix: `${address}/${address.includes(":") ? 128 : 32}`, node })) };
}

/** The simulator's own packets, sent one after another. */
export function journeysOf(simulation: Simulation, trial: Trial, count: number): readonly Journey[] {
  const { protocol, to } = trial;
  const ids = simulation.send({ from: trial.from(simulation), to, count, ...(protocol === undefined ? {} : { protocol }) });
  if ("error" in ids) throw new Error(`${trial.name}: ${ids.error}`);
  simulation.settle();
  return ids.map((id) => {
    const journey = simulation.journey(id);
    if (journey === null) throw new Error(`${trial.name}: journey ${id} is gone`);
    return journey;
  });
}

/** The node at which the connection came in from outside; null where it did not. */
function enteredAt(journey: Journey): string | null {
  const hop = openingOf(journey)?.hops.find(({ kind }) => kind === "enter-cluster");
  return hop?.to.kind === "gate" ? hop.to.node : null;
}

/** The address and port that the client's first packet of the connection was sent to. */
function dialled(journey: Journey): { readonly to: string; readonly sourcePort: number; readonly protocol: Transport } {
  const header = openingOf(journey)?.hops[0]?.before;
  if (header === undefined) throw new Error(`journey ${journey.id} to ${journey.to} opened no connection: ${journey.outcome.kind}`);
  return { to: endpointText(header.dst, header.dstPort), sourcePort: header.srcPort, protocol: header.protocol === "UDP" ? "UDP" : "TCP" };
}

function openingOf(journey: Journey): PacketTrace | undefined {
  return journey.packets.find(({ direction, purpose }) => direction === "out" && (purpose === "syn" || purpose === "datagram"));
}

/** A journey as the client and the server saw it. */
export function attemptOf(journey: Journey): Attempt {
  switch (journey.outcome.kind) {
    case "delivered": {
      const source = parseEndpoint(journey.sourceSeen ?? "");
      if (source === null || journey.endpoint === null) throw new Error(`journey ${journey.id} was delivered nowhere`);
      return { name: journey.endpoint, address: source.address, port: source.port, sent: dialled(journey).sourcePort };
    }
    case "refused":
      return { error: journey.clientSays.includes("not permitted") ? "EPERM" : "ECONNREFUSED" };
    case "unreachable":
      return { error: "EHOSTUNREACH" };
    case "dropped":
      return { error: journey.clientSays.includes("not permitted") ? "EPERM" : "TIMEOUT" };
    case "dns-failed":
    case "unmodelled":
      return { error: journey.outcome.kind };
  }
}
