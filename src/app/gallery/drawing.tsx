/** A sketch as SVG, by the canvas's own small painter; inks stay tokens, so the theme changes it without drawing it anew. */
import type { ReactElement } from "react";
import type { Palette } from "../../scene/contract.ts";
import { shapesToSvg } from "../../scene/paint/svg.ts";
import { SKETCH, type Sketch } from "./sketch.ts";

/** Every token by its own name. */
const TOKENS: Palette = new Proxy({}, { get: (_, token) => `var(${String(token)})` });

export function sketchSvg(sketch: Sketch): string {
  return shapesToSvg(sketch, TOKENS);
}

/** Decorative: the name beside it says what it is. */
export function Drawing({ sketch }: { readonly sketch: Sketch }): ReactElement {
  return (
    <svg
      className="sketch"
      viewBox={`0 0 ${SKETCH.width} ${SKETCH.height}`}
      aria-hidden="true"
      focusable="false"
      // The painter writes the text of names escaped, and nothing of a document is in a sketch.
      dangerouslySetInnerHTML={{ __html: sketchSvg(sketch) }}
    />
  );
}
