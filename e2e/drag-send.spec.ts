/** Drawing a request with the mouse, from a Pod to a Service. */
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures.ts";
import { caption, destination, ending, hops, onShow, open, picture, toStart, topology } from "./story.ts";

/** The middle of a thing on screen: where the ring stands when the outline has it in focus. */
async function placeOf(page: Page, name: RegExp): Promise<{ readonly x: number; readonly y: number }> {
  await topology(page).getByRole("treeitem", { name }).focus();
  const box = await page.locator(".focusring").boundingBox();
  if (box === null) throw new Error(`the picture does not show ${name}`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

test("a request is drawn from a Pod to a Service, told before it is sent, and played", async ({ page }) => {
  await open(page);
  await destination(page).fill("http://elsewhere");
  const from = await placeOf(page, /^Pod debug/);
  const to = await placeOf(page, /^Service web,/);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await expect(page.getByText("Send to http://web", { exact: true })).toBeHidden();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await expect(page.getByText("Send to http://web", { exact: true })).toBeVisible();
  await page.mouse.up();
  await onShow(page, 2);
  await expect(destination(page)).toHaveValue("http://web");
  expect(await ending(page)).toMatch(/^Delivered to web-/);
});

test("a line that is let go over nothing, or given up by Escape, sends nothing; a click is still a click", async ({ page }) => {
  await open(page);
  await toStart(page);
  const from = await placeOf(page, /^Pod debug/);
  const to = await placeOf(page, /^Service web,/);
  const stage = await picture(page).boundingBox();
  if (stage === null) throw new Error("no picture");
  for (const give of ["drop", "escape"] as const) {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    if (give === "drop") await page.mouse.move(stage.x + stage.width - 4, stage.y + stage.height - 4, { steps: 4 });
    else {
      await page.mouse.move(to.x, to.y, { steps: 4 });
      await page.keyboard.press("Escape");
    }
    await page.mouse.up();
    await expect(page.locator(".drawn")).toHaveCount(0);
  }
  await page.mouse.click(from.x, from.y);
  await expect(page.getByRole("heading", { name: /debug/ }).first()).toBeVisible();
  await expect(hops(page).first()).toBeVisible();
  await expect(caption(page)).toBeVisible();
  await expect(page.getByRole("heading", { name: /Request 1/ })).toBeVisible();
});
