import { describe, expect, test } from "vitest";
import { keyAt, placeAt } from "./yaml-path.ts";

/** The cursor is where the bar stands. */
function at(text: string): ReturnType<typeof placeAt> {
  const offset = text.indexOf("|");
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  const column = offset - before.lastIndexOf("\n");
  return placeAt(text.replace("|", ""), line, column);
}

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
    - name: http
      port: 80
      targetPort: 8080
    - name: other
      po|`;

describe("placeAt", () => {
  test.each([
    { name: "a key at the root", text: "apiVersion: v1\nki|", path: [], kind: "key" },
    { name: "the value of a key", text: "kind: Ser|", path: ["kind"], kind: "value" },
    { name: "an empty value", text: "kind: Service\nspec:\n  type: |", path: ["spec", "type"], kind: "value" },
    { name: "a key one level down", text: "kind: Service\nspec:\n  sel|", path: ["spec"], kind: "key" },
    { name: "an empty line one level down", text: "kind: Service\nspec:\n  |", path: ["spec"], kind: "key" },
    { name: "an empty line at the root", text: "kind: Service\nspec:\n  type: X\n|", path: [], kind: "key" },
    { name: "the second item of a list", text: SERVICE, path: ["spec", "ports", 1], kind: "key" },
    { name: "the first key of an item", text: "spec:\n  ports:\n    - po|", path: ["spec", "ports", 0], kind: "key" },
    { name: "a list that is not indented", text: "spec:\n  ports:\n  - port: 80\n    na|", path: ["spec", "ports", 0], kind: "key" },
    {
      name: "a value in an item",
      text: "spec:\n  ports:\n  - name: a\n  - protocol: T|",
      path: ["spec", "ports", 1, "protocol"],
      kind: "value",
    },
    {
      name: "lists in lists",
      text: "spec:\n  template:\n    spec:\n      containers:\n        - name: web\n          ports:\n            - containerPort: 80\n              pro|",
      path: ["spec", "template", "spec", "containers", 0, "ports", 0],
      kind: "key",
    },
    { name: "after a comment and an empty line", text: "spec:\n  # why\n\n  ty|", path: ["spec"], kind: "key" },
    { name: "the second document", text: "kind: Pod\nspec:\n  a: b\n---\nkind: Service\nme|", path: [], kind: "key" },
  ])("$name", ({ text, path, kind }) => {
    const place = at(text);
    expect([place?.path, place?.at]).toEqual([path, kind]);
  });

  test.each([
    { name: "in a comment", text: "kind: Service # wh|y" },
    { name: "in flow style", text: "spec: {type: |}" },
    { name: "at a document's start", text: "---|" },
  ])("nothing $name", ({ text }) => expect(at(text)).toBeNull());

  test("the document's kind, whatever the order", () => {
    expect(at("kind: Pod\n---\nspec:\n  ty|\nkind: Service\napiVersion: v1")).toMatchObject({ kind: "Service", apiVersion: "v1" });
  });

  test("what the mapping holds already", () => {
    expect(at("spec:\n  type: X\n  |\n  ports:\n    - port: 1\n  selector:\nstatus: {}")?.siblings).toEqual(["type", "ports", "selector"]);
    expect(at(SERVICE)?.siblings).toEqual(["name"]);
  });

  test("what has been typed, and from which column", () => {
    expect(at("spec:\n  type: Node|")).toMatchObject({ typed: "Node", column: 9 });
    expect(at("spec:\n  sess|")).toMatchObject({ typed: "sess", column: 3 });
  });
});

test("keyAt gives the whole path for hover", () => {
  const text = SERVICE.replace("|", "rt: 81");
  expect(keyAt(text, 11, 8)).toMatchObject({ path: ["spec", "ports", 0, "targetPort"], kind: "Service", from: 7 });
  expect(keyAt(text, 13, 20)).toMatchObject({ path: ["spec", "ports", 1, "port"] });
});
