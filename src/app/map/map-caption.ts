/** What is said under a map: how much there is, and how to read it. */
import type { Shade } from "../../scene/contract.ts";
import { podCount } from "../../scene/lookup.ts";
import { counted } from "../../scene/map.ts";
import { usePicture } from "../state/picture.ts";
import { useMapLevel, useShade } from "./map-state.ts";

export interface MapWords {
  /** `300 nodes, 5,000 Pods` */
  readonly counts: string;
  readonly says: string;
}

const PODS: Readonly<Record<Shade, string>> = {
  requests: "The stronger its ink, the more requests it answered.",
  readiness: "Hollow Pods are not ready and get no new traffic.",
  namespace: "Pods of one namespace have one ink.",
};
const NODES: Readonly<Record<Shade, string>> = {
  requests: "The stronger its ink, the more requests its Pods answered.",
  readiness: "A hollow node has Pods that are not ready.",
  namespace: "A node has the ink of the namespace with most of its Pods.",
};

export function mapWords(nodes: number, pods: number, level: number, shade: Shade): MapWords {
  const counts = `${counted(nodes, "node")}, ${counted(pods, "Pod")}`;
  const says = level === 0 ? `Each square is a node. ${NODES[shade]}` : `Each block is a node, each square a Pod. ${PODS[shade]}`;
  return { counts, says };
}

/** null while the picture is no map. */
export function useMapWords(): MapWords | null {
  const level = useMapLevel();
  const shade = useShade((state) => state.shade);
  const nodes = usePicture(({ scene }) => scene?.nodes.length ?? 0);
  const pods = usePicture(({ scene }) => (scene === null ? 0 : podCount(scene)));
  return level === null ? null : mapWords(nodes, pods, level, shade);
}
