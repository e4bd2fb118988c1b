/** Finding things of a scene by name and by place. A scene is never changed, so its index is worked out once for it. */
import type { NamespacedName } from "../core/base/names.ts";
import type { Box, Point } from "./contract.ts";
import type { Scene, SceneNode, ScenePod } from "./scene.ts";

export interface SceneIndex {
  readonly nodes: ReadonlyMap<string, SceneNode>;
  readonly pods: ReadonlyMap<NamespacedName, ScenePod>;
  /** Pods of each node, in the scene's order; "": those that no node takes. */
  readonly podsOn: ReadonlyMap<string, readonly ScenePod[]>;
  /** Addresses that Services have, without ports. */
  readonly serviceAddresses: ReadonlySet<string>;
}

const indexes = new WeakMap<Scene, SceneIndex>();

export function indexOf(scene: Scene): SceneIndex {
  let index = indexes.get(scene);
  if (index === undefined) {
    index = {
      nodes: new Map(scene.nodes.map((node) => [node.name, node])),
      pods: new Map(scene.pods.map((pod) => [pod.key, pod])),
      podsOn: byNode(scene.pods),
      serviceAddresses: new Set(scene.services.map(({ address }) => hostOf(address))),
    };
    indexes.set(scene, index);
  }
  return index;
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
 * The Pods in sight, in the scene's order. Whole nodes are passed over: of 30,000 Pods of which a hundred show, a thousand
 * boxes are looked at.
 */
export function podsInSight(scene: Scene, visible: Box | undefined): readonly ScenePod[] {
  if (visible === undefined) return scene.pods;
  const { podsOn, nodes } = indexOf(scene);
  const found: ScenePod[] = [];
  for (const [name, pods] of podsOn) {
    const node = nodes.get(name);
    if (node !== undefined && !sees(visible, node.box)) continue;
    for (const pod of pods) if (sees(visible, pod.box)) found.push(pod);
  }
  return found;
}

const bounds = new WeakMap<Scene, readonly Box[]>();

/** The wires in sight. */
export function wiresInSight(scene: Scene, visible: Box | undefined): readonly (readonly Point[])[] {
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
