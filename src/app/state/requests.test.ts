/** What the composer adds, through the link and back; foreign data in it is left out. */
import { describe, expect, test } from "vitest";
import { linkFragment, readFragment } from "./link.ts";
import { isName } from "./requests.ts";
import { readWorkspace, type Workspace } from "./workspace.ts";

const more = {
  others: [{ kind: "outside", id: "198.51.100.2" }],
  every: 250_000_000,
  method: "HEAD",
  patience: 2_000_000_000,
  until: { requests: 4 },
} as const;

const workspace: Workspace = {
  files: [{ name: "web.yaml", text: "kind: Service\n" }],
  seed: 7,
  scenario: null,
  request: { from: { kind: "outside", id: "198.51.100.1" }, to: "http://web", count: 3, keep: true, more },
  actions: [
    { at: 5, action: { kind: "set-sender", sender: "calm", request: { from: { kind: "node", node: "node-1" }, to: "web", rate: 5 } } },
  ],
  view: { tab: "hops", focus: null, detail: "packet" },
  traffic: { rate: 10 },
  senders: [
    { name: "ten", request: { from: null, to: "http://web", count: 10 }, rate: null },
    { name: "calm", request: { from: { kind: "node", node: "node-1" }, to: "web", count: 1, more: { pause: 0 } }, rate: 5 },
  ],
};

test("what a composer says, kept senders and the detail go through the link", async () => {
  expect(await readFragment(await linkFragment(workspace))).toEqual({ kind: "ok", workspace, unknown: [] });
});

const read = (change: object): Workspace => {
  const result = readWorkspace({ ...workspace, ...change });
  if (result.kind !== "ok") throw new Error("damaged");
  return result.workspace;
};

describe("foreign data", () => {
  test.each([
    ["times that cannot be", { every: -1, pause: "soon", patience: 1e99 }, undefined],
    ["clients that are nobody", { others: [{ kind: "ghost" }, 7] }, undefined],
    ["what is not known", { burst: 9 }, undefined],
    ["no fields at all", [1], undefined],
    ["some of it good", { every: 5, burst: 9 }, { every: 5 }],
  ])("%s", (_, given, wanted) => expect(read({ request: { ...workspace.request, more: given } }).request.more).toEqual(wanted));

  test("senders without a name, with a slash, or without a destination are left out; rates stay within what can be", () => {
    const request = { from: null, to: "web", count: 1 };
    const senders = [{ name: "", request }, { name: "a/b", request }, { name: "c", request: {} }, { name: "d", request, rate: 900 }, 7];
    expect(read({ senders }).senders).toEqual([{ name: "d", request, rate: 50 }]);
    expect(read({ senders: "all" }).senders).toBeUndefined();
  });

  test("another detail than there is reads as the usual one", () => {
    expect(read({ view: { detail: "atom" } }).view.detail).toBeUndefined();
  });
});

test.each([
  ["debug to web", true],
  ["", false],
  ["   ", false],
  ["default/load 0", false],
  ["x".repeat(41), false],
])("%j as a name: %s", (name, wanted) => expect(isName(name)).toBe(wanted));
