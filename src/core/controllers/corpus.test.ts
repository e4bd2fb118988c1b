import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseManifests } from "../manifests/parse.ts";
import { testCluster } from "./test-world.ts";

/** Manifests of public projects, beside the repository where somebody has put them. */
const FOLDER = new URL("../../../../shared/corpus/", import.meta.url);
const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => /\.ya?ml$/.test(name)) : [];

/** What is rightly said of some of them; of all others, nothing but facts. */
const REMARKS: { readonly [file: string]: readonly string[] } = {
  // Two families asked for, in a cluster of one.
  "07-istio-bookinfo-dualstack.yaml": ["invalid-value"],
  // targetPort http, and no container names a port so: a bug in the file.
  "49-nacos-k8s-nacos-operator-all.yaml": ["target-port-name-unknown"],
  // Addresses blacked out as x.x.x.x.
  "58-KubeDiagrams-demo1_with_srv.yaml": ["invalid-value"],
};

describe.skipIf(files.length === 0)("public manifests (skipped where the folder is not there)", () => {
  it.each(files)("%s comes up and rests", (name) => {
    const text = readFileSync(new URL(name, FOLDER), "utf8");
    const { documents, diagnostics } = parseManifests([{ name, text }]);
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    const namespaces = [
      ...new Set(
        documents
          .flatMap((document) => JSON.stringify(document.value).match(/"namespace":"[^"]+"/g) ?? [])
          .map((match) => match.slice(13, -1)),
      ),
    ];
    const all = namespaces.map((namespace) => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${namespace}\n---\n`).join("") + text;
    const cluster = testCluster(all);
    const said = cluster.apply(all).filter(({ severity, code }) => severity !== "info" && code !== "duplicate-object");
    expect(cluster.settle().settled).toBe(true);
    expect([...new Set(said.map(({ code }) => code))]).toEqual(REMARKS[name] ?? []);
  });
});
