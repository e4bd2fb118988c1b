/** Finding things of a scene by name and by place. A scene is never changed, so its index is worked out once for it. */
import type { NamespacedName } from "../core/base/names.ts";
import type { PodState } from "../core/simulation/view.ts";
import type { Box, Point } from "./contract.ts";
import { placesIn, podsAt, type Crowd } from "./crowd.ts";
import type { Lookup } from "./seldom.ts";
import type { Scene, SceneNode, ScenePod } from "./scene.ts";

export interface SceneIndex {
  readonly nodes: ReadonlyMap<string, SceneNode>;
  readonly pods: Lookup<NamespacedName, ScenePod>;
  /** Pods of each node, in the scene's order; "": those that no node takes. */
  readonly podsOn: Lookup<string, readonly ScenePod[]>;
  /** The name of the node that a Pod stands on. */
  readonly nodeOf: Lookup<NamespacedName, string>;
  readonly stateOf: Lookup<NamespacedName, PodState>;
  /** A node's place in the scene's list. */
  readonly placeOf: Lookup<string, number>;
  /** Addresses that Services have, without ports. */
  readonly serviceAddresses: ReadonlySet<string>;
}

const indexes = new WeakMap<Scene, SceneIndex>();

export function indexOf(scene: Scene): SceneIndex {
  let index = indexes.get(scene);
  if (index === undefined) {
    const placeOf = new Map(scene.nodes.map(({ name }, i) => [name, i]));
    index = {
      placeOf,
      nodes: new Map(scene.nodes.map((node) => [node.name, node])),
      ...(scene.crowd === null ? podsOf(scene) : crowdOf(scene, scene.crowd, placeOf)),
      serviceAddresses: new Set(scene.services.map(({ address }) => hostOf(address))),
    };
    indexes.set(scene, index);
  }
  return index;
}

/** Pods that the picture shows. */
export function podCount({ pods, crowd }: Scene): number {
  return pods.length + (crowd?.count ?? 0);
}

type PodIndex = Pick<SceneIndex, "pods" | "podsOn" | "nodeOf" | "stateOf">;

function podsOf(scene: Scene): PodIndex {
  const pods = new Map(scene.pods.map((pod) => [pod.key, pod]));
  return {
    pods,
    podsOn: byNode(scene.pods),
    nodeOf: { get: (key) => pods.get(key)?.node },
    stateOf: { get: (key) => pods.get(key)?.state },
  };
}

/** So many nodes of a crowd keep the Pods that were made for them. */
const KEPT_NODES = 600;

function crowdOf(scene: Scene, crowd: Crowd, at: ReadonlyMap<string, number>): PodIndex {
  const tray = podsOf(scene);
  const made = new Map<number, readonly ScenePod[]>();
  const places = placesIn(crowd);
  const podsAtNode = (i: number): readonly ScenePod[] => {
    let pods = made.get(i);
    if (pods === undefined) {
      if (made.size >= KEPT_NODES) made.clear();
      made.set(i, (pods = podsAt(scene, crowd, i)));
    }
    return pods;
  };
  const nodeOf = (key: NamespacedName): number | undefined => places.nodeOf(key);
  return {
    pods: {
      get(key) {
        const node = nodeOf(key);
        return node === undefined ? tray.pods.get(key) : podsAtNode(node).find((pod) => pod.key === key);
      },
    },
    podsOn: {
      get(name) {
        const i = at.get(name);
        return i === undefined ? tray.podsOn.get(name) : podsAtNode(i);
      },
    },
    nodeOf: {
      get(key) {
        const node = nodeOf(key);
        return node === undefined ? tray.nodeOf.get(key) : scene.nodes[node]?.name;
      },
    },
    stateOf: { get: (key) => places.lookOf(key)?.state ?? tray.stateOf.get(key) },
  };
}

function byNode(pods: readonly ScenePod[]): ReadonlyMap<string, readonly ScenePod[]> {
  const lists = new Map<string, ScenePod[]>();
  for (const pod of pods) {
    const list = lists.get(pod.node);
    if (list === undefined) lists.set(pod.node, [pod]);
    else list.push(pod);
  }
  return lists;
}

/** `10.96.0.1` of `10.96.0.1:80`, `fd00::1` of `[fd00::1]:80`; an address without a port is itself. */
function hostOf(address: string): string {
  if (address.startsWith("[")) return address.slice(1, address.indexOf("]"));
  const colon = address.indexOf(":");
  return colon === -1 || address.includes(":", colon + 1) ? address : address.slice(0, colon);
}

/** Things that show a little outside their box still count as in sight. */
const SLACK = 24;

/** Whether any of a box lies in what can be seen, or close by; `visible` undefined: all can. */
export function sees(visible: Box | undefined, box: Box): boolean {
  return (
    visible === undefined ||
    (box.x < visible.x + visible.width + SLACK &&
      visible.x < box.x + box.width + SLACK &&
      box.y < visible.y + visible.height + SLACK &&
      visible.y < box.y + box.height + SLACK)
  );
}

/**
 * The Pods in sight, node by node. Whole nodes are passed over: of 30,000 Pods of which a hundred show, a thousand boxes are
 * looked at.
 */
export function podsInSight(scene: Scene, visible: Box | undefined): readonly ScenePod[] {
  if (visible === undefined && scene.crowd === null) return scene.pods;
  const { podsOn } = indexOf(scene);
  const found: ScenePod[] = [];
  const look = (pods: readonly ScenePod[]): void => {
    for (const pod of pods) if (sees(visible, pod.box)) found.push(pod);
  };
  for (const node of scene.nodes) if (sees(visible, node.box)) look(podsOn.get(node.name) ?? []);
  look(podsOn.get("") ?? []);
  return found;
}

const bounds = new WeakMap<Scene, readonly Box[]>();

/** The wires in sight. */
export function wiresInSight(scene: Scene, visible: Box | undefined): readonly (readonly Point[])[] {
  return scene.crowd === null ? wiresSeen(scene, visible) : [...wiresSeen(scene, visible), ...stubsSeen(scene, visible)];
}

function stubsSeen(scene: Scene, visible: Box | undefined): readonly (readonly Point[])[] {
  return podsInSight(scene, visible).flatMap(({ node, stub }) => (node === "" || stub.length === 0 ? [] : [stub]));
}

function wiresSeen(scene: Scene, visible: Box | undefined): readonly (readonly Point[])[] {
  if (visible === undefined) return scene.wires;
  let boxes = bounds.get(scene);
  if (boxes === undefined) bounds.set(scene, (boxes = scene.wires.map((points) => boundsOf(points))));
  const all = boxes;
  return scene.wires.filter((_, i) => {
    const box = all[i];
    return box !== undefined && sees(visible, box);
  });
}

function boundsOf(points: readonly Point[]): Box {
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}
