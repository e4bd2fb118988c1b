import { expect, test, type Page } from "./fixtures.ts";
import { caption, editorLoaded, inspector, open, settled, topology } from "./story.ts";

/** Which part of the page has the focus. */
async function region(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return "page";
    const parts: readonly (readonly [string, string])[] = [
      [".skip", "skip link"],
      ["form", "request line"],
      ["[role=tree]", "canvas"],
      ["[aria-label='What to do next']", "next steps"],
      ["[aria-label='Share per endpoint']", "share"],
      ["[aria-label=Conditions]", "conditions"],
      ["[aria-label=Manifests]", "editor"],
      ["[role=tablist]", "inspector tabs"],
      ["[role=tabpanel]", "hop list"],
      ["[aria-label=Playback]", "transport"],
      ["[aria-label=Zoom]", "zoom"],
      ["[aria-label=Find], [aria-label=Filter]", "find"],
      ["[role=slider]", "timeline"],
      [".morelanes", "more lanes"],
      ["[role=separator]", "splitter"],
      ["header", "top bar"],
      ["footer", "transport"],
    ];
    return parts.find(([selector]) => element.closest(selector) !== null)?.[1] ?? element.outerHTML.slice(0, 80);
  });
}

test("from opening the page to a sent packet, by keyboard alone", async ({ page }) => {
  await page.goto("./");
  await settled(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the topology" })).toBeFocused();
  for (
    let i = 0;
    i < 6 && !(await page.getByRole("textbox", { name: "Destination" }).evaluate((element) => element === document.activeElement));
    i++
  )
    await page.keyboard.press("Tab");
  await expect(page.getByRole("textbox", { name: "Destination" })).toBeFocused();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("http://web.default");
  await page.keyboard.press("Enter");
  await expect(inspector(page).getByRole("heading", { name: "Request 2" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
});

test("Tab goes through the regions in reading order, and leaves the editor after Escape", async ({ page }) => {
  await open(page);
  await editorLoaded(page);
  await page.getByRole("link", { name: "Skip to the topology" }).focus();
  const seen: string[] = [];
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press("Tab");
    const here = await region(page);
    if (here === "page") break;
    if (seen.at(-1) !== here) seen.push(here);
    if (here === "editor") await page.keyboard.press("Escape");
  }
  const order = seen.filter((one) => !["splitter", "zoom", "find", "top bar", "skip link"].includes(one));
  expect(order).toEqual([
    "request line",
    "editor",
    "conditions",
    "canvas",
    "next steps",
    "share",
    "inspector tabs",
    "hop list",
    "transport",
    "timeline",
    "more lanes",
  ]);
});

test("Tab stays in the editor while one writes, and Escape, then Tab, leaves it", async ({ page }) => {
  await open(page);
  const editor = await editorLoaded(page);
  await topology(page).focus();
  await page.keyboard.press("e");
  await expect(editor).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(editor).toBeFocused();
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(editor).not.toBeFocused();
});

test("the outline: arrows walk the tree, Enter selects what the picture then shows, R changes readiness", async ({ page }) => {
  await open(page);
  await topology(page).focus();
  await page.keyboard.press("o");
  await expect(page.getByRole("heading", { name: "Outline" })).toBeVisible();
  const tree = page.getByRole("tree", { name: "Cluster" });
  await tree.getByRole("treeitem").first().focus();
  await page.keyboard.press("Home");
  await expect(tree.getByRole("treeitem", { name: "Services" })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(tree.getByRole("treeitem", { name: /^Service web,/ })).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(tree.getByRole("treeitem", { name: "Services" })).toBeFocused();

  const pod = tree.getByRole("treeitem", { name: /^Pod web-/ }).first();
  for (let i = 0; i < 30 && !(await pod.evaluate((element) => element === document.activeElement)); i++)
    await page.keyboard.press("ArrowDown");
  await expect(pod).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(pod).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("r");
  await expect(tree.getByRole("treeitem", { name: /^Service web,.* 2 of 3 endpoints ready$/ })).toBeAttached();
  await expect(pod).toHaveAccessibleName(/not ready/);
  await page.keyboard.press("Escape");
  await expect(pod).toHaveAttribute("aria-selected", "false");
  await page.keyboard.press("Shift+F10");
  await expect(page.getByRole("menu", { name: "What to do here" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(pod).toBeFocused();
});

test("on the picture, arrows go to the nearest thing in that direction", async ({ page }) => {
  await open(page);
  const tree = page.getByRole("tree", { name: "Cluster" });
  await tree.getByRole("treeitem", { name: /^Service web,/ }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(tree.getByRole("treeitem", { name: /^Service kube-dns,/ })).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(tree.getByRole("treeitem", { name: /^Service web,/ })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(tree.locator(":focus")).toHaveAccessibleName(/node-1/);
});

test("the list of shortcuts opens with ?, says them, and gives the focus back", async ({ page }) => {
  await open(page);
  const send = page.getByRole("button", { name: "Send", exact: true });
  await send.focus();
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByText("Escape, then Tab")).toBeVisible();
  // No shortcut reaches the page behind.
  await page.keyboard.press("t");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await dialog.getByRole("checkbox", { name: "Single letters are shortcuts" }).uncheck();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(send).toBeFocused();
  await page.keyboard.press("t");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect(caption(page)).toBeVisible();
});

test("T changes the theme, Alt with a number the inspector's tab", async ({ page }) => {
  await open(page);
  await topology(page).focus();
  await page.keyboard.press("t");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  for (const [key, tab] of [
    ["3", "Conntrack"],
    ["5", "EndpointSlice"],
    ["1", "Hops"],
  ] as const) {
    await page.keyboard.press(`Alt+${key}`);
    await expect(inspector(page).getByRole("tab", { name: tab })).toHaveAttribute("aria-selected", "true");
  }
});
