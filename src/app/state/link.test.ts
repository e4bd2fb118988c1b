import { describe, expect, test } from "vitest";
import { linkFragment, readFragment } from "./link.ts";
import { readWorkspace, type Workspace } from "./workspace.ts";

const workspace: Workspace = {
  files: [{ name: "web.yaml", text: "kind: Service # ünïcode \u{1F680}\n" }],
  seed: 7,
  scenario: "clusterip",
  request: { from: { kind: "pod", pod: "default/debug" }, to: "http://web", count: 3 },
  actions: [{ at: 5, action: { kind: "set-ready", pod: "default/web-1", ready: false } }],
  view: { tab: "rules", focus: "default/web" },
  traffic: null,
};

describe("links", () => {
  test("what goes in comes out", async () => {
    const fragment = await linkFragment(workspace);
    expect(fragment).toMatch(/^#v1=[\w-]+$/);
    expect(await readFragment(fragment)).toEqual({ kind: "ok", workspace, unknown: [] });
  });

  test("a link of the first version stays readable", async () => {
    // Made once by version 1 of this file; never made anew.
    const old =
      "#v1=ZZBRS8UwDIX_yjjPvY6LiJC_IfjifEjXTItbu9umm5fR_y69Iii-5EBCvpyTA5OfJYNeDgReBIRd7N2VlxkGKp8KAq_-WVL2MVC3nYfw4YOj7knS5kcZwiLKjpVpCF3XINTtYoeA-mqQRRzo0SCPEjj5CMI4l6yS_AqDJJciWUEHphSXpg0PwhodzK0SnExcZu2d2PKGaqCN8666Ut_vYmEwxhIUdF8NeFQfw3coVtDDT-sXPYuekrC7_ruxiz2db87alCaes9QWZfOyN4KyBSGV9jeDKY4l_11HrV8";
    expect(await readFragment(old)).toMatchObject({
      kind: "ok",
      unknown: [],
      workspace: {
        files: [{ name: "web.yaml", text: "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n" }],
        seed: 7,
        view: { tab: "rules" },
      },
    });
  });

  test.each([
    { name: "no fragment", fragment: "", want: "none" },
    { name: "a foreign fragment", fragment: "#topology", want: "none" },
    { name: "cut off", fragment: "#v1=PY7LCsIwEEX", want: "damaged" },
    { name: "not base64", fragment: "#v1=%%%", want: "damaged" },
    { name: "nothing", fragment: "#v1=", want: "damaged" },
    { name: "a newer one that cannot be read", fragment: "#v9=abc", want: "newer" },
  ])("$name", async ({ fragment, want }) => {
    expect((await readFragment(fragment)).kind).toBe(want);
  });

  test("a newer link opens what is known and names the rest", async () => {
    const newer = await linkFragment({ ...workspace, lessons: ["a"] } as Workspace);
    const read = await readFragment(newer.replace("#v1=", "#v2="));
    expect(read).toEqual({ kind: "ok", workspace, unknown: ["version 2", "lessons"] });
  });
});

describe("reading a workspace", () => {
  test.each([
    { name: "null", value: null },
    { name: "no files", value: { ...workspace, files: [] } },
    { name: "a file without text", value: { ...workspace, files: [{ name: "a" }] } },
    { name: "a seed that is not a number", value: { ...workspace, seed: "1" } },
    { name: "actions of another shape", value: { ...workspace, actions: [{ action: 1 }] } },
  ])("$name is damaged", ({ value }) => {
    expect(readWorkspace(value)).toEqual({ kind: "damaged" });
  });

  test("an unknown action is named and left out", () => {
    const value = { ...workspace, actions: [{ at: 1, action: { kind: "explode" } }] };
    expect(readWorkspace(value)).toEqual({ kind: "ok", workspace: { ...workspace, actions: [] }, unknown: ["action explode"] });
  });

  test("a count beyond reason is brought back", () => {
    const read = readWorkspace({ ...workspace, request: { to: "web", count: 1e9 } });
    expect(read.kind === "ok" && read.workspace.request).toEqual({ from: null, to: "web", count: 1000 });
  });
});
