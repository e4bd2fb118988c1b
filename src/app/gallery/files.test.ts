import { expect, test } from "vitest";
import { ago } from "./ago.ts";
import { byteWords, filesOf, textFile } from "./files.ts";

test.each([
  ["kind: Pod", "cluster.yaml"],
  ["# a comment\n{}", "cluster.yaml"],
  ['\n {"kind": "List"}', "cluster.json"],
  ["[1]", "cluster.json"],
])("pasted text %j is called %s", (text, name) => {
  expect(textFile(text)).toEqual({ name, text });
});

test("files of the same name are told apart", async () => {
  const files = await filesOf([new File(["a"], "pods.yaml"), new File(["b"], "pods.yaml"), new File(["c"], "README")]);
  expect(files.map(({ name, text }) => `${name} ${text}`)).toEqual(["pods.yaml a", "pods-2.yaml b", "README c"]);
});

test.each([
  [999, "999 characters"],
  [1_499, "1 KB"],
  [2_000_000, "2 MB"],
  [21_340_000, "21.3 MB"],
])("%i characters are %s", (characters, words) => {
  expect(byteWords(characters)).toBe(words);
});

test.each([
  [0, "a moment ago"],
  [45 * 60_000, "45 minutes ago"],
  [5 * 3_600_000, "5 hours ago"],
  [30 * 3_600_000, "yesterday"],
  [9 * 24 * 3_600_000, "9 days ago"],
])("%i ms is %s", (ms, words) => {
  expect(ago(ms)).toBe(words);
});
