/**
 * The sheet of states: every picture of src/scene/test-states.ts, drawn by the SVG painter, in light and dark, to be
 * looked at beside the design. `npm run shots -- states` runs it; the pictures land where the others do.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright";
import { sceneToSvg } from "../src/scene/paint/svg.ts";
import { measureRoughly, paletteFrom } from "../src/scene/paint/test-palette.ts";
import { statePictures } from "../src/scene/test-states.ts";

const [out = "docs/shots", executablePath = ""] = process.argv.slice(2);
const root = process.cwd();
const tokens = readFileSync(join(root, "src", "app", "tokens.css"), "utf8");
const font = (file: string): string => pathToFileURL(join(root, "node_modules", "@fontsource-variable", file)).href;
const FONTS = `
  @font-face { font-family: "Inter Variable"; src: url(${font("inter/files/inter-latin-opsz-normal.woff2")}); font-weight: 100 900 }
  @font-face { font-family: "JetBrains Mono Variable"; src: url(${font("jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2")}); font-weight: 100 800 }`;

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-quic"] });
try {
  for (const theme of ["light", "dark"] as const) {
    const palette = paletteFrom(tokens, theme);
    const pictures = statePictures().map(
      (picture) =>
        `<figure><figcaption>${picture.title}</figcaption>${sceneToSvg({ ...picture, palette, measure: measureRoughly })}</figure>`,
    );
    const style = `${FONTS}
      body { margin: 24px; background: ${palette["--canvas"]}; color: ${palette["--ink"]}; font: 14px "Inter Variable"; columns: 2; column-gap: 24px; width: 1480px }
      figure { margin: 0 0 28px; break-inside: avoid } figcaption { margin-bottom: 6px; font-weight: 620 }
      svg { max-width: 100%; height: auto } text { font-feature-settings: "calt" 0 }`;
    const file = join(mkdtempSync(join(tmpdir(), "kubehop-states-")), "states.html");
    writeFileSync(file, `<!doctype html><meta charset="utf-8"><title>States</title><style>${style}</style>${pictures.join("\n")}`);
    const page = await browser.newPage({ viewport: { width: 1528, height: 900 }, deviceScaleFactor: 1 });
    await page.goto(pathToFileURL(file).href);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: resolve(out, `states-${theme}.png`), fullPage: true });
    await page.close();
    rmSync(dirname(file), { recursive: true });
    console.log(`states-${theme}`.padEnd(18), `${pictures.length} pictures`);
  }
} finally {
  await browser.close();
}
