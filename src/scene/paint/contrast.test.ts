/**
 * The measured numbers behind the palette, recomputed from tokens.css: contrast as WCAG 2.2 defines it, and distances
 * in OKLab (x100) between the meanings' fills as people with one cone type missing see them (Machado, Oliveira and
 * Fernandes, 2009, severity 1).
 */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { paletteFrom } from "./test-palette.ts";

const tokens = readFileSync(new URL("../../app/tokens.css", import.meta.url), "utf8");
const paletteOf = (theme: "light" | "dark") => paletteFrom(tokens, theme);

type Rgb = readonly [number, number, number];

function rgb(hex: string): Rgb {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(hex);
  if (match === null) throw new Error(`${hex} is no colour`);
  return [1, 2, 3].map((i) => parseInt(match[i] ?? "0", 16) / 255) as unknown as Rgb;
}

const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

function luminance(hex: string): number {
  const [r, g, b] = rgb(hex).map(linear) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ["--bg", "--canvas", "--surface", "--inset", "--zone"];
const MEANINGS = ["ready", "svc", "dns", "nat", "drop"];

test.each([
  ["light", 4.76],
  ["dark", 5.16],
] as const)("neutral text reads on every ground in the %s theme", (theme, least) => {
  const palette = paletteOf(theme);
  const ratios = ["--ink", "--ink-2", "--ink-3"].flatMap((ink) => GROUNDS.map((ground) => contrast(palette[ink]!, palette[ground]!)));
  expect(Math.min(...ratios)).toBeGreaterThanOrEqual(4.5);
  expect(Math.min(...ratios)).toBeCloseTo(least, 2);
});

test.each([
  ["light", 4.61],
  ["dark", 6.7],
] as const)("a meaning's text reads on its own soft ground in the %s theme", (theme, least) => {
  const palette = paletteOf(theme);
  const ratios = MEANINGS.map((meaning) => contrast(palette[`--${meaning}`]!, palette[`--${meaning}-soft`]!));
  expect(Math.min(...ratios)).toBeCloseTo(least, 2);
});

test.each(["light", "dark"] as const)("glyph fills and outlines of controls reach 3:1 in the %s theme", (theme) => {
  const palette = paletteOf(theme);
  // yellow reaches it through its border, never through its fill
  const marks = ["--ready-fill", "--svc-fill", "--dns-fill", "--nat", "--drop-fill", "--ctl"];
  for (const mark of marks)
    for (const ground of ["--canvas", "--surface", "--inset"])
      expect(contrast(palette[mark]!, palette[ground]!), `${mark} on ${ground}`).toBeGreaterThanOrEqual(3);
});

test.each(["light", "dark"] as const)("what stands on a fill or on the marker reads in the %s theme", (theme) => {
  const palette = paletteOf(theme);
  expect(contrast(palette["--on-ink"]!, palette["--ink"]!)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(palette["--on-nat-mark"]!, palette["--nat-mark"]!)).toBeGreaterThanOrEqual(4.5);
  for (const fill of ["--ready-fill", "--svc-fill", "--dns-fill", "--drop-fill"])
    expect(contrast(palette["--on-fill"]!, palette[fill]!), fill).toBeGreaterThanOrEqual(3);
});

type Matrix = readonly [Rgb, Rgb, Rgb];

const BLINDNESS: Readonly<Record<"deuteranopia" | "protanopia" | "tritanopia", Matrix>> = {
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function times(matrix: Matrix, [x, y, z]: Rgb): Rgb {
  return matrix.map(([a, b, c]) => a * x + b * y + c * z) as unknown as Rgb;
}

function oklab(linearRgb: Rgb): Rgb {
  const lms = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    linearRgb,
  ).map(Math.cbrt) as unknown as Rgb;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    lms,
  );
}

test.each([
  ["deuteranopia", 9.9, 9.4],
  ["protanopia", 14.7, 8.4],
  ["tritanopia", 11.4, 9.3],
] as const)("with %s any two meanings stay apart", (blindness, light, dark) => {
  const closest = (theme: "light" | "dark"): number => {
    const palette = paletteOf(theme);
    const seen = MEANINGS.map((meaning) => {
      const colour = times(BLINDNESS[blindness], rgb(palette[`--${meaning}-fill`]!).map(linear) as unknown as Rgb);
      return oklab(colour.map((value) => Math.max(0, Math.min(1, value))) as unknown as Rgb);
    });
    const distances = seen.flatMap((a, i) => seen.slice(i + 1).map((b) => 100 * Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])));
    return Math.min(...distances);
  };
  expect(closest("light")).toBeCloseTo(light, 1);
  expect(closest("dark")).toBeCloseTo(dark, 1);
});
