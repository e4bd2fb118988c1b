/** Each state of a thing as a picture (DESIGN 4): golden in light, complete in dark, and in words. */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { statePictures } from "../test-states.ts";
import { sceneToSvg } from "./svg.ts";
import { measureRoughly, paletteFrom } from "./test-palette.ts";

const tokens = readFileSync(new URL("../../app/tokens.css", import.meta.url), "utf8");
const pictures = statePictures();

function svgOf(name: string, theme: "light" | "dark"): string {
  const picture = pictures.find((one) => one.name === name)!;
  return sceneToSvg({ ...picture, palette: paletteFrom(tokens, theme), measure: measureRoughly });
}

const wordsOf = (svg: string): readonly string[] => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map((match) => match[1] ?? "");

test.each(pictures.map(({ name, title }) => ({ name, title })))("$name: $title", ({ name }) => {
  const file = new URL(`../golden/${name}.svg`, import.meta.url);
  const svg = svgOf(name, "light");
  // KUBEHOP_WRITE_GOLDENS=1 writes the file anew; its diff is to be read.
  if (process.env["KUBEHOP_WRITE_GOLDENS"] === "1") writeFileSync(file, svg);
  expect(svg).toBe(readFileSync(file, "utf8"));
  const dark = svgOf(name, "dark");
  expect(wordsOf(dark)).toEqual(wordsOf(svg));
  for (const picture of [svg, dark]) {
    expect(picture).not.toContain("undefined");
    expect(picture).not.toMatch(/stroke="none"|<text[^>]*fill="none"/);
  }
});

test.each([
  ["services", ["no Pods", "none ready", "no endpoints", "no address", "alias for api.example.com"]],
  ["services-by-hand", ["2 endpoints by hand"]],
  ["pods", ["starting", "ending", "3×", "failed", "2 Pods wait for a node", "not scheduled"]],
  ["policies", ["policy"]],
  ["policies-ignored", ["policy not enforced"]],
  ["gates", ["2 changes behind", "stopped, 3 changes behind", "syncing, 1 change behind"]],
  ["switched-off", ["switched off", "switched off, no rules"]],
  ["nodes", ["no new Pods", "not ready", "cut off"]],
  ["balancer-nobody", ["no provider", "external address pending"]],
  ["balancer-pending", ["external address pending"]],
  ["balancer-quota", ["failing: quota", "external address: quota"]],
  ["balancer-checks", ["1 of 3 healthy", "healthy", "no ready Pod there", "kube-proxy is stopped"]],
  ["balancer-unhealthy", ["no healthy node"]],
  ["balancer-metallb", ["node-2 answers"]],
  ["waiting", ["waits 5 s"]],
])("%s says so in words", (name, words) => {
  expect(wordsOf(svgOf(name, "light"))).toEqual(expect.arrayContaining(words));
});
