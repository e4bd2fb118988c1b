/** Packets of one moment: where each is, how large, and its label, printed from the header of the hop under way. */
import type { Header } from "../core/network/trace.ts";
import type { Choreography, Motion, ShowMs } from "./contract.ts";
import { easeOut, progress } from "./easing.ts";
import type { FrameLabel, FramePacket, LabelField } from "./frame.ts";
import { indexOf } from "./lookup.ts";
import { destinationText, sourceText } from "./naming.ts";
import { pointOn } from "./routes.ts";
import { haltsAt, motionAt, travelled } from "./runs.ts";
import type { Run } from "./runs.ts";
import type { Scene } from "./scene.ts";

export function packetAt(run: Run, choreography: Choreography, showMs: ShowMs, scene: Scene, labelled: boolean): readonly FramePacket[] {
  const lingers = run.stopped && run.own && run.style === "traffic" && showMs <= choreography.totalMs;
  if (showMs < run.startMs || (showMs >= run.endMs && !lingers)) return [];
  const atMs = showMs - run.byMs;
  const motion = motionAt(run, atMs);
  const point = pointOn(motion.path, travelled(motion, atMs));
  const shown = run.own && run.style === "traffic" && labelled;
  return [
    {
      point,
      style: run.style,
      number: run.own ? (choreography.beats[motion.beat]?.number ?? null) : null,
      ...lookOf(motion, atMs),
      label: shown ? labelAt(motion, atMs, scene) : null,
      stopped: run.stopped && motion === run.motions.at(-1) && atMs >= haltsAt(motion),
      startMs: run.startMs,
    },
  ];
}

/** It appears in its sender and shrinks into its receiver. */
function lookOf(motion: Motion, showMs: ShowMs): { readonly alpha: number; readonly scale: number } {
  if (motion.kind === "send") {
    const born = easeOut(progress(showMs, motion.startMs, motion.endMs));
    return { alpha: born, scale: 0.4 + 0.6 * born };
  }
  if (motion.kind === "accept") return { alpha: 0, scale: 0.3 };
  if (motion.kind === "deliver") {
    const gone = progress(showMs, motion.startMs + (motion.endMs - motion.startMs) * 0.8, motion.endMs);
    return { alpha: 1 - gone * 0.6, scale: 1 - gone * 0.55 };
  }
  return { alpha: 1, scale: 1 };
}

function labelAt(motion: Motion, showMs: ShowMs, scene: Scene): FrameLabel {
  const { swap } = motion;
  const { before, after } = motion;
  const both = motion.kind === "rewrite" && sourceText(before) !== sourceText(after) && destinationText(before) !== destinationText(after);
  // where both addresses change, the destination goes first and the source second
  const middle = swap === null || !both ? null : (swap.startMs + swap.endMs) / 2;
  const part = (startMs: ShowMs, endMs: ShowMs): LabelPart => ({
    before: showMs < startMs,
    changed: easeOut(progress(showMs, startMs, endMs)),
  });
  const whole: LabelPart = swap === null ? { before: false, changed: 1 } : part(swap.startMs, swap.endMs);
  return {
    source: field(sourceText, motion, swap === null || middle === null ? whole : part(middle, swap.endMs), (header) => header.src, scene),
    destination: field(
      destinationText,
      motion,
      swap === null || middle === null ? whole : part(swap.startMs, middle),
      (header) => header.dst,
      scene,
    ),
  };
}

/** How far one field of a label has changed. */
interface LabelPart {
  readonly before: boolean;
  readonly changed: number;
}

function field(
  print: (header: Header) => string,
  motion: Motion,
  { before, changed }: LabelPart,
  address: (header: Header) => string,
  scene: Scene,
): LabelField {
  const { before: was, after: is, original } = motion;
  const known = motion.unmarked === true;
  if (before)
    return {
      text: print(was),
      old: null,
      changed: 1,
      marked: !known && print(was) !== print(original),
      service: isService(address(was), scene),
    };
  const moved = print(was) !== print(is);
  return {
    text: print(is),
    old: moved && changed < 1 ? print(was) : null,
    changed: moved ? changed : 1,
    marked: !known && print(is) !== print(original),
    service: isService(address(is), scene),
  };
}

function isService(address: string, scene: Scene): boolean {
  return indexOf(scene).serviceAddresses.has(address);
}
