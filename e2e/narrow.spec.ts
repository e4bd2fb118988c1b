import { expect, test, type Page } from "./fixtures.ts";

/** Nothing sticks out to the right: the page cannot be scrolled sideways. */
async function expectNoSideways(page: Page): Promise<void> {
  const sizes = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
    body: document.body.scrollWidth,
  }));
  expect(sizes.content).toBeLessThanOrEqual(sizes.window);
  expect(sizes.body).toBeLessThanOrEqual(sizes.window);
}

const main = (page: Page) => page.getByRole("main", { name: "Topology" });

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("the canvas, a card for the hop, targets for a finger", async ({ page }) => {
    await page.goto("./");
    const card = page.getByRole("region", { name: "Hop" });
    await expect(card).toContainText(/\d of 8/, { timeout: 15_000 });
    await page.getByRole("button", { name: "Pause", exact: true }).tap();
    const next = page.getByRole("button", { name: "Next hop" });
    await next.tap();
    await expectNoSideways(page);
    for (const name of ["Previous hop", "Play", "Next hop", "Replay request"]) {
      const box = await page.getByRole("button", { name, exact: true }).boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0), name).toBeGreaterThanOrEqual(44);
    }
    for (let i = 0; i < 10; i++) await next.tap();
    await expect(card).toContainText("Delivered to web-");
  });

  test("tapping selects, and the light editor edits", async ({ page }) => {
    await page.goto("./");
    await expect(page.getByRole("region", { name: "Hop" })).toContainText(/\d of 8/, { timeout: 15_000 });
    await page.getByRole("button", { name: "Manifests", exact: true }).tap();
    const text = page.getByRole("textbox", { name: "Manifests, web.yaml" });
    await expect(text).toHaveValue(/app: web # every ready Pod/);
    await expectNoSideways(page);
    await text.evaluate((element: HTMLTextAreaElement) => {
      const at = element.value.indexOf("app: web #") + "app: web".length;
      element.focus();
      element.setSelectionRange(at, at);
    });
    await page.keyboard.type("b");
    await expect(page.getByRole("list", { name: "Problems" })).toContainText("No Pod has app=webb.");
    await page.getByRole("button", { name: "Change to web" }).tap();
    await expect(text).toHaveValue(/app: web # every ready Pod/);
    await expect(page.getByRole("list", { name: "Problems" })).toHaveCount(0);
    await page.getByRole("button", { name: "Manifests", exact: true }).tap();
    await expect(main(page)).toBeVisible();

    await page.getByRole("button", { name: "Inspector" }).tap();
    await expect(page.getByRole("region", { name: "Inspector" })).toBeVisible();
    await expectNoSideways(page);
  });
});

test.describe("touch on a wide screen", () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 1280, height: 900 } });

  test("a tap on the picture selects a Pod, and the editor is the light one", async ({ page }) => {
    await page.goto("./");
    await expect(page.getByRole("textbox", { name: "Manifests, web.yaml" })).toBeVisible();
    const slider = page.getByRole("slider", { name: "Scrub through the request" });
    await expect(slider).toBeVisible();
    await slider.press("Home");
    const pod = page.getByRole("treeitem", { name: /^Pod debug,/ });
    // Where the picture draws it is what the focus ring surrounds.
    await pod.focus();
    const ring = await page.locator(".focusring").boundingBox();
    if (ring === null) throw new Error("no focus ring");
    await page.getByRole("textbox", { name: "Destination" }).focus();
    await page.touchscreen.tap(ring.x + ring.width * 0.6, ring.y + ring.height / 2);
    await expect(pod).toHaveAttribute("aria-selected", "true");
    await expectNoSideways(page);
  });
});

for (const { what, width, height, scale } of [
  { what: "320 px wide", width: 320, height: 640, scale: 1 },
  { what: "1280 px at 200 %", width: 640, height: 400, scale: 2 },
  { what: "1440 px at 200 %", width: 720, height: 450, scale: 2 },
  { what: "just wide enough for two columns", width: 880, height: 800, scale: 1 },
]) {
  test.describe(what, () => {
    test.use({ viewport: { width, height }, deviceScaleFactor: scale });

    test("panels stack, nothing sticks out, and all of it can be reached", async ({ page }) => {
      await page.goto("./");
      await expect(main(page)).toHaveAttribute("aria-busy", "false");
      await expectNoSideways(page);
      await expect(page.getByRole("textbox", { name: "Destination" })).toBeVisible();
      const canvas = await main(page).locator("canvas").boundingBox();
      expect(canvas?.width ?? 0).toBeGreaterThan(0.6 * width);
      expect(canvas?.height ?? 0).toBeGreaterThan(120);
      const send = page.getByRole("button", { name: "Send", exact: true });
      await send.scrollIntoViewIfNeeded();
      const box = await send.boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
      await page.getByRole("button", { name: "Next hop" }).click();
      await expectNoSideways(page);
    });
  });
}

test.describe("two columns", () => {
  test.use({ viewport: { width: 1024, height: 768 } });

  test("manifests and inspector take turns beside the picture", async ({ page }) => {
    await page.goto("./");
    await expect(main(page)).toHaveAttribute("aria-busy", "false");
    const side = page.getByRole("radiogroup", { name: "Side panel" });
    await side.getByRole("radio", { name: "Manifests" }).click();
    await expect(page.getByRole("region", { name: "Manifests" })).toBeVisible();
    await expect(page.getByRole("complementary", { name: "Inspector" })).toBeHidden();
    await side.getByRole("radio", { name: "Inspector" }).click();
    await expect(page.getByRole("complementary", { name: "Inspector" })).toBeVisible();
    await expect(page.getByRole("region", { name: "Manifests" })).toBeHidden();
    await expectNoSideways(page);
  });
});

test("larger text spacing does not clip the controls", async ({ page }) => {
  await page.goto("./");
  await expect(main(page)).toHaveAttribute("aria-busy", "false");
  // WCAG 1.4.12
  await page.addStyleTag({ content: "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}" });
  const clipped = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("button, [role=tab], h2, .caption p")]
      .filter(
        (element) =>
          element.checkVisibility() &&
          element.scrollWidth > element.clientWidth + 1 &&
          getComputedStyle(element).overflow === "hidden" &&
          !element.classList.contains("clip"),
      )
      .map((element) => element.outerHTML.slice(0, 100)),
  );
  expect(clipped).toEqual([]);
  await expectNoSideways(page);
});
