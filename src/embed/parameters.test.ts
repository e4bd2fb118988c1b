import { describe, expect, test } from "vitest";
import { readParameters, type Parameters } from "./parameters.ts";

const plain: Parameters = {
  link: null,
  scenario: null,
  theme: "auto",
  autoplay: true,
  speed: 1,
  title: null,
  editable: true,
  openInFull: true,
  allow: [],
};

describe("parameters of the embed", () => {
  const rows: readonly (readonly [fragment: string, wanted: Partial<Parameters>])[] = [
    ["", {}],
    ["#", {}],
    ["#scenario=clusterip", { scenario: "clusterip" }],
    ["#scenario=clusterip&theme=dark&autoplay=0", { scenario: "clusterip", theme: "dark", autoplay: false }],
    ["#v1=q1bKz_-9", { link: "#v1=q1bKz_-9" }],
    ["#theme=light&v1=q1bKz_-9&title=Two%20zones", { link: "#v1=q1bKz_-9", theme: "light", title: "Two zones" }],
    ["#v12=abc", { link: "#v12=abc" }],
    ["#speed=0.5&edit=0&full=0", { speed: 0.5, editable: false, openInFull: false }],
    ["#speed=fast&theme=blue&scenario=&title=%20", {}],
    ["#allow=https://a.example,https://b.example:8443", { allow: ["https://a.example", "https://b.example:8443"] }],
  ];
  for (const [fragment, wanted] of rows)
    test(fragment === "" ? "none" : fragment, () => expect(readParameters(fragment)).toEqual({ ...plain, ...wanted }));
});
