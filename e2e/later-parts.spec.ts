/** What comes before the first picture, in bytes; and panels and dialogs that come when they are opened. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, expectNoAxeViolation, test, type Page } from "./fixtures.ts";
import { inspector, open } from "./story.ts";

const dist = fileURLToPath(new URL(process.env.KUBEHOP_DIST ?? "../dist/", import.meta.url));
/** Scripts of the page before the editor, workers aside, gzip. */
const BUDGET_BYTES = 240_000;

test("what the page itself asks for first is within its budget", () => {
  const html = readFileSync(join(dist, "index.html"), "utf8");
  const scripts = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, path = ""]) => join(dist, path));
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter((path) => !existsSync(path))).toEqual([]);
  expect(scripts.reduce((sum, path) => sum + gzipSync(readFileSync(path), { level: 9 }).length, 0)).toBeLessThanOrEqual(BUDGET_BYTES);
});

/** Holds back one part of the page; the function lets it come. */
async function hold(page: Page, part: string): Promise<() => void> {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(`**/assets/${part}-*.js`, async (route) => {
    await held;
    await route.continue();
  });
  return () => release();
}

test("a tab that is on its way is quiet at first, then says so, and the focus stays on it", async ({ page }) => {
  const release = await hold(page, "panels");
  await open(page);
  const panel = inspector(page);
  const body = panel.getByRole("tabpanel");
  const before = await panel.boundingBox();
  await panel.getByRole("tab", { name: "Hops" }).click();
  await page.keyboard.press("ArrowRight");
  await expect(panel.getByRole("tab", { name: "Rules" })).toHaveAttribute("aria-selected", "true");
  await expect(body.getByRole("status")).toHaveText("On its way");
  await expectNoAxeViolation(page, "aside");
  expect(await panel.boundingBox()).toEqual(before);
  release();
  await expect(body.getByRole("combobox", { name: "Node" })).toBeVisible();
  await expect(body.getByText("On its way")).toHaveCount(0);
  await expect(panel.getByRole("tab", { name: "Rules" })).toBeFocused();
});

test("once everything has come, panels and dialogs open at once and without a network", async ({ page, context }) => {
  const came: string[] = [];
  page.on("requestfinished", (request) => came.push(request.url()));
  await open(page);
  for (const part of ["panels", "share-dialog", "keys-dialog", "packet-dialog", "own-rules-editor", "network-facts"])
    await expect
      .poll(() => came.filter((url) => url.includes(`/assets/${part}-`) && url.endsWith(".js")).length, { timeout: 30_000 })
      .toBe(1);
  await context.setOffline(true);
  const panel = inspector(page);
  await panel.getByRole("tab", { name: "Rules" }).click();
  const own = panel.getByRole("region", { name: "Rules of your own" });
  await own.getByRole("button", { name: "Add" }).click();
  await expect(own.getByRole("textbox")).toBeVisible();
  await panel.getByRole("tab", { name: "DNS" }).click();
  await expect(panel.getByText("/etc/resolv.conf").first()).toBeVisible();
  const share = page.getByRole("button", { name: "Share", exact: true });
  await share.click();
  await expect(page.getByRole("dialog", { name: "Share" })).toBeVisible();
  expect(await page.evaluate(() => document.activeElement?.closest("dialog") !== null)).toBe(true);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(share).toBeFocused();
});

test("a dialog that is on its way takes the focus when it comes, and gives it back", async ({ page }) => {
  const release = await hold(page, "keys-dialog");
  await open(page);
  const button = page.getByRole("button", { name: "Keyboard shortcuts" });
  await button.click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  release();
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog).toBeVisible();
  expect(await page.evaluate(() => document.activeElement?.closest("dialog") !== null)).toBe(true);
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(button).toBeFocused();
});
