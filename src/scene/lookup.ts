/** Finding nodes and Pods of a scene by name. A scene is never changed, so its index is worked out once for it. */
import type { NamespacedName } from "../core/base/names.ts";
import type { Scene, SceneNode, ScenePod } from "./scene.ts";

export interface SceneIndex {
  readonly nodes: ReadonlyMap<string, SceneNode>;
  readonly pods: ReadonlyMap<NamespacedName, ScenePod>;
}

const indexes = new WeakMap<Scene, SceneIndex>();

export function indexOf(scene: Scene): SceneIndex {
  let index = indexes.get(scene);
  if (index === undefined) {
    index = { nodes: new Map(scene.nodes.map((node) => [node.name, node])), pods: new Map(scene.pods.map((pod) => [pod.key, pod])) };
    indexes.set(scene, index);
  }
  return index;
}
