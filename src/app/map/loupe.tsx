/** The node that is pointed at on a map, one level further in: its Pods by name, with what they answered. */
import { useMemo, type ReactElement } from "react";
import type { NamespacedName } from "../../core/base/names.ts";
import type { ThingId } from "../../scene/contract.ts";
import { stateWords } from "../../scene/describe.ts";
import { boxOf } from "../../scene/hit.ts";
import type { Level } from "../../scene/level.ts";
import { indexOf } from "../../scene/lookup.ts";
import { INKS, counted, rampOf, stepOf, thousands } from "../../scene/map.ts";
import type { Scene, ScenePod } from "../../scene/scene.ts";
import { useViewing } from "../canvas/viewing.ts";
import { usePicture } from "../state/picture.ts";
import { useStore } from "../state/store.ts";
import { useAnswers } from "./answers.ts";
import { useMapLevel } from "./map-state.ts";

const WIDTH = 300;
const ROW = 24;
const SHOWN = 12;
const EDGE = 10;
/** Between node and loupe, where the two lines run. */
const REACH = 56;

export function Loupe(): ReactElement | null {
  const level = useMapLevel();
  const scene = usePicture((picture) => picture.scene);
  const hovered = useStore((state) => state.hovered);
  const focused = useStore((state) => state.focused);
  if (level === null || scene === null) return null;
  const node = nodeOf(scene, hovered) ?? nodeOf(scene, focused);
  return node === null ? null : <Card scene={scene} node={node} level={level} pod={podOf(hovered) ?? podOf(focused)} />;
}

function podOf(thing: ThingId | null): NamespacedName | null {
  return thing?.kind === "pod" ? thing.key : null;
}

function nodeOf(scene: Scene, thing: ThingId | null): string | null {
  if (thing?.kind === "node") return thing.name;
  if (thing?.kind === "gate") return thing.node;
  return thing?.kind === "pod" ? (indexOf(scene).nodeOf.get(thing.key) ?? null) : null;
}

interface CardProps {
  readonly scene: Scene;
  readonly node: string;
  readonly level: Level;
  readonly pod: NamespacedName | null;
}

/** Those that answered most stand first, then those in the order of their slots; the one that is pointed at is always among them. */
export function podsShown(
  pods: readonly ScenePod[],
  answers: ReadonlyMap<NamespacedName, number>,
  pointed: NamespacedName | null,
): readonly ScenePod[] {
  const order = [...pods].sort((a, b) => (answers.get(b.key) ?? 0) - (answers.get(a.key) ?? 0) || a.slot - b.slot);
  const shown = order.slice(0, SHOWN);
  const one = order.find(({ key }) => key === pointed);
  return one === undefined || shown.includes(one) ? shown : [...shown.slice(0, SHOWN - 1), one];
}

function Card({ scene, node, level, pod }: CardProps): ReactElement | null {
  const { view, width, height } = useViewing();
  const answers = useAnswers();
  const pods = useMemo(() => indexOf(scene).podsOn.get(node) ?? [], [scene, node]);
  const ramp = useMemo(() => rampOf(answers.values()), [answers]);
  const box = boxOf(scene, { kind: "node", name: node }, level, view.scale);
  if (box === null) return null;
  const shown = podsShown(pods, answers, pod);
  const sum = pods.reduce((all, { key }) => all + (answers.get(key) ?? 0), 0);
  const at = {
    left: view.offsetX + box.x * view.scale,
    top: view.offsetY + box.y * view.scale,
    right: view.offsetX + (box.x + box.width) * view.scale,
    bottom: view.offsetY + (box.y + box.height) * view.scale,
  };
  const wide = Math.min(WIDTH, width - 2 * EDGE);
  const high = 72 + Math.ceil(shown.length / 2) * (ROW + 3);
  const onLeft = at.left - REACH - wide >= EDGE || at.left > width - at.right;
  const left = Math.max(EDGE, Math.min(width - EDGE - wide, onLeft ? at.left - REACH - wide : at.right + REACH));
  const top = Math.max(EDGE, Math.min(height - EDGE - high, at.top + 8));
  const [edge, near] = onLeft ? [left + wide, at.left] : [left, at.right];
  const apart = onLeft ? near - edge > 4 : edge - near > 4;
  return (
    <>
      <svg className="loupelines" width={width} height={height} aria-hidden="true">
        <rect x={at.left - 1} y={at.top - 1} width={at.right - at.left + 2} height={at.bottom - at.top + 2} rx="3" />
        {apart && <path d={`M${near} ${at.top}L${edge} ${top + 8}M${near} ${at.bottom}L${edge} ${top + high - 8}`} />}
      </svg>
      <div className="loupe" role="note" aria-label={`Node ${node}`} style={{ left, top, width: wide, minHeight: high }}>
        <div className="row">
          <b className="clip">{node}</b>
          <span className="grow" />
          <span className="c2 nowrap">
            {counted(pods.length, "Pod")}
            {sum > 0 && `, ${thousands(sum)} answered`}
          </span>
        </div>
        <ul>
          {shown.map((one) => (
            <PodCell key={one.key} pod={one} count={answers.get(one.key) ?? 0} ramp={ramp} pointed={one.key === pod} />
          ))}
        </ul>
        <div className="row c2">
          <span>{pods.length > shown.length ? `${pods.length - shown.length} more` : pods.length === 0 ? "no Pods" : ""}</span>
          <span className="grow" />
          <span>Enter opens the node</span>
        </div>
      </div>
    </>
  );
}

function PodCell({
  pod,
  count,
  ramp,
  pointed,
}: {
  readonly pod: ScenePod;
  readonly count: number;
  readonly ramp: ReturnType<typeof rampOf>;
  readonly pointed: boolean;
}): ReactElement {
  const ready = pod.state === "ready" || pod.state === "starting" || pod.state === "completed";
  return (
    <li className={pointed ? "pointed" : count > 0 ? "answered" : undefined} style={{ height: ROW }}>
      {ready ? <i className="mapswatch" style={{ background: `var(${INKS[stepOf(count, ramp)]})` }} /> : <i className="mapswatch hollow" />}
      <span className="clip">{pod.name}</span>
      {count > 0 && <span className="tnum">{thousands(count)}</span>}
      {!ready && count === 0 && <small className="c3 nowrap">{stateWords(pod.state)}</small>}
    </li>
  );
}
