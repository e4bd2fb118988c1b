import { expect, test, type Page } from "./fixtures.ts";
import { caption, ending, hops, open, scrubber, send, topology } from "./story.ts";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const now = async (page: Page): Promise<number> => Number(await scrubber(page).getAttribute("aria-valuenow"));
const current = (page: Page) => page.getByRole("list", { name: "Hops" }).locator("[aria-current=step]");

test("step by hop with the buttons: forth to the end, and back to the start", async ({ page }) => {
  await open(page);
  const count = await hops(page).count();
  expect(count).toBeGreaterThan(5);
  for (let hop = 1; hop <= count; hop++) {
    await button(page, "Next hop").click();
    await expect(current(page)).toContainText(`Hop ${hop}.`);
    await expect(topology(page).getByText(`Hop ${hop} of ${count}`, { exact: true })).toBeVisible();
  }
  await button(page, "Next hop").click();
  await expect(caption(page)).toHaveText(/^Delivered/);
  for (let hop = count; hop >= 1; hop--) {
    await button(page, "Previous hop").click();
    await expect(current(page)).toContainText(`Hop ${hop}.`);
  }
  await button(page, "Previous hop").click();
  await expect(scrubber(page)).toHaveAttribute("aria-valuenow", "0");
});

test("step with Right and Left, play and pause with Space", async ({ page }) => {
  await open(page);
  await topology(page).focus();
  await page.keyboard.press("ArrowRight");
  await expect(current(page)).toContainText("Hop 1.");
  await page.keyboard.press("ArrowRight");
  await expect(current(page)).toContainText("Hop 2.");
  await page.keyboard.press("ArrowLeft");
  await expect(current(page)).toContainText("Hop 1.");

  await page.keyboard.press("Space");
  await expect(button(page, "Pause")).toBeVisible();
  const started = await now(page);
  await expect.poll(() => now(page)).toBeGreaterThan(started);
  await page.keyboard.press("Space");
  await expect(button(page, "Play")).toBeVisible();
  const stopped = await now(page);
  // Two more frames: nothing moves any more.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await now(page)).toBe(stopped);
});

test("the slider goes to the ends and says where it stands", async ({ page }) => {
  await open(page);
  await scrubber(page).press("End");
  await expect(scrubber(page)).toHaveAttribute("aria-valuetext", /^Hop 8 of 8, Delivered to .* \d+\.\d{4} seconds$/);
  const max = Number(await scrubber(page).getAttribute("aria-valuemax"));
  expect(await now(page)).toBe(max);
  await scrubber(page).press("Home");
  await expect(scrubber(page)).toHaveAttribute("aria-valuetext", /^(Before the first hop|Hop 1 of 8)/);
});

test("dragging on the timeline scrubs", async ({ page }) => {
  await open(page);
  const box = await scrubber(page).boundingBox();
  if (box === null) throw new Error("the timeline is not on the page");
  await page.mouse.move(box.x + box.width * 0.3, box.y + 30);
  await page.mouse.down();
  const early = await now(page);
  await page.mouse.move(box.x + box.width * 0.8, box.y + 30, { steps: 4 });
  await expect.poll(() => now(page)).toBeGreaterThan(early);
  await page.mouse.up();
});

test("speeds change how fast it is shown, and nothing of what is simulated", async ({ page }) => {
  await open(page);
  const sentence = await ending(page);
  const speeds = page.getByRole("radiogroup", { name: "Speed" });
  await speeds.getByRole("radio", { name: "4×" }).click();
  await expect(speeds.getByRole("radio", { name: "4×" })).toBeChecked();
  await button(page, "Replay request").click();
  await expect(caption(page)).toHaveText(sentence, { timeout: 10_000 });
  await topology(page).focus();
  await page.keyboard.press("[");
  await expect(speeds.getByRole("radio", { name: "2×" })).toBeChecked();
  await page.keyboard.press("]");
  await expect(speeds.getByRole("radio", { name: "4×" })).toBeChecked();
});

test("several requests: Page Up and Page Down go from one to the next", async ({ page }) => {
  await open(page);
  await send(page, "http://web", 1);
  await scrubber(page).press("PageUp");
  await expect(page.getByRole("heading", { name: "Request 1", exact: true })).toBeVisible();
  await scrubber(page).press("PageDown");
  await expect(page.getByRole("heading", { name: "Request 2", exact: true })).toBeVisible();
});
