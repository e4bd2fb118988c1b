/** The theme: the reader's choice, kept where the browser allows it, else the system's. Works without storage. */
import { useSyncExternalStore } from "react";
import type { Palette, Theme } from "../../scene/contract.ts";
import { keep } from "./storage.ts";

const listeners = new Set<() => void>();

export function currentTheme(): Theme {
  return document.documentElement.dataset.theme === "dark" ? "dark" : "light";
}

export function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

export function toggleTheme(): void {
  const theme = currentTheme() === "dark" ? "light" : "dark";
  keep("kubehop.theme", theme);
  setTheme(theme);
}

export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): Theme {
  return useSyncExternalStore(onTheme, currentTheme);
}

/** Follows the system while the reader has not chosen. */
export function followSystemTheme(chosen: string | null): void {
  if (chosen !== null) return;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let untouched = true;
  const stop = onTheme(() => (untouched = dark.matches === (currentTheme() === "dark")));
  dark.addEventListener("change", () => {
    if (untouched) setTheme(dark.matches ? "dark" : "light");
    else stop();
  });
}

/** Every custom property of the tokens, resolved: the one palette for canvas and editor. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(TOKENS.map((name) => [name, wholeHex(style.getPropertyValue(name).trim())]));
}

/** `#fff` as `#ffffff`: the build shortens colours, and the code editor takes only the long form. */
function wholeHex(value: string): string {
  return /^#[0-9a-fA-F]{3,4}$/.test(value) ? value.replace(/[0-9a-fA-F]/g, "$&$&") : value;
}

const TOKENS = [
  "--font-ui",
  "--font-mono",
  "--dur-2",
  "--dur-4",
  "--bg",
  "--canvas",
  "--surface",
  "--inset",
  "--zone",
  "--line",
  "--line-2",
  "--wire",
  "--ctl",
  "--ink",
  "--ink-2",
  "--ink-3",
  "--on-ink",
  "--on-fill",
  "--select",
  "--hover",
  "--focus",
  "--ready",
  "--ready-fill",
  "--ready-soft",
  "--svc",
  "--svc-fill",
  "--svc-soft",
  "--dns",
  "--dns-fill",
  "--dns-soft",
  "--nat",
  "--nat-fill",
  "--nat-soft",
  "--nat-mark",
  "--on-nat-mark",
  "--drop",
  "--drop-fill",
  "--drop-soft",
  "--heat-0",
  "--heat-1",
  "--heat-2",
  "--heat-3",
  "--heat-4",
  "--heat-5",
] as const;
