/** The golden run in the browser's engine: the same text, to the byte, as the file that Node holds it to. */
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { build, type Plugin } from "vite";

const RUN = new URL("../src/core/simulation/golden/golden-run.ts", import.meta.url).pathname;
const GOLDEN = new URL("../src/core/simulation/golden/running-example.txt", import.meta.url);

/** A worker's script that runs the golden run and posts its text. */
async function workerScript(): Promise<string> {
  const entry = "\0golden-worker";
  const plugin: Plugin = {
    name: "golden-worker",
    resolveId: (id) => (id === "golden-worker" ? entry : null),
    load: (id) => (id === entry ? `import { goldenRun } from ${JSON.stringify(RUN)}; postMessage(goldenRun());` : null),
  };
  const built = await build({
    configFile: false,
    logLevel: "error",
    publicDir: false,
    plugins: [plugin],
    build: { write: false, minify: false, rolldownOptions: { input: "golden-worker", output: { format: "iife" } } },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const chunk = outputs.flatMap((bundle) => ("output" in bundle ? bundle.output : [])).find((file) => file.type === "chunk");
  if (chunk?.type !== "chunk") throw new Error("the worker's script was not built");
  return chunk.code;
}

test("a run in a worker of this browser is the run that Node makes", async ({ page }) => {
  const script = await workerScript();
  await page.goto("about:blank");
  const text = await page.evaluate(
    (source) =>
      new Promise<string>((resolve, reject) => {
        const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
        worker.addEventListener("message", (event: MessageEvent<string>) => resolve(event.data));
        worker.addEventListener("error", (event) => reject(new Error(event.message)));
      }),
    script,
  );
  expect(text).toBe(readFileSync(GOLDEN, "utf8"));
});
