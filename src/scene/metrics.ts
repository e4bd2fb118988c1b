/** The lengths of the three arrangements, as drawn in the design's pictures A, C-embed and C-mobile. */
import type { SceneOptions } from "./contract.ts";
import type { Metrics } from "./scene.ts";

const WORKBENCH: Metrics = {
  margin: 14,
  boundaryY: 70,
  clusterRadius: 18,
  shelfY: 88,
  frontHeight: 56,
  shelfPitch: 66,
  laneDy: 12,
  busDy: 60,
  zoneDy: 76,
  nodeDy: 96,
  rail: 20,
  gateDy: 31,
  gateHeight: 28,
  gateInset: 8,
  podsDy: 67,
  podHeight: 44,
  podPitch: 50,
  podLeft: 36,
  podRight: 13,
  nodePad: 13,
  clusterPad: 18,
  nodeInset: 20,
  nodeGap: 10,
  frontMin: 200,
  frontMax: 260,
  frontGap: 12,
  full: true,
};

const EMBED: Metrics = {
  ...WORKBENCH,
  margin: 11,
  boundaryY: 2,
  clusterRadius: 16,
  shelfY: 14,
  frontHeight: 45,
  shelfPitch: 53,
  laneDy: 11,
  busDy: 68,
  zoneDy: 76,
  nodeDy: 82,
  gateDy: 28,
  gateHeight: 25,
  podsDy: 58,
  podHeight: 40,
  podPitch: 45,
  nodePad: 8,
  clusterPad: 10,
  nodeInset: 11,
  nodeGap: 12,
  frontMax: 256,
  full: false,
};

const PHONE: Metrics = {
  ...EMBED,
  margin: 8,
  frontHeight: 48,
  shelfPitch: 56,
  laneDy: 12,
  busDy: 72,
  zoneDy: 80,
  nodeDy: 86,
  rail: 18,
  gateDy: 29,
  gateInset: 7,
  podsDy: 60,
  podHeight: 38,
  podPitch: 43,
  podLeft: 32,
  nodePad: 6,
  clusterPad: 8,
  nodeInset: 10,
  nodeGap: 10,
  frontMin: 132,
  frontMax: 204,
  frontGap: 10,
};

/** Height of the band outside the boundary where the arrangement has room for it only when it is used. */
const OUTSIDE_BAND = 62;

/** Of the workbench's band outside, what its caption does not need. */
const UNUSED_BAND = 24;

/** The same with more room below the shelf and in each Pod. */
export function withRoom(metrics: Metrics, room: SceneOptions["room"], outside: boolean): Metrics {
  if (room === undefined) return metrics;
  const up = outside || !metrics.full ? 0 : UNUSED_BAND;
  const { laneDy, busDy, zoneDy, nodeDy, podHeight, podPitch } = metrics;
  const [shelf, pod] = [room.shelf, room.pod];
  return {
    ...metrics,
    boundaryY: metrics.boundaryY - up,
    shelfY: metrics.shelfY - up,
    laneDy: laneDy + shelf,
    busDy: busDy + shelf,
    zoneDy: zoneDy + shelf,
    nodeDy: nodeDy + shelf,
    podHeight: podHeight + pod,
    podRoom: pod,
    podPitch: podPitch + pod,
  };
}

/** The lengths of an arrangement; `outside`: whether anything stands outside the boundary. */
export function metricsOf(arrangement: SceneOptions["arrangement"], outside: boolean): Metrics {
  if (arrangement === "workbench") return WORKBENCH;
  const base = arrangement === "embed" ? EMBED : PHONE;
  return outside ? { ...base, boundaryY: base.boundaryY + OUTSIDE_BAND, shelfY: base.shelfY + OUTSIDE_BAND } : base;
}
