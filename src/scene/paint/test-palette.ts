/** The tokens as the page resolves them, for tests: taken from the text of tokens.css, so that no second palette exists. */
import type { MeasureText, Palette, Theme } from "../contract.ts";

/** Custom properties of one theme in the text of tokens.css: the light block, overlaid by the dark one. */
export function paletteFrom(css: string, theme: Theme): Palette {
  const light = declarations(blockOf(css, /^:root,\s*\[data-theme="light"\]\s*\{/m));
  return theme === "light" ? light : { ...light, ...declarations(blockOf(css, /^\[data-theme="dark"\]\s*\{/m)) };
}

function blockOf(css: string, selector: RegExp): string {
  const start = css.search(selector);
  if (start < 0) throw new Error(`tokens.css has no block ${selector.source}`);
  return css.slice(css.indexOf("{", start) + 1, css.indexOf("}", start));
}

function declarations(block: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const match of block.matchAll(/(--[a-z0-9-]+):\s*([^;]+);/g)) found[match[1] ?? ""] = (match[2] ?? "").trim();
  return found;
}

/** Tests measure text without fonts: a character is as wide as an average one of the typeface. */
export const measureRoughly: MeasureText = (text, font, sizePx) => text.length * sizePx * (font.startsWith("mono") ? 0.6 : 0.53);
