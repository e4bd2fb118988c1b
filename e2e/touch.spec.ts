/** A tablet: two fingers move the picture and one scrolls the page; taps, double taps and long presses reach all that a mouse does. */
import { expect, expectNoAxeViolation, test, type Page } from "./fixtures.ts";
import { hops, open, scrubber, topology } from "./story.ts";

test.use({ hasTouch: true, isMobile: true, viewport: { width: 1180, height: 820 } });

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Fingers that go along their paths side by side; each path has as many points as the others. */
async function fingers(page: Page, ...paths: readonly (readonly Point[])[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const at = (i: number): { x: number; y: number; id: number }[] => paths.map((path, id) => ({ ...(path[i] ?? { x: 0, y: 0 }), id }));
  await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
  for (let i = 1; i < (paths[0]?.length ?? 0); i++)
    await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(i) });
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
}

const way = (from: Point, to: Point, steps = 8): readonly Point[] =>
  Array.from({ length: steps + 1 }, (_, i) => ({ x: from.x + ((to.x - from.x) * i) / steps, y: from.y + ((to.y - from.y) * i) / steps }));

const zoomed = async (page: Page): Promise<number> => {
  const text = await page.getByRole("group", { name: "Zoom" }).textContent();
  return Number(/(\d+)%/.exec(text ?? "")?.[1]);
};

/** Where the picture draws a thing: what the focus ring surrounds. */
async function placeOf(
  page: Page,
  name: RegExp,
): Promise<{ readonly x: number; readonly y: number; readonly width: number; readonly height: number }> {
  await page.getByRole("treeitem", { name }).first().focus();
  const ring = await page.locator(".focusring").boundingBox();
  if (ring === null) throw new Error(`nothing drawn for ${name}`);
  return ring;
}

test("two fingers pinch and move the picture", async ({ page }) => {
  await open(page);
  const canvas = await topology(page).locator("canvas").boundingBox();
  if (canvas === null) throw new Error("no canvas");
  const middle = { x: canvas.x + canvas.width / 2, y: canvas.y + canvas.height / 2 };
  const before = await zoomed(page);
  const near = [
    { x: middle.x - 40, y: middle.y },
    { x: middle.x + 40, y: middle.y },
  ] as const;
  const far = [
    { x: middle.x - 120, y: middle.y },
    { x: middle.x + 120, y: middle.y },
  ] as const;
  await fingers(page, way(near[0], far[0]), way(near[1], far[1]));
  await expect.poll(() => zoomed(page)).toBeGreaterThan(2 * before);
  const close = await placeOf(page, /^Pod debug,/);
  // Both fingers go right: the Pod goes with them.
  await fingers(page, way(near[0], { x: near[0].x + 90, y: near[0].y }), way(near[1], { x: near[1].x + 90, y: near[1].y }));
  await expect.poll(async () => Math.round((await placeOf(page, /^Pod debug,/)).x - close.x)).toBeGreaterThan(60);
  await fingers(page, way(far[0], near[0]), way(far[1], near[1]));
  await expect.poll(() => zoomed(page)).toBeLessThan(2 * before);
});

test("one finger does not move the picture; a tap selects, a double tap goes in", async ({ page }) => {
  await open(page);
  const pod = await placeOf(page, /^Pod debug,/);
  const at = { x: pod.x + pod.width * 0.6, y: pod.y + pod.height / 2 };
  const before = await zoomed(page);
  await page.touchscreen.tap(at.x, at.y);
  await expect(page.getByRole("treeitem", { name: /^Pod debug,/ })).toHaveAttribute("aria-selected", "true");
  expect(await zoomed(page)).toBe(before);
  await fingers(page, way(at, { x: at.x + 80, y: at.y }));
  expect(Math.abs((await placeOf(page, /^Pod debug,/)).x - pod.x)).toBeLessThan(1);
  await page.getByRole("button", { name: "Fit to view" }).tap();
  await page.touchscreen.tap(at.x, at.y);
  await page.touchscreen.tap(at.x, at.y);
  await expect.poll(() => zoomed(page)).toBeGreaterThan(before);
  await expectNoAxeViolation(page);
});

test("a tap on a Pod's glyph makes it unready, and one on the caption plays", async ({ page }) => {
  await open(page);
  const pod = await placeOf(page, /^Pod web-/);
  await page.touchscreen.tap(pod.x + pod.width * 0.12, pod.y + pod.height / 2);
  await expect(page.getByRole("treeitem", { name: /^Pod web-.*not ready/ })).toHaveCount(1);
  await scrubber(page).press("Home");
  await hops(page).first().getByRole("button").first().tap();
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  await topology(page).locator(".caption").tap();
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
  await topology(page).locator(".caption").tap();
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
});
