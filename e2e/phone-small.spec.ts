/** A small phone, and a page enlarged to 400%: the page scrolls, the picture keeps its height, nothing is lost. */
import { expect, expectNoAxeViolation, test, type Page } from "./fixtures.ts";

const card = (page: Page) => page.getByRole("region", { name: "Hop", exact: true });

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ viewport: { width: 320, height: 640 }, hasTouch: true, colorScheme: theme });

    test("the picture has a useful height, and the hop card comes by scrolling", async ({ page }) => {
      await page.goto("./");
      await expect(card(page).getByRole("heading", { level: 2 })).toBeVisible();
      const picture = await page.locator(".picture").boundingBox();
      expect(picture?.height ?? 0).toBeGreaterThanOrEqual(320);
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      await expect(page.getByRole("heading", { name: "Try next" })).toBeInViewport();
      // the transport stays in reach
      await expect(page.getByRole("button", { name: /^(Play|Pause)/ })).toBeInViewport();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
      await expectNoAxeViolation(page);
    });

    test("in a hop card both addresses stand below each other, in one piece", async ({ page }) => {
      await page.goto("./");
      await expect(card(page).getByRole("heading", { level: 2 })).toBeVisible();
      await page.getByRole("button", { name: "Inspector" }).tap();
      await page
        .getByRole("list", { name: "Hops" })
        .getByRole("button", { name: /Rewrite the destination/ })
        .tap();
      const mark = page.locator(".hop .hdr .hl").first();
      await expect(mark).toBeVisible();
      // a mark on two lines would have two boxes
      expect(await mark.evaluate((element) => element.getClientRects().length)).toBe(1);
      const was = await page.locator(".hop .hdr .was").first().boundingBox();
      expect((await mark.boundingBox())?.y ?? 0).toBeGreaterThan((was?.y ?? 0) + 10);
      await expectNoAxeViolation(page);
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("the hop card says how closely the request is told, and tells it another way", async ({ page }) => {
    await page.goto("./");
    await expect(card(page).getByRole("heading", { level: 2 })).toBeVisible();
    const count = async (): Promise<number> => Number(/of (\d+)/.exec((await card(page).locator(".k").textContent()) ?? "")?.[1] ?? 0);
    await expect.poll(count).toBe(8);
    await card(page).getByRole("button", { name: "Detail: Connection" }).tap();
    await expectNoAxeViolation(page);
    await page.getByRole("menuitemradio", { name: "Packet" }).tap();
    await expect(card(page).getByRole("button", { name: "Detail: Packet" })).toBeVisible();
    await expect.poll(count).toBeGreaterThan(12);
    // its marks stay in the row
    const row = await card(page).locator(".k").boundingBox();
    expect((row?.x ?? 0) + (row?.width ?? 0)).toBeLessThanOrEqual(390);
    expect(
      await card(page)
        .locator(".k")
        .evaluate((element) => element.scrollWidth - element.clientWidth),
    ).toBe(0);
    await card(page).getByRole("button", { name: "Detail: Packet" }).tap();
    await page.getByRole("menuitemradio", { name: "Request" }).tap();
    await expect.poll(count).toBeLessThan(8);
  });
});
