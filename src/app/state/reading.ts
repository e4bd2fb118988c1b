/** A large text on its way to a picture: how many Pods there are by now. Nothing is said for the first 300 ms (DESIGN 10). */
import { create } from "zustand";

interface Reading {
  /** null: nothing is being read, or it is done. */
  readonly pods: number | null;
}

export const useReading = create<Reading>(() => ({ pods: null }));

const QUIET_MS = 300;
let since: number | null = null;

export function reading(pods: number): void {
  since ??= performance.now();
  if (performance.now() - since >= QUIET_MS) useReading.setState({ pods });
}

export function haveRead(): void {
  since = null;
  if (useReading.getState().pods !== null) useReading.setState({ pods: null });
}
