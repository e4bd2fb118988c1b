/** The picture on show as an SVG file: the whole scene, at this moment of its story, in the theme of the page. */
import type { MeasureText } from "../../scene/contract.ts";
import { measureWith } from "../../scene/paint/canvas.ts";
import { sceneToSvg } from "../../scene/paint/svg.ts";
import { say } from "./commands.ts";
import { saveFile } from "./save-file.ts";
import { usePicture } from "./picture.ts";
import { showMsNow } from "./playback.ts";
import { getState } from "./store.ts";
import { readPalette } from "./theme.ts";

/** null while there is no picture yet. */
export function pictureSvg(): string | null {
  const { scene, choreography, kept } = usePicture.getState();
  if (scene === null) return null;
  const { selected } = getState();
  const attention = { selected, hovered: null, focused: null };
  return sceneToSvg({ scene, choreography, showMs: showMsNow(), palette: readPalette(), measure: measureOf(), attention, kept });
}

function measureOf(): MeasureText {
  const context = document.createElement("canvas").getContext("2d");
  if (context === null) throw new Error("this browser has no 2D canvas");
  return measureWith(context);
}

export function downloadPicture(): void {
  const svg = pictureSvg();
  if (svg === null) {
    say("There is no picture yet.", "trouble");
    return;
  }
  const { followed } = getState();
  saveFile(new Blob([svg], { type: "image/svg+xml" }), followed === null ? "cluster.svg" : `request-${followed}.svg`);
}
