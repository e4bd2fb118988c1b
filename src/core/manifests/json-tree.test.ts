import * as fc from "fast-check";
import { isMap, isScalar, isSeq } from "yaml";
import type { ParsedNode } from "yaml";
import { describe, expect, it } from "vitest";
import { jsonTree } from "./json-tree.ts";
import { composeDocument, readTree } from "./tree.ts";

/** Every node with its characters, in the order of the text. */
function outline(node: unknown): unknown {
  const span = (of: { range?: readonly number[] | null }): string => `${of.range?.[0] ?? ""}-${of.range?.[1] ?? ""}`;
  if (isMap(node)) return [`map ${String(node.flow)} ${span(node)}`, ...node.items.map((pair) => [outline(pair.key), outline(pair.value)])];
  if (isSeq(node)) return [`seq ${String(node.flow)} ${span(node)}`, ...node.items.map(outline)];
  if (isScalar(node)) return `${node.type ?? ""} ${JSON.stringify(node.value)} ${span(node)}`;
  return node;
}

const byLibrary = (text: string): ParsedNode | null => composeDocument(text).root;

describe("the tree of a JSON text", () => {
  it.each([
    ["an object", '{"kind": "Service", "spec": {"ports": [{"port": 80}]}}'],
    ["a list on lines", "[\n  1,\n  -2.5e3,\n  true,\n  null\n]\n"],
    ["nothing inside", '{"a": {}, "b": [], "c": ""}'],
    ["escapes", '{"a\\n\\"b": "\\u00e9 \\\\ \\/ \\t"}'],
    ["blank space everywhere", ' \n { "a" : [ 1 , 2 ] , "b" : { "c" : "d" } } \n'],
    ["the same key twice", '{"a": 1, "a": 2}'],
  ])("is the library's: %s", (_name, text) => {
    expect(outline(jsonTree(text))).toEqual(outline(byLibrary(text)));
  });

  it("is the library's for any value, however it is laid out", () => {
    const text = fc
      .tuple(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())), fc.integer({ min: 0, max: 4 }))
      .map(([value, indent]) => JSON.stringify(value, null, indent));
    fc.assert(
      fc.property(text, (json) => {
        expect(outline(jsonTree(json))).toEqual(outline(byLibrary(json)));
        expect(readTree(jsonTree(json), null).value).toEqual(readTree(byLibrary(json), null).value);
      }),
      { numRuns: 300, seed: 20_260_101 },
    );
  });

  it.each(["{", '{"a"', '{"a" 1}', '["a', "[1, }"])("throws where the text is no JSON: %s", (text) => {
    expect(() => jsonTree(text)).toThrow(/not JSON/);
  });
});
