/**
 * A scene: where everything stands, as plain data. Made by buildScene, read by painters, hit tests and routes. It
 * carries the words that the picture prints, so that a painter needs no ClusterView.
 */
import type { NamespacedName } from "../core/base/names.ts";
import type { BalancerReach, PodState } from "../core/simulation/view.ts";
import type { PolicyBar } from "./bars.ts";
import type { Box, Point, Slots } from "./contract.ts";
import type { Crowd } from "./crowd.ts";
import type { GateRest, Notes } from "./notes.ts";

/** Lengths of one arrangement, px at zoom 1 (DESIGN 6). `…Dy` counts from the node's top. */
export interface Metrics {
  readonly margin: number;
  readonly boundaryY: number;
  readonly clusterRadius: number;
  readonly shelfY: number;
  readonly frontHeight: number;
  readonly shelfPitch: number;
  /** From the last shelf row's bottom to the selector lane, the bus and the nodes. */
  readonly laneDy: number;
  readonly busDy: number;
  readonly zoneDy: number;
  readonly nodeDy: number;
  readonly rail: number;
  readonly gateDy: number;
  readonly gateHeight: number;
  readonly gateInset: number;
  readonly podsDy: number;
  readonly podHeight: number;
  /** Of that height what is kept free below: no reason to say more in the Pod. Absent: nothing. */
  readonly podRoom?: number;
  readonly podPitch: number;
  readonly podLeft: number;
  readonly podRight: number;
  /** Below the last Pod in the node, below the node in the cluster, between cluster and node, between nodes. */
  readonly nodePad: number;
  readonly clusterPad: number;
  readonly nodeInset: number;
  readonly nodeGap: number;
  readonly frontMin: number;
  readonly frontMax: number;
  readonly frontGap: number;
  /** Whether fronts have their third line, zones their tint, nodes their address. */
  readonly full: boolean;
}

/** While a scene goes over into the next. Absent at rest. */
export interface Present {
  /** How much of the thing is there already, or still: 0 to 1. */
  readonly presence?: number;
  /** It comes or goes as a whole, so that it grows or shrinks too; else only its look changes. */
  readonly grows?: boolean;
}

export interface ScenePod extends Present {
  readonly key: NamespacedName;
  /** "" for a Pod that no node takes: it stands in the tray. */
  readonly node: string;
  readonly slot: number;
  readonly box: Box;
  readonly name: string;
  readonly fullName: string;
  /** Second line: address, label or listening ports, as SceneOptions.podDetail asks. */
  readonly detail: string;
  /** Third line, where it is seen closely: listening ports, or the address where those are the second. A crowd's Pods have none. */
  readonly more?: string;
  readonly state: PodState;
  /** Its state in words. */
  readonly notes: Notes;
  readonly role: "server" | "client" | "dns" | "system";
  readonly hostNetwork: boolean;
  /** Badges on its right edge: Services that select it, the one in focus first. At most three, then a count. */
  readonly badges: readonly { readonly service: NamespacedName; readonly solid: boolean }[];
  readonly moreBadges: number;
  /** The wire from the node's rail to its left edge; empty for a host-network Pod. */
  readonly stub: readonly Point[];
  /** Across the stub, where network policies isolate the Pod. */
  readonly bar: PolicyBar | null;
}

export interface SceneNode extends Present {
  readonly name: string;
  readonly box: Box;
  readonly address: string;
  readonly zone: string;
  readonly ready: boolean;
  /** What is unusual about it, in words; they stand in place of the address. */
  readonly notes: Notes;
  /** Not ready, switched off or cut off: it carries the octagon. */
  readonly lost: boolean;
  /** Its link to the Pod network is broken. */
  readonly cut: boolean;
  readonly railX: number;
  readonly railBottom: number;
  readonly busY: number;
  readonly gate: Box;
  readonly mode: string;
  /** What its gate says at rest in place of the mode: what its rules hold, from the fullest words to the shortest. */
  readonly lists?: Notes | undefined;
  readonly rest: GateRest;
}

export type FrontState = "rest" | "focus" | "empty" | "headless";

export interface SceneService extends Present {
  readonly key: NamespacedName;
  readonly box: Box;
  readonly name: string;
  readonly type: string;
  /** `10.96.142.31:80`, `no address`, or "" (ExternalName). */
  readonly address: string;
  /** Third line: DNS name, alias, or what is pending; null where the arrangement has no room for it. */
  readonly dns: string | null;
  readonly state: FrontState;
  readonly focus: boolean;
  /** "no Pods", "none ready", "no endpoints": printed in red with the blocked glyph. */
  readonly trouble: string | null;
  readonly dnsGlyph: boolean;
  readonly pending: boolean;
  readonly row: number;
}

export interface ScenePill extends Present {
  readonly id: string;
  readonly box: Box;
  readonly name: string;
  readonly address: string;
  readonly glyph: "client" | "lb" | "dns" | "arrow";
  readonly state: "ready" | "pending" | "trouble";
  /** At the right of the name: who answers, how many nodes are healthy. */
  readonly notes: Notes;
  readonly checks: BalancerReach["checks"];
}

/** Where Pods stand that no node takes. */
export interface SceneTray {
  readonly box: Box;
  readonly title: string;
  /** The scheduler's words. */
  readonly reason: string;
}

export interface SceneZone {
  readonly name: string;
  readonly box: Box;
}

/** A large cluster seen from afar: its zones as blocks of nodes. */
export interface SceneMap {
  readonly box: Box;
  /** `name` is "" where nodes have no zone. */
  readonly blocks: readonly { readonly name: string; readonly box: Box; readonly nodes: number; readonly pods: number }[];
}

/** A dotted line from the Service in focus to its members, or to nothing with words at its end. */
export interface SceneThread extends Present {
  readonly service: NamespacedName;
  /** To members that are ready. */
  readonly lines: readonly (readonly Point[])[];
  /** On from there to members that are not: dashed. */
  readonly loose: readonly (readonly Point[])[];
  readonly end: { readonly point: Point; readonly mono: string; readonly text: string } | null;
}

export interface SceneBus {
  readonly y: number;
  /** Height of the selector lane above it. */
  readonly lane: number;
  readonly left: number;
  readonly right: number;
}

export interface Scene {
  /** Version of the view it was built from. */
  readonly version: number;
  readonly arrangement: "workbench" | "embed" | "phone";
  readonly metrics: Metrics;
  readonly width: number;
  readonly height: number;
  readonly focus: NamespacedName | null;
  readonly cluster: Box;
  readonly clusterCaption: string;
  readonly network: { readonly text: string; readonly point: Point } | null;
  readonly zones: readonly SceneZone[];
  /** Present where zones stand as blocks: then the levels 1 and 0 show a map. */
  readonly map: SceneMap | null;
  readonly nodes: readonly SceneNode[];
  /** With a `crowd` those of the tray alone: `lookup.ts` finds any, and those in sight. */
  readonly pods: readonly ScenePod[];
  /** The Pods on the nodes of a large cluster; null: they are in `pods`. */
  readonly crowd: Crowd | null;
  readonly tray: SceneTray | null;
  readonly services: readonly SceneService[];
  readonly pills: readonly ScenePill[];
  /** Where the road from outside crosses the boundary, and the x at which it meets the bus; null without pills. */
  readonly entry: { readonly port: Point; readonly x: number; readonly label: string } | null;
  /** Where packets that nobody caught leave the picture. */
  readonly beyond: Point;
  /** Row by row; more than one is joined on the far left at `joinX`. */
  readonly buses: readonly SceneBus[];
  readonly joinX: number;
  /** Everything at rest: buses, rails, stubs, the road outside; with a `crowd` without the stubs. */
  readonly wires: readonly (readonly Point[])[];
  readonly threads: readonly SceneThread[];
  readonly slots: Slots;
  /** What goes while the next scene comes: drawn above it, fading. Absent at rest. */
  readonly leaving?: {
    readonly pods: readonly ScenePod[];
    readonly nodes: readonly SceneNode[];
    readonly services: readonly SceneService[];
    readonly pills: readonly ScenePill[];
    readonly threads: readonly SceneThread[];
  };
  /** What was left out, for the caption: nodes, Services that found no room, Pods not scheduled. */
  readonly folded: {
    readonly nodes: readonly string[];
    readonly services: readonly NamespacedName[];
    readonly pods: readonly NamespacedName[];
  };
}
