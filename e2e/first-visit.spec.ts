import { expect, test } from "./fixtures.ts";
import { addresses, caption, hops, inspector, open, picture, scrubber, toStart } from "./story.ts";

test("a packet plays by itself within ten seconds of opening, and the caption tells how it ended", async ({ page }) => {
  await page.goto("./");
  const begun = Date.now();
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
  await expect.poll(async () => Number(await scrubber(page).getAttribute("aria-valuenow"))).toBeGreaterThan(300);
  expect(Date.now() - begun).toBeLessThan(10_000);
  await expect(caption(page)).toHaveText(
    /^Delivered to (web-\w{5}) in 1\.\d milliseconds, \d hops\. node-1 replaced the Service address of web with the address of \1, as kube-proxy's rules say\.$/,
    { timeout: 30_000 },
  );
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  await expect(inspector(page).getByText("answered", { exact: true })).toBeVisible();
});

test("what the ear hears is what the eye reads: each hop once, then the outcome", async ({ page }) => {
  await open(page);
  const spoken = page
    .getByRole("main")
    .locator("[aria-live=polite]")
    .filter({ hasText: /Hop|Delivered/ });
  const count = await hops(page).count();
  for (let hop = 1; hop <= count; hop++) {
    await page.getByRole("button", { name: "Next hop" }).click();
    await expect(spoken).toHaveText(new RegExp(`^Hop ${hop}\\. `));
    expect(await spoken.textContent()).toBe(`Hop ${hop}. ${await caption(page).textContent()}`);
  }
  await page.getByRole("button", { name: "Next hop" }).click();
  await expect(spoken).toHaveText(/^Delivered to/);
  // Names are narrated, addresses are not.
  await expect(spoken).not.toHaveText(/\d+\.\d+\.\d+\.\d+/);
});

test("the picture is a function of show time: back at a moment it is the same picture, to the pixel", async ({ page }) => {
  await open(page);
  const canvas = picture(page);
  await expect(canvas.locator("xpath=ancestor::*[@data-painted]")).toBeAttached();
  const pressTo = async (key: string, times: number): Promise<Buffer> => {
    for (let i = 0; i < times; i++) await scrubber(page).press(key);
    // Settled when two pictures in a row are the same.
    let last = await canvas.screenshot();
    await expect
      .poll(async () => {
        const next = await canvas.screenshot();
        const same = next.equals(last);
        last = next;
        return same;
      })
      .toBe(true);
    return last;
  };
  const midFlight = await pressTo("ArrowRight", 30);
  const later = await pressTo("ArrowRight", 10);
  expect(later.equals(midFlight)).toBe(false);
  expect((await pressTo("ArrowLeft", 10)).equals(midFlight)).toBe(true);
  const start = await pressTo("Home", 1);
  expect(start.equals(midFlight)).toBe(false);
});

test("one sees the destination change at the rewrite, and the old address again when scrubbing back", async ({ page }) => {
  await open(page);
  await page
    .getByRole("list", { name: "Hops" })
    .getByRole("button", { name: /Leave the Pod/ })
    .click();
  const serviceAddress = /→?10\.1(0\d|1[01])\.\d+\.\d+:80/;
  await expect(addresses(page)).toHaveText(serviceAddress);
  await expect(addresses(page)).not.toHaveText(/was/);
  const sent = await addresses(page).textContent();

  await page
    .getByRole("list", { name: "Hops" })
    .getByRole("button", { name: /Rewrite the destination/ })
    .click();
  await expect(addresses(page)).toHaveText(/10\.244\.\d\.\d+:80web-\w{5}, was web/);
  await expect(inspector(page).getByText("Header, before and after")).toBeVisible();
  await expect(inspector(page).getByText(/KUBE-SVC-[A-Z2-7]{16}/)).toBeVisible();

  // A little before the moment of the rewrite the old address stands there again, unmarked.
  for (let i = 0; i < 15; i++) await scrubber(page).press("ArrowLeft");
  await expect(addresses(page)).toHaveText(sent ?? "");
  await toStart(page);
  // The very first packet is the DNS query.
  await expect(addresses(page)).toHaveText(/10\.96\.0\.10:53kube-dns/);
});
