import { expect, test } from "vitest";
import { web } from "../core/simulation/testing.ts";
import { answerLine } from "./batch.ts";
import { runCommand } from "./commands.ts";

const FILES = [{ name: "web.yaml", text: web() }];

interface Result {
  readonly endpoint: string;
  readonly says: string;
  readonly disposition: string;
  readonly connection?: { readonly opened: number; readonly request: number; readonly of: number };
}

function results(options: { readonly [name: string]: unknown }): readonly Result[] {
  const answer = answerLine(JSON.stringify({ command: "trace", files: FILES, options: { from: "client", to: "http://web", ...options } }));
  if (!answer.ok) throw new Error(answer.error.message);
  return (answer.result as { readonly results: readonly Result[] }).results; // what trace answers
}

test("trace with keepAlive: one endpoint, and which request on which connection", () => {
  const kept = results({ count: 5, keepAlive: true });
  expect(new Set(kept.map(({ endpoint }) => endpoint)).size).toBe(1);
  expect(kept.map(({ connection }) => connection)).toEqual(
    [1, 2, 3, 4, 5].map((request) => ({ opened: 1, request, of: 5, instead: null })),
  );
  expect(results({ count: 20 }).every(({ connection }) => connection === undefined)).toBe(true);
});

test("patience lets the kernel give up first", () => {
  const [journey] = results({ to: "10.96.200.200:80", patience: "3m" });
  expect(journey).toMatchObject({
    disposition: "dropped",
    says: expect.stringMatching(/^curl: \(28\) Failed to connect to 10\.96\.200\.200 port 80 after 134\d{3} ms/) as string,
  });
  const refused = answerLine(JSON.stringify({ command: "trace", files: FILES, options: { from: "client", to: "web", patience: "2h" } }));
  expect(refused).toMatchObject({ ok: false, error: { message: "A client waits for some time, up to an hour." } });
});

test("the text says it in words", () => {
  const options = { from: "client", to: "http://web", count: "3", "keep-alive": true };
  const { text } = runCommand("trace", { options, positionals: ["web.yaml"], readFiles: () => FILES });
  expect(text).toContain("request 1 of 3 on a connection of its own\n");
  expect(text).toContain("request 3 of 3 on the same connection, which request 1 opened\n");
});
