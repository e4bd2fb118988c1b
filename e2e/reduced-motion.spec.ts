import { expect, test } from "./fixtures.ts";
import { caption, ending, scrubber, settled, topology } from "./story.ts";

test("with reduced motion nothing moves by itself, and each Play shows one hop as a still picture", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("./");
  await settled(page);
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  await expect(scrubber(page)).toHaveAttribute("aria-valuenow", "0");
  await expect(page.getByRole("checkbox", { name: "Wait for me" })).toBeChecked();

  let before = 0;
  for (const hop of [1, 2, 3]) {
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await expect(topology(page).getByText(`Hop ${hop} of 8`, { exact: true })).toBeVisible();
    // It stops by itself and waits.
    await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
    const now = Number(await scrubber(page).getAttribute("aria-valuenow"));
    expect(now).toBeGreaterThan(before);
    before = now;
  }
  await expect(caption(page)).toContainText("node-1");
  expect(await ending(page)).toMatch(/^Delivered/);
});

test("without Wait for me it goes on from still to still by itself", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("./");
  await settled(page);
  await page.getByRole("checkbox", { name: "Wait for me" }).uncheck();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(topology(page).getByText("Hop 2 of 8", { exact: true })).toBeVisible();
  await expect(topology(page).getByText("Hop 3 of 8", { exact: true })).toBeVisible();
});
