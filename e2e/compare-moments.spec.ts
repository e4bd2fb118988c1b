/** Two moments of the run: what differs between them, and each difference leads to its place. */
import type { Locator, Page } from "@playwright/test";
import { expect, expectNoAxeViolation, test } from "./fixtures.ts";
import { editorLoaded, inspector, manifests, open, openScenario, sendAndSee, topology } from "./story.ts";

const panel = (page: Page): Locator => inspector(page).getByRole("region", { name: "Two moments of the run" });
const part = (page: Page, name: string): Locator => panel(page).getByRole("region", { name, exact: true });
const moment = (page: Page): Locator => page.getByRole("slider", { name: "Moment of the run" });
const pastLine = (page: Page): Locator => page.getByRole("group", { name: "The past" });
const allReady = /^Service web,.* 3 of 3 endpoints ready$/;
const noPods = /^Service web,.*(no Pods|0 of 0)/;

async function fixed(page: Page): Promise<void> {
  await openScenario(page, "Selector typo");
  await editorLoaded(page);
  await manifests(page).getByRole("button", { name: "Change to web" }).click();
  await expect(topology(page).getByRole("treeitem", { name: allReady })).toBeAttached();
  expect(await sendAndSee(page)).toMatch(/^Delivered to web-/);
}

test("before the fix and now: the selector, the endpoints, the rules of each node, who answered", async ({ page }) => {
  await open(page);
  await fixed(page);
  await moment(page).press("Home");
  await expect(pastLine(page)).toBeVisible();
  await pastLine(page).getByRole("button", { name: "Compare with now" }).click();
  await expect(part(page, "Services")).toContainText("selector");
  await expect(part(page, "Services")).toContainText("app=webb");
  await expect(part(page, "Endpoints")).toContainText("3 came");
  await expect(part(page, "Rules")).toContainText(/control-plane, node-1, node-2 and node-3: \d+ rules before, \d+ after/);
  await expect(part(page, "Rules")).toContainText("-j REJECT");
  await expect(part(page, "Requests")).toContainText("1 answered");

  await test.step("an endpoint leads to the slice, at the moment at which it is there", async () => {
    await part(page, "Endpoints")
      .getByRole("button", { name: /Show the EndpointSlice of web$/ })
      .first()
      .click();
    await expect(pastLine(page)).toBeHidden();
    await expect(inspector(page).getByRole("tab", { name: "EndpointSlice" })).toHaveAttribute("aria-selected", "true");
    await inspector(page).getByRole("tab", { name: "Moments" }).click();
  });

  await test.step("rules lead to the node's rules; A leads to the moment before", async () => {
    await part(page, "Rules")
      .getByRole("button", { name: /Show the rules of control-plane$/ })
      .first()
      .click();
    await expect(inspector(page).getByRole("combobox", { name: "Node" })).toHaveValue("control-plane");
    await inspector(page).getByRole("tab", { name: "Moments" }).click();
    await panel(page).getByRole("button", { name: /^A / }).click();
    await expect(topology(page).getByRole("treeitem", { name: noPods })).toBeAttached();
    await expect(panel(page).getByRole("button", { name: /^A / })).toHaveAttribute("aria-pressed", "true");
  });

  await test.step("closed, the tab is gone", async () => {
    await panel(page).getByRole("button", { name: "Close" }).click();
    await expect(inspector(page).getByRole("tab", { name: "Moments" })).toHaveCount(0);
  });
});

for (const colorScheme of ["light", "dark"] as const) {
  test(`two moments side by side keep the rules of axe (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page);
    await moment(page).press("Home");
    await pastLine(page).getByRole("button", { name: "Compare with now" }).click();
    await expect(panel(page)).toContainText("Tracked connections");
    await expectNoAxeViolation(page);
  });
}

test("two past moments are marked by key, and forgotten where the run goes another way", async ({ page }) => {
  await open(page);
  await fixed(page);
  await moment(page).press("Home");
  await expect(pastLine(page)).toBeVisible();
  await page.keyboard.press("a");
  await expect(page.getByText(/^Moment A is /)).toBeVisible();
  for (let step = 0; step < 2; step++) {
    const before = (await moment(page).getAttribute("aria-valuetext")) ?? "";
    await page.keyboard.press("}");
    await expect(moment(page)).not.toHaveAttribute("aria-valuetext", before);
  }
  await page.keyboard.press("a");
  await expect(panel(page)).toContainText("Services");
  await expect(panel(page).getByRole("button", { name: /^B \d/ })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(pastLine(page)).toBeHidden();
  await expect(inspector(page).getByRole("tab", { name: "Moments" })).toHaveCount(0);
});
