/**
 * What the author of the host page asks for, in the fragment of the frame's address (docs/embedding.md):
 * `#scenario=clusterip&theme=dark` or `#v1=…&theme=dark`. The fragment never leaves the browser.
 */
export interface Parameters {
  /** `#v1=…`, a workspace link as the workbench makes it; null without one. */
  readonly link: string | null;
  readonly scenario: string | null;
  readonly theme: "light" | "dark" | "auto";
  readonly autoplay: boolean;
  readonly speed: number;
  /** Shown in place of the scenario's title; for links, which have none. */
  readonly title: string | null;
  readonly editable: boolean;
  readonly openInFull: boolean;
  /** Origins whose pages may steer the embed by message; empty: any page that holds the frame. */
  readonly allow: readonly string[];
}

const SPEEDS = [0.25, 0.5, 1, 2, 4];

/** Values that are not known are as if they were not there: a lesson must not break over a typing mistake. */
export function readParameters(fragment: string): Parameters {
  const parts = fragment.replace(/^#/, "").split("&");
  const link = parts.find((part) => /^v\d+=/.test(part));
  const values = new URLSearchParams(parts.filter((part) => part !== link).join("&"));
  const theme = values.get("theme");
  const speed = Number(values.get("speed") ?? 1);
  return {
    link: link === undefined ? null : `#${link}`,
    scenario: nonEmpty(values.get("scenario")),
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    autoplay: values.get("autoplay") !== "0",
    speed: SPEEDS.includes(speed) ? speed : 1,
    title: nonEmpty(values.get("title")),
    editable: values.get("edit") !== "0",
    openInFull: values.get("full") !== "0",
    allow: (values.get("allow") ?? "").split(",").filter((origin) => origin !== ""),
  };
}

function nonEmpty(value: string | null): string | null {
  return value === null || value.trim() === "" ? null : value;
}
