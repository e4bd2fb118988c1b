/** Lessons: a task, and checks that tick on what happened. */
import type { Page } from "@playwright/test";
import { COURSE } from "../src/app/lessons/course/index.ts";
import { expect, expectNoAxeViolation, test, type Locator } from "./fixtures.ts";
import { destination, editorLoaded, keptText, manifests, open, settled, topology } from "./story.ts";

const panel = (page: Page): Locator => page.getByRole("region", { name: "Lesson" });
const checks = (page: Page): Locator => panel(page).getByRole("list", { name: "Checks" }).getByRole("listitem");
const title = (page: Page): Locator => panel(page).getByRole("heading", { level: 2 });
const next = (page: Page): Locator => panel(page).getByRole("button", { name: "Next" });
const done = (page: Page, says: string): Locator => checks(page).filter({ hasText: `done: ${says}` });

async function openLesson(page: Page, id: string): Promise<void> {
  await page.goto(`./#lesson=${id}`);
  await expect(title(page)).toHaveText(COURSE.lessons.find((lesson) => lesson.id === id)?.title ?? "");
  await expect(topology(page)).toHaveAttribute("aria-busy", "false");
}

/** Presses what sends, and waits until the request is told to its end: it counts when the picture has shown it. */
async function sendBy(page: Page, button: Locator): Promise<void> {
  const clock = page.locator(".lestime .clock b");
  const before = (await clock.textContent()) ?? "";
  await button.click();
  await expect(clock).not.toHaveText(before);
  await expect(topology(page).locator(".hopn")).toHaveText(/^\d+ hops?$/, { timeout: 40_000 });
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
}

test("with the mouse: send, make a Pod not ready, send again; checks tick as it happens, Next turns primary, progress stays", async ({
  page,
}) => {
  await openLesson(page, "readiness");
  await expect(checks(page)).toHaveCount(3);
  await expect(checks(page).filter({ hasText: "to do:" })).toHaveCount(3);
  await expect(next(page)).not.toHaveClass(/pri/);
  await page.getByRole("button", { name: /^Speed/ }).click();
  await page.getByRole("menuitemradio", { name: "4\u00d7" }).click();
  const reached = done(page, "Requests reached all three Pods");
  for (let i = 0; i < 4 && (await reached.count()) === 0; i++) {
    await sendBy(page, panel(page).getByRole("button", { name: "Send 6" }));
  }
  await expect(reached).toContainText("3 of 3");
  const ready = panel(page).getByRole("switch", { name: /^web-\w+ ready$/ });
  await expect(ready).toHaveAttribute("aria-checked", "true");
  await ready.click();
  await expect(ready).toHaveAttribute("aria-checked", "false");
  await expect(done(page, "One of them is not ready")).toBeVisible();
  await expect(panel(page).getByRole("status")).toHaveText("Done: One of them is not ready. 2 of 3 checks are done.");
  await expect(panel(page)).toContainText("2 of 3 done");
  await sendBy(page, panel(page).getByRole("button", { name: "Send 6" }));
  await expect(done(page, "The next six went to the other two")).toContainText("6 of 6");
  await expect(next(page)).toHaveClass(/pri/);
  // A check never unticks.
  await ready.click();
  await expect(ready).toHaveAttribute("aria-checked", "true");
  await expect(done(page, "One of them is not ready")).toBeVisible();
  await page.reload();
  await expect(title(page)).toHaveText("A Pod that is not ready gets no new requests");
  await expect(checks(page).filter({ hasText: "done:" })).toHaveCount(3);
  await panel(page).getByRole("button", { name: "Begin this lesson again" }).click();
  await expect(checks(page).filter({ hasText: "to do:" })).toHaveCount(3);
  await next(page).click();
  await expect(title(page)).toHaveText("Every node rewrites the address by itself");
  await expect(title(page)).toBeFocused();
  await panel(page).getByRole("button", { name: "Back" }).click();
  await expect(title(page)).toHaveText("A Pod that is not ready gets no new requests");
});

test("by keyboard alone: a name is typed, and another", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openLesson(page, "names");
  const field = panel(page).getByRole("textbox", { name: "Destination" });
  const ask = async (to: string): Promise<void> => {
    await field.focus();
    await page.keyboard.press("Control+A");
    await page.keyboard.type(to);
    await page.keyboard.press("Enter");
    await expect(topology(page)).toHaveAttribute("aria-busy", "false");
    await expect(topology(page).locator(".caption")).not.toBeEmpty();
  };
  // With reduced motion each press shows the next still picture.
  const stepTo = async (check: Locator): Promise<void> => {
    await panel(page)
      .getByRole("button", { name: "Show a hint" })
      .or(panel(page).getByRole("button", { name: "Hide the hint" }))
      .focus();
    for (let i = 0; i < 14 && (await check.count()) === 0; i++) {
      await page.keyboard.press("ArrowRight");
      await page.waitForTimeout(60);
    }
    await expect(check).toBeVisible();
  };
  await ask("http://web");
  await stepTo(done(page, "http://web was not found"));
  await ask("http://web.shop");
  await stepTo(done(page, "http://web.shop was answered"));
  await ask("http://web.shop.svc.cluster.local.");
  await stepTo(done(page, "The whole name took one question"));
  await next(page).focus();
  await page.keyboard.press("Enter");
  await expect(title(page)).toHaveText("Without an address, the name gives the Pods themselves");
  // B leads out again.
  await page.keyboard.press("b");
  await expect(panel(page)).toHaveCount(0);
});

for (const part of [0, 1, 2])
  test(`what the hint offers does the task: part ${part + 1} of the course`, async ({ page }) => {
    test.setTimeout(120_000);
    for (const lesson of COURSE.lessons.slice(part * 6, part * 6 + 6)) {
      await openLesson(page, lesson.id);
      await page.getByRole("button", { name: /^Speed/ }).click();
      await page.getByRole("menuitemradio", { name: "Max" }).click();
      await panel(page).getByRole("button", { name: "Show a hint" }).click();
      for (const { label, kind } of lesson.solution) {
        const button = panel(page).getByRole("button", { name: `Do it for me: ${label}`, exact: true });
        if (kind === "send") await sendBy(page, button);
        else {
          await button.click();
          await expect(topology(page)).toHaveAttribute("aria-busy", "false");
        }
      }
      await expect(checks(page).filter({ hasText: "done:" })).toHaveCount(lesson.checks.length);
      await expect(panel(page).getByRole("button", { name: /^(Next|Finish)$/ })).toHaveClass(/pri/);
    }
  });

test("a word that points at the picture is marked in the hue of what it points at, and the picture rings it", async ({ page }) => {
  await openLesson(page, "readiness");
  const word = panel(page).getByRole("button", { name: "EndpointSlice" });
  // Linked highlighting comes after the picture: the pointer goes there until it is.
  await expect(async () => {
    await page.mouse.move(900, 700);
    await word.hover();
    await expect(word).toHaveClass(/svc.*on|on.*svc/, { timeout: 500 });
  }).toPass();
  await expect(topology(page).locator(".lessonover rect[stroke-opacity]")).toHaveCount(1);
  await page.mouse.move(900, 720);
  await expect(word).not.toHaveClass(/\bon\b/);
  await page.keyboard.press("Tab");
  const rules = panel(page).getByRole("button", { name: "kube-proxy rules" });
  await rules.focus();
  await expect(rules).toHaveClass(/nat/);
});

test("the EndpointSlice hangs from its Service and follows the cluster", async ({ page }) => {
  await openLesson(page, "readiness");
  const slice = topology(page).locator(".lessonover");
  await expect(slice).toContainText("EndpointSlice");
  await expect(slice.getByText("ready", { exact: true })).toHaveCount(3);
  await panel(page).getByRole("switch").click();
  await expect(slice.getByText("not ready, left out of the rules")).toHaveCount(1);
});

test("the manifests are one press away, and the hint can do what it says", async ({ page }) => {
  await openLesson(page, "no-endpoints");
  await panel(page).getByRole("button", { name: "Open the selector" }).click();
  await editorLoaded(page);
  await expect(manifests(page)).toBeVisible();
  await manifests(page).getByRole("button", { name: "Fold the manifests" }).click();
  await expect(manifests(page)).toBeHidden();
  await panel(page).getByRole("button", { name: "Show a hint" }).click();
  for (const label of ["Send", "Write app: web", "Send again"]) {
    const button = panel(page).getByRole("button", { name: `Do it for me: ${label}`, exact: true });
    if (label.startsWith("Send")) await sendBy(page, button);
    else await button.click();
  }
  await expect(checks(page).filter({ hasText: "done:" })).toHaveCount(3);
  await expect.poll(() => keptText(page)).toContain("    app: web\n");
});

test("one's own text is kept whole, and one press away", async ({ page }) => {
  await open(page);
  const editor = await editorLoaded(page);
  await editor.focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("# mine\n");
  await expect.poll(() => keptText(page)).toContain("# mine");
  await page.getByRole("button", { name: "Lessons", exact: true }).click();
  await expect(title(page)).toHaveText("A Pod's address ends with the Pod");
  await next(page).click();
  await expect(title(page)).toHaveText("A Service is an address that nobody has");
  await page.reload();
  await expect(title(page)).toHaveText("A Service is an address that nobody has");
  await page.getByRole("button", { name: "Back to your manifests" }).click();
  await settled(page);
  await expect.poll(() => keptText(page)).toContain("# mine");
  await expect(destination(page)).toHaveValue("http://web");
});

test("the gallery has a place for them, and a link that names none opens the first that is not done", async ({ page }) => {
  await page.goto("./#gallery");
  const shelf = page.getByRole("region", { name: /^Lessons/ });
  await expect(shelf.getByRole("link")).toHaveCount(COURSE.lessons.length);
  await shelf.getByRole("link", { name: /session affinity|With affinity/i }).click();
  await expect(title(page)).toHaveText("With affinity, a client stays with its Pod");
  await page.goto("./#lesson=of-a-later-version");
  await expect(title(page)).toHaveText("A Pod's address ends with the Pod");
});

for (const theme of ["light", "dark"] as const)
  test.describe(theme, () => {
    test.use({ colorScheme: theme });
    test("no rule of accessibility is broken", async ({ page }) => {
      await openLesson(page, "traffic-policy");
      await panel(page).getByRole("button", { name: "Show a hint" }).click();
      await expectNoAxeViolation(page);
      await sendBy(page, panel(page).getByRole("button", { name: "Send to node-3", exact: true }));
      await expectNoAxeViolation(page);
      await page.getByRole("button", { name: "Lessons", exact: true }).click();
      await expect(page.getByRole("menu")).toBeVisible();
      await expectNoAxeViolation(page);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Inspector" }).click();
      await expectNoAxeViolation(page);
    });
  });

test.describe("phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  test("the picture comes first, the lesson below it; a tap on a word points", async ({ page }) => {
    await openLesson(page, "readiness");
    const picture = await topology(page).boundingBox();
    const lesson = await panel(page).boundingBox();
    expect((picture?.y ?? 0) + (picture?.height ?? 0)).toBeLessThanOrEqual((lesson?.y ?? 0) + 1);
    await expectNoAxeViolation(page);
    const word = panel(page).getByRole("button", { name: "EndpointSlice" });
    await word.tap();
    await expect(word).toHaveClass(/\bon\b/);
    await panel(page).getByRole("switch").tap();
    await expect(done(page, "One of them is not ready")).toBeVisible();
    await page.getByRole("button", { name: "Manifests" }).tap();
    await expect(manifests(page)).toBeVisible();
    await page.getByRole("button", { name: "Manifests", exact: true }).tap();
    await expect(manifests(page)).toBeHidden();
  });
});

test("200 %: the page scrolls, nothing is wider than the window", async ({ page }) => {
  await page.setViewportSize({ width: 720, height: 450 });
  await openLesson(page, "session-affinity");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(720);
  await next(page).scrollIntoViewIfNeeded();
  await expect(next(page)).toBeInViewport();
  await page.setViewportSize({ width: 320, height: 640 });
  await expect(title(page)).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});
