/**
 * Play, pause, step and scrub: all of them set the one show clock, and everything that moves is a function of it.
 * `moment` is where the story stands now, refreshed once a frame while something plays.
 */
import { create } from "zustand";
import type { Told } from "../../scene/contract.ts";
import { beatAt, captionAt, nextStop, previousStop, showNow, type Caption } from "../../scene/show-time.ts";
import { layOutAgain, usePicture } from "./picture.ts";
import { getState, setState } from "./store.ts";

/** The last is as fast as possible: a request shows at once, and simulated time goes on as fast as it can be worked out. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 64] as const;
export const FASTEST = 64;

/** Whether a request is played again when it has ended. */
export const useLoop = create<{ readonly on: boolean }>(() => ({ on: false }));
/** So long its end stays on show. */
const LOOP_AFTER_MS = 1_500;
let looping = 0;

export function toggleLoop(): void {
  const on = !useLoop.getState().on;
  useLoop.setState({ on });
  clearTimeout(looping);
  if (on && !getState().clock.playing && useMoment.getState().atEnd) playFrom(0);
}

/** The story has ended by itself. */
function playAgainLater(): void {
  clearTimeout(looping);
  const { told } = usePicture.getState();
  looping = window.setTimeout(() => {
    // Paused, sought or gone elsewhere since: then it is left alone.
    const stays = !getState().clock.playing && usePicture.getState().told === told && useMoment.getState().atEnd;
    if (useLoop.getState().on && stays) playFrom(0);
  }, LOOP_AFTER_MS);
}

export interface Moment {
  /** Index in the beats of what is told; -1 before the first or without a journey. */
  readonly beat: number;
  readonly caption: Caption | null;
  /** The beat has come to what it is about: the rewrite is done, the packet has arrived. */
  readonly still: boolean;
  readonly atEnd: boolean;
  /** How many of Choreography.arrivals have come: their answers count. */
  readonly arrived: number;
  /** Paused before anything has moved. */
  readonly atStart: boolean;
}

export const useMoment = create<Moment>(() => ({ beat: -1, caption: null, still: false, atEnd: false, arrived: 0, atStart: true }));

const wallNow = (): number => performance.timeOrigin + performance.now();

/** Show time at this very instant, in ms at speed 1. */
export function showMsNow(): number {
  const { told } = usePicture.getState();
  return told === null ? 0 : showNow(getState().clock, wallNow(), told.totalMs);
}

type FrameListener = (showMs: number) => void;
const listeners = new Set<FrameListener>();
let requested = 0;

/**
 * While something plays, clocks and playheads move a dozen times a second: what changes sixty times a second beside the
 * canvas costs the page more in painting than everything else it does (bench/RESULTS.md). Packets are the painter's, and
 * move at every frame.
 */
const LISTENERS_EVERY_MS = 80;
let toldAt = 0;

/** Calls back with show time again and again while playing, and after every jump. */
export function onFrame(listener: FrameListener): () => void {
  listeners.add(listener);
  listener(showMsNow());
  return () => listeners.delete(listener);
}

/** Asks for one more frame; called whenever clock or picture changed. */
export function touchFrame(): void {
  if (requested === 0) requested = requestAnimationFrame(frame);
}

/** Where the story is to stop on its way from one moment to another; null: nowhere. */
type Hold = (from: number, to: number) => number | null;
let hold: Hold = () => null;
export function holdAt(by: Hold): void {
  hold = by;
}

/** Show time of the last frame of this play. */
let played = -1;

function frame(): void {
  requested = 0;
  const { told } = usePicture.getState();
  const { clock } = getState();
  const showMs = showMsNow();
  // A play begins where it was set to, which is not a place to stop once more.
  const from = played === -1 ? clock.showMs : played;
  played = clock.playing ? showMs : -1;
  const held = clock.playing && showMs > from ? hold(from, showMs) : null;
  if (held !== null) {
    played = -1;
    set({ playing: false, showMs: held });
    return;
  }
  refreshMoment(told, showMs);
  const ended = told === null || showMs >= told.totalMs;
  const now = wallNow();
  if (!clock.playing || ended || now - toldAt >= LISTENERS_EVERY_MS) {
    toldAt = now;
    for (const listener of listeners) listener(showMs);
  }
  if (!clock.playing) return;
  if (ended) {
    set({ playing: false, showMs: told?.totalMs ?? 0 });
    if (useLoop.getState().on && told !== null && told.beats.length > 0) playAgainLater();
    return;
  }
  touchFrame();
}

function refreshMoment(told: Told | null, showMs: number): void {
  const before = useMoment.getState();
  if (told === null) {
    if (before.beat !== -1 || before.caption !== null)
      useMoment.setState({ beat: -1, caption: null, still: false, atEnd: false, arrived: 0, atStart: true });
    return;
  }
  const at = beatAt(told, showMs);
  const beat = at === null ? -1 : told.beats.indexOf(at);
  const caption = captionAt(told, showMs);
  const atEnd = showMs >= told.totalMs;
  const atStart = showMs <= 0 && !getState().clock.playing;
  const still = at !== null && showMs >= at.stillMs;
  const arrived = told.arrivals.filter((arrival) => arrival.atMs <= showMs).length;
  if (
    before.beat === beat &&
    before.still === still &&
    before.atEnd === atEnd &&
    before.atStart === atStart &&
    before.arrived === arrived &&
    before.caption?.sentence === caption.sentence &&
    before.caption.number === caption.number
  )
    return;
  useMoment.setState({ beat, caption, still, atEnd, arrived, atStart });
}

/** Where the clock stands, by whom time is given: steady traffic runs with the simulation's own. */
export function set(change: { playing?: boolean; showMs?: number; rate?: number }): void {
  const { clock } = getState();
  setState({
    clock: {
      ...clock,
      showMs: change.showMs ?? showMsNow(),
      stampedAt: wallNow(),
      playing: change.playing ?? clock.playing,
      rate: change.rate ?? clock.rate,
    },
  });
  touchFrame();
}

export function playFrom(showMs: number): void {
  const waits = usePicture.getState().around.reducedMotion && getState().waitForMe;
  set({ playing: !waits, showMs });
  if (waits) play();
}
export function play(): void {
  const { told, around } = usePicture.getState();
  if (told === null) return;
  const now = showMsNow();
  if (around.reducedMotion && getState().waitForMe && told.beats.length > 0) {
    // Each press shows the next still picture, and the first again after the last.
    seek(now >= told.totalMs ? nextStop(told, 0) : nextStop(told, now));
    return;
  }
  set({ playing: true, showMs: now >= told.totalMs ? 0 : now });
}
export function pause(): void {
  set({ playing: false });
}
export function seek(showMs: number): void {
  const total = usePicture.getState().told?.totalMs ?? 0;
  set({ playing: false, showMs: Math.max(0, Math.min(total, showMs)) });
}
export function stepForward(): void {
  const { told } = usePicture.getState();
  if (told !== null && told.beats.length > 0) seek(nextStop(told, showMsNow()));
}
export function stepBack(): void {
  const { told } = usePicture.getState();
  if (told !== null && told.beats.length > 0) seek(previousStop(told, showMsNow()));
}
/** The picture is laid out anew; packets wait until everything has moved. */
export function relayout(): void {
  const showMs = showMsNow();
  layOutAgain();
  const time = getComputedStyle(document.documentElement).getPropertyValue("--dur-4").trim();
  const moving = (Number.parseFloat(time) || 0) * (/\ds$/.test(time) ? 1000 : 1);
  const { clock } = getState();
  if (clock.playing) setState({ clock: { ...clock, showMs, stampedAt: wallNow() + moving } });
  touchFrame();
}
export function restart(): void {
  playFrom(0);
}
export function setRate(rate: number): void {
  set({ rate });
}
/** The next slower or faster speed. */
export function shiftRate(by: -1 | 1): void {
  const { rate } = getState().clock;
  const index = SPEEDS.findIndex((speed) => speed === rate);
  setRate(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, index + by))] ?? 1);
}
