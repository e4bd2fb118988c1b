/** More lanes of the timeline: what happened when, and a press on a mark goes there. */
import { readFileSync } from "node:fs";
import type { Locator, Page } from "@playwright/test";
import { expect, expectNoAxeViolation, test } from "./fixtures.ts";
import { open, topology } from "./story.ts";

const lane = (page: Page, name: RegExp): Locator => page.getByRole("region", { name: "More lanes" }).getByRole("group", { name });
const pastLine = (page: Page): Locator => page.getByRole("group", { name: "The past" });
const moment = (page: Page): Locator => page.getByRole("slider", { name: "Moment of the run" });

async function openLanes(page: Page): Promise<void> {
  await page.getByRole("button", { name: "More lanes" }).click();
  await expect(lane(page, /^Pods:/)).toBeVisible();
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`around the request its packets stand in detail, with what happened around it (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page);
    await expect(page.getByRole("region", { name: "More lanes" })).toHaveCount(0);
    await openLanes(page);
    await expect(
      lane(page, /^Packets:/)
        .getByRole("button")
        .first(),
    ).toHaveAccessibleName(/packet 1 of request 1, question to DNS|events from/);
    await expect(lane(page, /^Rules of node-1:/).getByRole("button")).not.toHaveCount(0);
    await expect(lane(page, /^DNS cache:/)).toContainText("CoreDNS keeps nothing: by default not the names of the cluster");
    await expectNoAxeViolation(page);
  });
}

test("a press on a mark goes to its moment, and selects what it is about", async ({ page }) => {
  await open(page);
  await openLanes(page);
  await page.getByRole("button", { name: "Delete a Pod" }).click();
  await page.getByRole("radio", { name: "Whole run" }).click();
  const gone = lane(page, /^Pods:/).getByRole("button", { name: /^[\d.]+ s: web-\w+ is gone$/ });
  await expect(gone).toBeVisible();

  await test.step("the slice: the line says what happened, the Service is selected", async () => {
    const last = lane(page, /^Endpoints:/)
      .getByRole("button")
      .last();
    await expect(last).toHaveAccessibleName(/EndpointSlice of web: 3 of 3 endpoints ready/);
    await last.click();
    await expect(pastLine(page)).toContainText("EndpointSlice of web: 3 of 3 endpoints ready.");
    await expect(topology(page).getByRole("treeitem", { selected: true })).toHaveAccessibleName(/^Service web,/);
  });

  await test.step("a Pod that is gone, at the last moment at which it was there", async () => {
    await gone.click();
    await expect(topology(page).getByRole("treeitem", { name: /^Pod web-[\w-]+, ending/, selected: true })).toBeAttached();
    await moment(page).press("End");
    await expect(pastLine(page)).toBeHidden();
  });

  await test.step("events that lie close together are told one by one", async () => {
    const several = lane(page, /^Pods:/)
      .getByRole("button", { name: /^\d+ events from / })
      .first();
    const count = Number(/^\d+/.exec((await several.getAttribute("aria-label")) ?? "")?.[0]);
    await several.click();
    await expect(page.getByRole("menuitem")).toHaveCount(count);
    await page.getByRole("menuitem").first().click();
    await expect(pastLine(page)).toBeVisible();
  });
});

test("lanes by keyboard: one Tab stop each, arrows within and between them, Enter goes there", async ({ page }) => {
  await open(page);
  await openLanes(page);
  await page.getByRole("radio", { name: "Whole run" }).click();
  const pods = lane(page, /^Pods:/).getByRole("button");
  await expect(lane(page, /^Pods:/).locator("button[tabindex='0']")).toHaveCount(1);
  await pods.first().focus();
  await page.keyboard.press("ArrowRight");
  await expect(pods.nth(1)).toBeFocused();
  await page.keyboard.press("End");
  await expect(pods.last()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(lane(page, /^Endpoints:/).locator("button:focus")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(pastLine(page)).toBeVisible();
});

test("lanes are chosen, and folded again", async ({ page }) => {
  await open(page);
  await openLanes(page);
  await page.getByRole("button", { name: "Lanes on show" }).click();
  await page.getByRole("menuitemradio", { name: "DNS cache" }).click();
  await expect(lane(page, /^DNS cache:/)).toHaveCount(0);
  await expect(lane(page, /^Pods:/)).toBeVisible();
  await page.getByRole("button", { name: "Fewer lanes" }).click();
  await expect(page.getByRole("region", { name: "More lanes" })).toHaveCount(0);
});

test("steps: by packet within the request, by event and by change through the run", async ({ page }) => {
  await open(page);
  const scrub = page.getByRole("slider", { name: "Scrub through the request" });
  await page.getByRole("heading", { name: "Request 1" }).click();

  await test.step("a full stop goes from packet to packet, a comma back", async () => {
    // The questions to DNS are one hop; the next packet is the request's first.
    await page.keyboard.press(".");
    await expect(scrub).toHaveAttribute("aria-valuetext", /^Hop 2 of/);
    const second = (await scrub.getAttribute("aria-valuetext")) ?? "";
    await page.keyboard.press(".");
    await expect(scrub).not.toHaveAttribute("aria-valuetext", second);
    await page.keyboard.press(",");
    await expect(scrub).toHaveAttribute("aria-valuetext", second);
  });

  await test.step("< and { go back through the run, the menu forward; the line says what happened", async () => {
    await page.keyboard.press("{");
    await expect(pastLine(page)).toContainText(/rules|EndpointSlice|web-\w+ is/);
    const before = (await moment(page).getAttribute("aria-valuetext")) ?? "";
    await page.keyboard.press("{");
    await expect(moment(page)).not.toHaveAttribute("aria-valuetext", before);
    await page.getByRole("button", { name: "Steps and moments" }).click();
    await page.getByRole("menuitem", { name: /^To the next change/ }).click();
    await expect(moment(page)).toHaveAttribute("aria-valuetext", before);
    await page.keyboard.press(">");
    await expect(moment(page)).not.toHaveAttribute("aria-valuetext", before);
  });
});

test("a request is played again and again until it is told not to", async ({ page }) => {
  await open(page);
  await page.getByRole("radio", { name: "Max" }).click();
  await page.getByRole("button", { name: "Steps and moments" }).click();
  await page.getByRole("menuitemradio", { name: /^Play again and again/ }).click();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  const scrub = page.getByRole("slider", { name: "Scrub through the request" });
  const end = (await scrub.getAttribute("aria-valuemax")) ?? "";
  await expect(scrub).toHaveAttribute("aria-valuenow", end);
  // It begins anew by itself.
  await page.getByRole("radio", { name: "1\u00d7", exact: true }).click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  await expect(scrub).not.toHaveAttribute("aria-valuenow", end);
  await page.getByRole("button", { name: "Steps and moments" }).click();
  await page.getByRole("menuitemradio", { name: /^Play again and again/ }).click();
  await scrub.press("End");
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
});

test("many lanes leave the picture its room; the line above them changes that, and is remembered", async ({ page }) => {
  await open(page);
  await openLanes(page);
  const line = page.getByRole("separator", { name: "Height of the lanes" });
  const box = page.locator(".lanebox");
  const height = async (): Promise<number> => Math.round((await box.boundingBox())?.height ?? 0);
  await expect(line).toHaveAttribute("aria-valuenow", "135");
  expect(await height()).toBe(135);
  expect((await topology(page).locator(".picture").boundingBox())?.height ?? 0).toBeGreaterThan(225);
  await line.focus();
  await page.keyboard.press("ArrowUp");
  await expect(line).toHaveAttribute("aria-valuenow", "151");
  await expect.poll(height).toBe(151);
  await expectNoAxeViolation(page);
  const at = await line.boundingBox();
  await page.mouse.move(700, (at?.y ?? 0) + 4);
  await page.mouse.down();
  await page.mouse.move(700, (at?.y ?? 0) + 49, { steps: 3 });
  await page.mouse.up();
  await expect(line).toHaveAttribute("aria-valuenow", "106");
  await page.reload();
  await openLanes(page);
  await expect(line).toHaveAttribute("aria-valuenow", "106");
});

test("the recorded run is downloaded, and is the run's text, actions and requests", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Share" }).click();
  const button = page.getByRole("button", { name: "Download run (JSON)" });
  await expect(button).toBeEnabled();
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  expect(download.suggestedFilename()).toMatch(/\.json$/);
  const path = await download.path();
  const run = JSON.parse(readFileSync(path, "utf8")) as unknown;
  expect(JSON.stringify(run)).toContain("http://web");
  expect(JSON.stringify(run)).toContain("kind: Service");
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("the run has a sheet: its line, all lanes, the steps; a mark goes to its moment", async ({ page }) => {
    await page.goto("./");
    await expect(page.getByRole("region", { name: "Hop", exact: true }).getByRole("heading", { level: 2 })).toBeVisible();
    await page.getByRole("button", { name: "The run" }).tap();
    await expect(page.getByRole("heading", { name: "The run" })).toBeVisible();
    for (const name of [/^Packets:/, /^Pods:/, /^Endpoints:/, /^Rules of node-1:/, /^DNS cache:/])
      await expect(lane(page, name)).toBeVisible();
    await expect(page.getByRole("separator", { name: "Height of the lanes" })).toBeHidden();
    await expectNoAxeViolation(page);
    await page.getByRole("radio", { name: "Whole run" }).tap();
    await lane(page, /^Endpoints:/)
      .getByRole("button")
      .last()
      .tap();
    const several = page.getByRole("menuitem");
    if (await several.first().isVisible()) await several.first().tap();
    await expect(pastLine(page)).toBeVisible();
    await page.getByRole("button", { name: "Back to now" }).tap();
    await expect(pastLine(page)).toHaveCount(0);
    await page.getByRole("button", { name: "The run" }).tap();
    await expect(page.getByRole("heading", { name: "The run" })).toHaveCount(0);
  });
});
