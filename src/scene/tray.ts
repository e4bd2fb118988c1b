/**
 * The tray: Pods that no node takes stand below the nodes, with the scheduler's reason. A Pod that waits only for the
 * scheduler's next pass is in no tray: that takes milliseconds.
 */
import { compareText } from "../core/base/names.ts";
import type { ClusterView } from "../core/simulation/view.ts";
import type { Box, SceneOptions } from "./contract.ts";
import { trayText } from "./notes.ts";
import { podDetail } from "./pods.ts";
import type { Metrics, ScenePod, SceneTray } from "./scene.ts";

const TITLE = 26;
const PAD = 10;
const GAP = 10;
/** Width of a Pod at least, and at most; in small frames it may be narrower. */
const WIDTH = 190;
const NARROW = 150;
const WIDEST = 210;
const ROWS = 2;

/** Two rows of Pods at most, below `top`; null where every Pod has a node. */
export function buildTray(
  view: ClusterView,
  cluster: Box,
  top: number,
  options: SceneOptions,
  metrics: Metrics,
): (SceneTray & { readonly pods: readonly ScenePod[] }) | null {
  const waiting = view.pods.filter((pod) => pod.node === null && pod.unschedulable).sort((a, b) => compareText(a.key, b.key));
  if (waiting.length === 0) return null;
  const x = cluster.x + metrics.nodeInset;
  const width = cluster.width - 2 * metrics.nodeInset;
  const least = metrics.full ? WIDTH : NARROW;
  const perRow = Math.max(1, Math.floor((width - 2 * PAD + GAP) / (least + GAP)));
  const shown = waiting.slice(0, perRow * ROWS);
  const rows = Math.ceil(shown.length / perRow);
  const y = top + metrics.nodeGap;
  const box: Box = { x, y, width, height: TITLE + rows * metrics.podPitch - (metrics.podPitch - metrics.podHeight) + PAD };
  const podWidth = Math.min(WIDEST, (width - 2 * PAD - (perRow - 1) * GAP) / perRow);
  const pods = shown.map((pod, i): ScenePod => ({
    key: pod.key,
    node: "",
    slot: i,
    box: {
      x: x + PAD + (i % perRow) * (podWidth + GAP),
      y: y + TITLE + Math.floor(i / perRow) * metrics.podPitch,
      width: podWidth,
      height: metrics.podHeight,
    },
    name: pod.shortName,
    fullName: pod.name,
    detail: podDetail(pod, options),
    state: pod.state,
    notes: [],
    role: pod.role,
    hostNetwork: pod.hostNetwork,
    badges: [],
    moreBadges: 0,
    stub: [],
    bar: null,
  }));
  return { box, ...trayText(view, waiting, shown.length), pods };
}
