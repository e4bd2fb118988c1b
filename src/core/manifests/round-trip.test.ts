/** One object, however it is written: the same value, and the same said about it. */
import { describe, expect, test } from "vitest";
import { parseManifests } from "./parse.ts";

/** Words that YAML 1.1 reads as something else, numbers that are text, and text that looks like YAML. */
const TRICKY = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "tricky", labels: { on: "off", yes: "no", y: "n", "example.com/x": "null" }, annotations: {} },
  data: {
    number: "0123",
    hex: "0x1F",
    float: "1e3",
    date: "2026-01-01",
    time: "12:30:45",
    empty: "",
    tilde: "~",
    colon: "a: b",
    hash: "a # b",
    dash: "- a",
    brackets: "{a: [b]}",
    quotes: 'it\'s "so"',
    lines: "one\n  two\n\nthree\n",
    trailing: "no newline",
    spaces: "  both  ",
    tab: "a\tb",
    unicode: "größe 服务 😀",
    template: "{{ .Values.x }}",
    variable: "${A}",
    separator: "---\nb",
    percent: "%a",
    at: "@a",
    star: "*a",
    amp: "&a",
    bang: "!a",
    pipe: "|",
    question: "? a",
  },
};

const SERVICE = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", labels: { app: "web" } },
  spec: {
    selector: { app: "web" },
    ports: [
      { name: "http", port: 80, targetPort: "http" },
      { name: "dns", port: 53, protocol: "UDP" },
    ],
    clusterIPs: [],
    publishNotReadyAddresses: false,
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
    externalName: null,
  },
};

const LIST = { apiVersion: "v1", kind: "List", items: [TRICKY, SERVICE, { apiVersion: "v1", kind: "Pod", metadata: {} }] };

type Writer = (value: unknown) => string;

/** KYAML as `kubectl get -o kyaml` prints it: brackets, a comma behind every member, keys bare where they are plain words. */
function kyaml(value: unknown, indent = ""): string {
  const inner = `${indent}  `;
  if (Array.isArray(value))
    return value.length === 0 ? "[]" : `[\n${value.map((item) => `${inner}${kyaml(item, inner)},\n`).join("")}${indent}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${inner}${plainKey(key)}: ${kyaml(member, inner)},\n`);
  return members.length === 0 ? "{}" : `{\n${members.join("")}${indent}}`;
}

function plainKey(key: string): string {
  return /^[A-Za-z][\w/.-]*$/.test(key) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(key) ? key : JSON.stringify(key);
}

/** Lines and indentation, text in double quotes; `dashes` is how far lists stand in. */
const block =
  (dashes: string): Writer =>
  (value) =>
    `${lines(value, "", dashes).join("\n")}\n`;

function lines(value: unknown, indent: string, dashes: string): string[] {
  if (Array.isArray(value))
    return value.flatMap((item: unknown) => {
      const inside = `${indent}${dashes}  `;
      const [first = "", ...rest] = isFilled(item) ? lines(item, inside, dashes) : [`${inside}${JSON.stringify(item)}`];
      return [`${indent}${dashes}- ${first.slice(inside.length)}`, ...rest];
    });
  return Object.entries(value as object).flatMap(([key, member]: [string, unknown]) =>
    isFilled(member)
      ? [`${indent}${plainKey(key)}:`, ...lines(member, Array.isArray(member) ? indent : `${indent}  `, dashes)]
      : [`${indent}${plainKey(key)}: ${JSON.stringify(member)}`],
  );
}

function isFilled(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}

const WRITERS: { readonly [name: string]: Writer } = {
  "JSON on one line": (value) => JSON.stringify(value),
  "JSON in lines": (value) => `${JSON.stringify(value, null, 2)}\n`,
  "JSON with tabs": (value) => JSON.stringify(value, null, "\t"),
  KYAML: (value) => `---\n${kyaml(value)}\n`,
  "YAML, dashes in the column of their field": block(""),
  "YAML, dashes further in": block("  "),
  "YAML with CRLF": (value) => block("  ")(value).replaceAll("\n", "\r\n"),
  "YAML with a byte order mark": (value) => `\uFEFF${block("")(value)}`,
  "YAML between markers": (value) => `%YAML 1.2\n---\n${block("")(value)}...\n`,
};

const OBJECTS = { TRICKY, SERVICE, LIST };

const said = (text: string): readonly string[] =>
  parseManifests([{ name: "f.yaml", text }]).diagnostics.map(
    ({ severity, code, field, message }) => `${severity} ${code} ${field} ${message}`,
  );

describe.each(Object.entries(OBJECTS))("%s", (_name, object) => {
  const plain = said(JSON.stringify(object));

  test.each(Object.entries(WRITERS))("%s", (_manner, write) => {
    const text = write(object);
    const { documents } = parseManifests([{ name: "f.yaml", text }]);
    expect(documents.filter(({ value }) => value !== null).map(({ value }) => value)).toEqual([object]);
    expect(said(text)).toEqual(plain);
  });
});

test("ways of writing in one file keep apart", () => {
  const text = Object.values(WRITERS)
    .slice(0, 6)
    .map((write) => write(SERVICE))
    .join("\n---\n");
  const { documents } = parseManifests([{ name: "f.yaml", text }]);
  expect(documents.filter(({ value }) => value !== null).map(({ value }) => value)).toEqual(Array.from({ length: 6 }, () => SERVICE));
});
