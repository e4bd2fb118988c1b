/** Real manifests of public projects, where a folder of them lies beside the repository. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Json } from "../base/names.ts";
import { applyEdits, setField, valueAt } from "./edits.ts";
import { expandList } from "./list.ts";
import { parseManifests } from "./parse.ts";
import { isObject } from "./render.ts";
import { splitDocuments } from "./split.ts";

const FOLDER = fileURLToPath(new URL("../../../../shared/corpus/", import.meta.url));
const README = `${FOLDER}README.md`;

/** Rows of the folder's own table: file, objects, Services. */
function readTable(): { file: string; objects: number; services: number }[] {
  return readFileSync(README, "utf8")
    .split("\n")
    .flatMap((line) => {
      const cells = line.split("|").map((cell) => cell.trim());
      const file = /^`([^`]+\.ya?ml)`$/.exec(cells[1] ?? "")?.[1];
      return file === undefined ? [] : [{ file, objects: Number(cells[5]), services: Number(/^\d+/.exec(cells[6] ?? "")?.[0]) }];
    });
}

const kindOf = (value: Json): unknown => (isObject(value) ? value["kind"] : undefined);

if (!existsSync(README)) {
  test("real manifests of public projects", (context) => {
    const why = "no folder ../shared/corpus beside the repository";
    process.stdout.write(`real manifests of public projects: skipped, ${why}\n`);
    context.skip(why);
  });
} else {
  const table = readTable();

  test("the table names every file", () => {
    expect(table.map((row) => row.file)).toEqual(readdirSync(FOLDER).filter((name) => name !== "README.md"));
  });

  describe.each(table)("$file", { timeout: 30_000 }, ({ file, objects, services }) => {
    const text = readFileSync(FOLDER + file, "utf8");
    const { documents, diagnostics } = parseManifests([{ name: file, text }]);
    const members = documents.flatMap(expandList).filter((each) => each.value !== null);

    test("objects and Services", () => {
      expect({ objects: members.length, services: members.filter((each) => kindOf(each.value) === "Service").length }).toEqual({
        objects,
        services,
      });
    });

    test("nothing is wrong with it", () => {
      expect(diagnostics.filter((each) => each.severity !== "info")).toEqual([]);
    });

    test("its documents put together are its text", () => {
      const chunks = splitDocuments(text);
      const first = chunks[0]?.start ?? 0;
      expect(text.slice(0, first) + chunks.map((chunk) => chunk.text).join("")).toBe(text);
      expect(applyEdits(text, [])).toBe(text);
    });

    test("each name and kind is found at its characters", () => {
      for (const member of members) {
        const name = valueAt(member.value, ["metadata", "name"]);
        for (const [path, value] of [
          ["kind", kindOf(member.value)],
          ["metadata.name", name],
        ] as const) {
          const { start, end } = member.locate(path);
          expect(text.slice(start, end).replace(/^["']|["']$/g, "")).toBe(value);
        }
      }
    });

    test("a switch in a Service is one line, and setting it again is nothing", () => {
      for (const member of members.filter((each) => kindOf(each.value) === "Service").slice(0, text.length > 40_000 ? 1 : 3)) {
        const path = `${member.root === "" ? "" : `${member.root}.`}spec.internalTrafficPolicy`;
        const edits = setField({ name: file, text }, member.index, path, "Local");
        if ("refused" in edits) throw new Error(edits.refused);
        const edited = applyEdits(text, edits);
        const was = valueAt(member.value, ["spec", "internalTrafficPolicy"]);
        expect(edited.split("\n").length - text.split("\n").length).toBe(was === undefined ? 1 : 0);
        expect(setField({ name: file, text: edited }, member.index, path, "Local")).toEqual([]);
      }
    });
  });
}
