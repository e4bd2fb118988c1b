import { expect, noiseOf, test, type Page } from "./fixtures.ts";
import { destination, ending, hops, inspector, open, openScenario, scrubber, send, settled, topology } from "./story.ts";

async function linkOf(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const field = page.getByRole("dialog", { name: "Share" }).getByRole("textbox", { name: "Link" });
  await expect(field).toHaveValue(/#v1=[\w-]+$/);
  const link = await field.inputValue();
  await page.keyboard.press("Escape");
  return link;
}

const notice = (page: Page) => page.getByRole("status").filter({ hasText: "This link" });

test("a link opens the same workspace and the same run in another browser", async ({ page, browser, baseURL }) => {
  await open(page);
  await openScenario(page, "Session affinity");
  await page.getByRole("region", { name: "Share per endpoint" }).getByRole("switch").first().click();
  await expect(topology(page).getByRole("treeitem", { name: /^Service web,.* 2 of 3 endpoints ready$/ })).toBeAttached();
  await destination(page).fill("http://web.default");
  await inspector(page).getByRole("tab", { name: "Conntrack" }).click();
  const link = await linkOf(page);
  const unready = await topology(page)
    .getByRole("treeitem", { name: /not ready/ })
    .getAttribute("aria-label");

  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const other = await context.newPage();
  const noise = noiseOf(other, baseURL ?? "");
  await other.goto(link);
  await settled(other);
  await expect(other.getByRole("button", { name: "Scenario" })).toHaveText("Session affinity");
  await expect(destination(other)).toHaveValue("http://web.default");
  await expect(other.getByRole("combobox", { name: "How many requests" })).toHaveValue("5");
  await expect(inspector(other).getByRole("tab", { name: "Conntrack" })).toHaveAttribute("aria-selected", "true");
  await expect(topology(other).getByRole("treeitem", { name: /not ready/ })).toHaveAttribute("aria-label", unready ?? "");
  // The address has done its work and does not stay.
  expect(new URL(other.url()).hash).toBe("");
  expect(await linkOf(other)).toBe(link);
  expect(noise).toEqual([]);
  await context.close();
});

test("the same link gives the same request, hop by hop, twice", async ({ page, browser }) => {
  await open(page);
  const link = await linkOf(page);
  const told: string[] = [];
  for (let i = 0; i < 2; i++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const other = await context.newPage();
    await other.goto(link);
    await settled(other);
    await send(other);
    await ending(other);
    // The list follows the clock: at the end no hop is under way.
    await expect(hops(other).filter({ hasText: /now$/ })).toHaveCount(0);
    told.push(JSON.stringify(await hops(other).allTextContents()));
    await context.close();
  }
  expect(told[0]).toBe(told[1]);
  expect(told[0]).toContain("Rewrite the destination");
});

test("a damaged link says so, and offers the gallery in its place", async ({ page }) => {
  await open(page);
  const link = await linkOf(page);
  const hash = new URL(link).hash;
  // Another page in between, so that it is a load and not a change of the fragment.
  await page.goto("about:blank");
  await page.goto(`./${hash.slice(0, hash.length / 2)}`);
  await expect(notice(page)).toContainText("This link is damaged");
  await expect(scrubber(page)).toBeVisible();
  await notice(page).getByRole("button", { name: "Open the gallery" }).click();
  await page.getByRole("link", { name: /^From name to Pod/ }).click();
  await settled(page);
  await expect(page.getByRole("button", { name: "Scenario" })).toHaveText("From name to Pod");
});

test("a link of a newer version says so, and opens what is known of it", async ({ page }) => {
  await open(page);
  await openScenario(page, "NodePort");
  const hash = new URL(await linkOf(page)).hash.replace("#v1=", "#v9=");
  await page.goto("about:blank");
  await page.goto(`./${hash}`);
  await expect(notice(page)).toContainText("This link is from a newer version");
  await expect(notice(page)).toContainText("version 9");
  await expect(page.getByRole("button", { name: "Scenario" })).toHaveText("NodePort");
  await notice(page).getByRole("button", { name: "Dismiss" }).click();
  await expect(notice(page)).toHaveCount(0);
});

test("a link that is pasted into the page's own address opens at once", async ({ page }) => {
  await open(page);
  await openScenario(page, "Headless");
  const hash = new URL(await linkOf(page)).hash;
  await openScenario(page, "NodePort");
  await page.evaluate((fragment) => {
    location.hash = fragment;
  }, hash);
  await expect(page.getByRole("button", { name: "Scenario" })).toHaveText("Headless");
  await settled(page);
});
