/**
 * Keys of the embed. None works until something inside has the focus, so that a reader who only scrolls past never
 * loses a key to it; and none is taken from a field, a button or the scrub line that has a use for it.
 */
import { useEffect } from "react";
import { togglePlay } from "../app/timeline/transport.tsx";
import { send } from "../app/state/commands.ts";
import { shiftRate, stepBack, stepForward } from "../app/state/playback.ts";

const KEYS: Readonly<Record<string, () => void>> = {
  " ": togglePlay,
  ArrowRight: stepForward,
  ArrowLeft: stepBack,
  s: () => send(),
  "[": () => shiftRate(-1),
  "]": () => shiftRate(1),
};

export function useKeys(): void {
  useEffect(() => {
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

function onKey(event: KeyboardEvent): void {
  const focused = document.activeElement;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || focused === null || focused === document.body) return;
  if (focused.closest("input, textarea, select") !== null) return;
  if (event.key === " " && focused.closest("button, a") !== null) return;
  const run = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (run === undefined) return;
  event.preventDefault();
  run();
}
