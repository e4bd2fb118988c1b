/** The styles, inside the script: the frame has nothing else to load. */
import tokens from "../app/tokens.css?inline";
import base from "../app/styles/base.css?inline";
import own from "./embed.css?inline";
import { addFonts } from "./fonts.ts";

export function addStyles(): void {
  const style = document.createElement("style");
  style.textContent = [tokens, base, own].join("\n");
  document.head.append(style);
  addFonts();
}
