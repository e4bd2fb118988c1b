/** The two typefaces from inside this script: nothing is fetched, and the render worker gets the same bytes. */
import type { FontSource } from "../worker/rendering.ts";
import { inter, mono } from "virtual:embed-fonts";

function bytesOf(base64: string): ArrayBuffer {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)).buffer;
}

let sources: readonly FontSource[] | null = null;

export function fontSources(): readonly FontSource[] {
  sources ??= [
    { family: "Inter Variable", source: bytesOf(inter), weight: "420 620" },
    { family: "JetBrains Mono Variable", source: bytesOf(mono), weight: "420 620" },
  ];
  return sources;
}

/** Gives the page its faces. A face that the browser refuses leaves the fallback of the tokens in place. */
export function addFonts(): void {
  for (const { family, source, weight } of fontSources()) {
    const face = new FontFace(family, source, { weight: weight ?? "normal" });
    document.fonts.add(face);
    void face.load().catch(() => {});
  }
}
