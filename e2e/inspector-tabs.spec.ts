/** More tabs than there is room for: a menu holds the others, keys go through all of them, and a finger swipes to the next. */
import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import { ending, inspector, open, openScenario } from "./story.ts";

const tabs = (page: Page): Locator => inspector(page).getByRole("tab");
const more = (page: Page): Locator => inspector(page).getByRole("button", { name: /^More tabs: / });

/** Opens a request that fails, so that Diagnosis joins the six tabs. */
async function sevenTabs(page: Page): Promise<void> {
  await open(page);
  await expect(tabs(page)).toHaveText(["Hops", "Rules", "Conntrack", "DNS", "EndpointSlice", "Odds"]);
  await expect(more(page)).toHaveCount(0);
  await openScenario(page, "Selector typo");
  await ending(page);
  await expect(inspector(page).getByRole("tab", { name: "Diagnosis" })).toHaveAttribute("aria-selected", "true");
}

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("what does not fit is in the menu behind the chevron, and what is chosen there stands in the row", async ({ page }) => {
      await sevenTabs(page);
      await expect(tabs(page)).toHaveText(["Diagnosis", "Hops", "Rules", "Conntrack", "DNS"]);
      await expect(more(page)).toHaveAccessibleName("More tabs: EndpointSlice, Odds");
      await expectNoAxeViolation(page, "aside");
      await more(page).click();
      await expect(page.getByRole("menuitem")).toHaveText(["EndpointSlice", "Odds"]);
      await expectNoAxeViolation(page);
      await page.getByRole("menuitem", { name: "Odds" }).click();
      await expect(inspector(page).getByRole("tab", { name: "Odds" })).toBeFocused();
      await expect(inspector(page).getByRole("tab", { name: "Odds" })).toHaveAttribute("aria-selected", "true");
      await expect(inspector(page).getByRole("tabpanel", { name: "Odds" })).toBeVisible();
      await expect(tabs(page).last()).toHaveText("Odds");
      await expect(more(page)).toHaveAccessibleName(/EndpointSlice$/);
      // nothing of the row is cut
      const strip = inspector(page).getByRole("tablist");
      expect(await strip.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    });
  });
}

test("by keyboard: arrows go through all tabs, also those in the menu; the menu opens with Enter and gives the focus to the tab", async ({
  page,
}) => {
  await sevenTabs(page);
  await inspector(page).getByRole("tab", { name: "Diagnosis" }).focus();
  for (const name of ["Hops", "Rules", "Conntrack", "DNS", "EndpointSlice", "Odds", "Diagnosis"]) {
    await page.keyboard.press("ArrowRight");
    await expect(inspector(page).getByRole("tab", { name })).toBeFocused();
    await expect(inspector(page).getByRole("tab", { name })).toHaveAttribute("aria-selected", "true");
  }
  await page.keyboard.press("Tab");
  await expect(more(page)).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(inspector(page).getByRole("tab", { name: "Odds" })).toBeFocused();
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("the row fits, the menu has the rest, and a swipe over the panel opens the tab beside", async ({ page }) => {
    await page.goto("./");
    await page.getByRole("button", { name: "Inspector" }).tap();
    const panel = page.getByRole("tabpanel");
    await expect(page.getByRole("tab", { name: "Hops" })).toHaveAttribute("aria-selected", "true");
    const swipe = (by: number): Promise<void> =>
      panel.evaluate((element, dx) => {
        const touch = (x: number): Touch => new Touch({ identifier: 1, target: element, clientX: x, clientY: 400 });
        element.dispatchEvent(new TouchEvent("touchstart", { touches: [touch(200)], changedTouches: [touch(200)], bubbles: true }));
        element.dispatchEvent(new TouchEvent("touchend", { touches: [], changedTouches: [touch(200 + dx)], bubbles: true }));
      }, by);
    await swipe(-90);
    await expect(page.getByRole("tab", { name: "Rules" })).toHaveAttribute("aria-selected", "true");
    await swipe(-20);
    await expect(page.getByRole("tab", { name: "Rules" })).toHaveAttribute("aria-selected", "true");
    await swipe(90);
    await expect(page.getByRole("tab", { name: "Hops" })).toHaveAttribute("aria-selected", "true");
  });

  test("at 320 px two of the tabs go into the menu", async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.goto("./");
    await page.getByRole("button", { name: "Inspector" }).tap();
    await expect(page.getByRole("button", { name: /^More tabs: / })).toHaveAccessibleName("More tabs: EndpointSlice, Odds");
    await expectNoAxeViolation(page);
    await page.getByRole("button", { name: /^More tabs: / }).tap();
    await page.getByRole("menuitem", { name: "Odds" }).tap();
    await expect(page.getByRole("tab", { name: "Odds" })).toBeInViewport({ ratio: 1 });
  });
});
