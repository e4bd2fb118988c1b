/** How the embed begins: the workspace that the address names, held until the frame is seen, then played. */
import { followCause } from "../app/state/diagnosing.ts";
import { followStore, setSurroundings, usePicture } from "../app/state/picture.ts";
import { setRate, touchFrame } from "../app/state/playback.ts";
import { useStore } from "../app/state/store.ts";
import { followSystemTheme, setTheme } from "../app/state/theme.ts";
import { allowEngine } from "./engine.ts";
import { talkToHost } from "./host.ts";
import { open } from "./opening.ts";
import { readParameters, type Parameters } from "./parameters.ts";
import { onFirstSight, playInSight } from "./sight.ts";

export function boot(): Parameters {
  const parameters = readParameters(location.hash);
  setTheme(wantedTheme(parameters.theme));
  followSystemTheme(parameters.theme === "auto" ? null : parameters.theme);
  watchMotion();
  followStore();
  followCause();
  useStore.subscribe((state, before) => {
    if (state.clock !== before.clock) touchFrame();
  });
  usePicture.subscribe(touchFrame);
  setRate(parameters.speed);
  void open(parameters);
  onFirstSight(allowEngine);
  // With reduced motion nothing moves unasked.
  playInSight(parameters.autoplay && !usePicture.getState().around.reducedMotion);
  talkToHost(parameters);
  addEventListener("hashchange", () => location.reload());
  return parameters;
}

function wantedTheme(theme: Parameters["theme"]): "light" | "dark" {
  if (theme !== "auto") return theme;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function watchMotion(): void {
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const set = (): void => setSurroundings({ reducedMotion: reduced.matches });
  set();
  reduced.addEventListener("change", set);
}
