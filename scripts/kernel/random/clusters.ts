/**
 * Clusters drawn at random: for each network ("ground") several rounds of Services, settings and policies, and probes into
 * each. In the last round of one network a Service stands in which faults are planted.
 */
import { parseEndpoint } from "../../../src/core/base/address.ts";
import type { Journey, Sender } from "../../../src/core/network/trace.ts";
import { familyOf } from "../../../src/core/network/topology.ts";
import { createSimulation, type Simulation } from "../../../src/core/simulation/simulation.ts";
import type { GatewayRoute, TestCluster } from "../cluster.ts";
import { expectedOf } from "../expect.ts";
import { simulatedShapes } from "../tracked.ts";
import type { Expected } from "../compare.ts";
import { plantedFaults, type Fault } from "../faults.ts";
import type { Attempt } from "../helpers.ts";
import type { Place } from "../machines.ts";
import type { Probe } from "../probe.ts";
import { attemptOf, clusterOf, journeysOf } from "../scenario.ts";
import type { Case, Trials } from "../suite.ts";
import { Draw } from "./draw.ts";
import { drawGround, OUTSIDE, type Families, type Ground } from "./ground.ts";
import { drawProbe, type DrawnProbe } from "./probes.ts";
import { anchorService, drawService, Numbers, type DrawnService } from "./services.ts";
import { drawPolicies, drawSettings } from "./settings.ts";

const FAMILIES: readonly [Families, Families, Families] = [["IPv4"], ["IPv6"], ["IPv4", "IPv6"]];
const ROUNDS = 3;
const PROBES_A_ROUND = 13;

/** Of one seed, as many clusters as these probes take; at least one, with the faults in it. */
export function randomCases(seed: number, probes: number): readonly Case[] {
  const perGround = ROUNDS * PROBES_A_ROUND;
  const grounds = Math.max(1, Math.ceil(probes / perGround));
  return Array.from({ length: grounds }, (_, i) => {
    const families = FAMILIES[i % FAMILIES.length] ?? FAMILIES[0];
    const count = Math.min(perGround, probes - i * perGround);
    // Which of the first grounds has the faults goes by the seed, so that each family has them in some run.
    const faulty = i === Math.abs(seed) % Math.min(grounds, FAMILIES.length);
    return groundCase({ seed, number: i + 1, families, count, faulty });
  });
}

interface GroundPlan {
  readonly seed: number;
  readonly number: number;
  readonly families: Families;
  readonly count: number;
  readonly faulty: boolean;
}

function groundCase({ seed, number, families, count, faulty }: GroundPlan): Case {
  const name = `random ${seed}.${number} ${families.join(" and ")}`;
  return {
    name,
    make: () => {
      const ground = drawGround(new Draw(seed, `ground ${number}`), families);
      const numbers = new Numbers();
      const rounds: Trials[] = [];
      for (let left = count, round = 1; left > 0; left -= PROBES_A_ROUND, round++) {
        const draw = new Draw(seed, `round ${number} ${round}`);
        const isLast = left <= PROBES_A_ROUND;
        const plan = { name: `${name}, round ${round}`, seed, probes: Math.min(left, PROBES_A_ROUND), anchored: faulty && isLast };
        rounds.push(drawRound(draw, ground, numbers, plan));
      }
      const [first, ...rest] = rounds;
      if (first === undefined) throw new Error(`${name} has no probes`);
      return [first, ...rest];
    },
  };
}

interface RoundPlan {
  readonly name: string;
  readonly seed: number;
  readonly probes: number;
  readonly anchored: boolean;
}

function drawRound(draw: Draw, ground: Ground, numbers: Numbers, plan: RoundPlan): Trials {
  const services = Array.from({ length: draw.between(5, 8) }, () => drawService(draw, ground, numbers));
  const anchor = plan.anchored ? anchorService(draw, ground, numbers) : null;
  const all = anchor === null ? services : [...services, anchor];
  const policies = anchor === null && draw.chance(50) ? drawPolicies(draw, ground, draw.between(1, 3)) : [];
  const objects = [drawSettings(draw, anchor !== null), ...ground.objects, ...all.flatMap((service) => service.objects), ...policies];
  const simulation = createSimulation({ objects, stored: true, seed: plan.seed });
  // Outside hosts become known by sending.
  for (const id of ground.outside) journeysOf(simulation, { name: id, from: () => ({ kind: "outside", id }), to: greeting(ground, id) }, 1);
  const cluster = clusterOf(plan.name, simulation, routesOf(simulation, all));
  const names = new Set<string>();
  const probes = Array.from({ length: plan.probes }, () => probeOf(cluster, simulation, drawProbe(draw, ground, all), names));
  if (anchor === null) return { cluster, probes };
  const planted = anchorProbes(anchor, ground);
  return { cluster, probes: [...probes, ...planted.probes], faults: planted.faults };
}

/** An address that every host of the family can send to. */
function greeting(ground: Ground, id: string): string {
  const address = ground.nodes[0]?.addresses.find((own) => familyOf(own) === familyOf(id));
  if (address === undefined) throw new Error(`nobody for ${id} to send to`);
  return familyOf(address) === "IPv6" ? `[${address}]:9` : `${address}:9`;
}

/** What brings packets from outside to nodes: a route to an external IP, a load balancer's health checks. */
function routesOf(simulation: Simulation, services: readonly DrawnService[]): readonly GatewayRoute[] {
  const view = simulation.view();
  return services.flatMap(({ namespace, name, routedTo, externalIps, balancerIps }) => {
    const checks = view.services.find(({ key }) => key === `${namespace}/${name}`)?.loadBalancer.reach?.checks ?? [];
    const healthy = checks.filter((check) => check.healthy).map(({ node }) => node);
    return [
      ...(routedTo === null ? [] : externalIps.map((address) => ({ prefix: prefixOf(address), node: routedTo }))),
      ...balancerIps.flatMap((address) => healthy.map((node) => ({ prefix: prefixOf(address), node }))),
    ];
  });
}

function prefixOf(address: string): string {
  return `${address}/${familyOf(address) === "IPv4" ? 32 : 128}`;
}

/** The simulator's own packets are compared too. */
const SIMULATED = 60;

function probeOf(cluster: TestCluster, simulation: Simulation, drawn: DrawnProbe, names: Set<string>): Probe {
  const { from, to, protocol, what, affinity } = drawn;
  let name = `${from} to ${what} ${to} ${protocol}`;
  for (let again = 2; names.has(name); again++) name = `${from} to ${what} ${to} ${protocol} (${again})`;
  names.add(name);
  const address = parseEndpoint(to)?.address ?? "";
  const byNode = affinity && from.startsWith("outside/") && cluster.entryNodes(address).length > 1;
  const trial = { name, from: () => senderAt(from), to, protocol };
  const journeys = journeysOf(simulation, trial, SIMULATED);
  const probe: Probe = {
    name,
    from,
    to,
    protocol,
    sticky: affinity,
    affinityByNode: byNode,
    simulated: journeys.map(firstTry),
  };
  const expected = expectedOf(cluster, probe);
  const ids = new Set(journeys.map(({ id }) => id));
  const nodes = [...cluster.topology.nodes.values()];
  // Where each way is met for certain, on both sides, what flows leave behind can be compared whole.
  const shapes = simulatedShapes(nodes, (node) => simulation.conntrack(node), ids);
  // Of endpoints that all fail alike, few connections need not meet each.
  const entries = from.startsWith("outside/") ? cluster.entryNodes(address).length : 1;
  const isOne = entries <= 1 && [...shapes.values()].every(({ size }) => size <= 1);
  const tracked = isCertain(expected) && (isOne || expected.failures.size === 0) ? { tracked: shapes } : {};
  return { ...probe, ...tracked, count: enough(expected) };
}

/**
 * The kernel's client does not wait for its SYN to be sent again, which draws anew where the rules dropped the first: an answer
 * to a later one does not count.
 */
function firstTry(journey: Journey): Attempt {
  const syns = journey.packets.filter(({ purpose }) => purpose === "syn").length;
  const late = syns > 1 && (journey.outcome.kind === "delivered" || journey.outcome.kind === "refused");
  return late ? { error: "TIMEOUT" } : attemptOf(journey);
}

/**
 * Affinity aside, and loops, which leave many entries; every way is likely enough to be among the simulator's packets. Where some are
 * dropped and some are not, the simulator's client sends its SYN again, and what came before it can have run out.
 */
function isCertain({ affinity, endpoints, failures }: Expected): boolean {
  const chances = [
    ...[...endpoints.values()].flatMap((sources) => [...sources.values()].map(({ probability }) => probability)),
    ...failures.values(),
  ];
  const isMixed = failures.has("TIMEOUT") && chances.length > 1;
  return affinity === null && !isMixed && !failures.has("EHOSTUNREACH") && chances.every((chance) => (1 - chance) ** SIMULATED < 1e-6);
}

/** Where one thing alone can happen, a few times tell; of n endpoints none must be missed by chance. */
function enough({ endpoints, failures }: Expected): number {
  const ways = endpoints.size + failures.size;
  if (ways > 1) return 40 * ways;
  return failures.has("TIMEOUT") ? 6 : 15;
}

function senderAt(place: Place): Sender {
  const [kind, ...rest] = place.split("/");
  const name = rest.join("/");
  if (kind === "pod") return { kind, pod: name };
  return kind === "node" ? { kind, node: name } : { kind: "outside", id: name };
}

function anchorProbes(anchor: DrawnService, ground: Ground): { readonly probes: readonly Probe[]; readonly faults: readonly Fault[] } {
  const [clusterIp = ""] = anchor.clusterIps;
  const [port] = anchor.ports;
  const [family] = ground.families;
  const node = ground.nodes[0]?.addresses.find((address) => familyOf(address) === family);
  const client = ground.clients[0]?.key;
  const [own] = anchor.pods;
  if (port === undefined || port.nodePort === null || node === undefined || client === undefined || own === undefined)
    throw new Error(`${anchor.name} has no node port or no Pods`);
  const at = (address: string, number: number): string => (family === "IPv6" ? `[${address}]:${number}` : `${address}:${number}`);
  const fromPod: Probe = { name: "anchor from a Pod", from: `pod/${client}`, to: at(clusterIp, port.port), count: 160 };
  const hairpin: Probe = { name: "anchor from its own Pod", from: `pod/${own}`, to: at(clusterIp, port.port), count: 160 };
  const nodePort: Probe = { name: "anchor by node port", from: `outside/${OUTSIDE[family][0]}`, to: at(node, port.nodePort), count: 160 };
  const faults = plantedFaults(`${anchor.namespace}/${anchor.name}:${port.name}`, 8080, {
    fromPod: fromPod.name,
    hairpin: hairpin.name,
    nodePort: nodePort.name,
  });
  return { probes: [fromPod, hairpin, nodePort], faults };
}
