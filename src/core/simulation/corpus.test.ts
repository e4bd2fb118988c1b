/** Real manifests of public projects, where a folder of them lies beside the repository: what becomes of a request to every port. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ManifestFile } from "../manifests/types.ts";
import { createSimulation } from "./simulation.ts";
import { survey, SURVEYOR } from "./survey.ts";

const FOLDER = new URL("../../../../shared/corpus/", import.meta.url);
const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => /\.ya?ml$/.test(name)) : [];
const NAMED = ["delivered", "refused", "unreachable", "dropped", "dns-failed"];

describe.skipIf(files.length === 0)("public manifests (skipped where the folder is not there)", () => {
  it.each(files)("%s: every request has an outcome with a name and a reason", { timeout: 60_000 }, (name) => {
    const text = readFileSync(new URL(name, FOLDER), "utf8");
    const namespaces = [...new Set(text.match(/^ +namespace: [a-z-]+/gm)?.map((line) => line.replace(/^ +namespace: /, "")) ?? [])];
    const extra: ManifestFile = {
      name: "namespaces.yaml",
      text: namespaces.map((namespace) => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${namespace}\n`).join("---\n"),
    };
    const simulation = createSimulation();
    simulation.apply([...(namespaces.length === 0 ? [] : [extra]), { name, text }, { name: "surveyor.yaml", text: SURVEYOR }]);
    const asked = survey(simulation, ({ metadata }) => metadata.name !== "kubernetes");
    expect(asked.filter(({ outcome, because }) => !NAMED.includes(outcome) || because === "")).toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
  });
});
