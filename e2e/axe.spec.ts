import { expect, expectNoAxeViolation, test } from "./fixtures.ts";
import { editorLoaded, ending, goToHop, open, openScenario, openTab, topology } from "./story.ts";

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("the workbench, and each tab of the inspector", async ({ page }) => {
      await open(page);
      await editorLoaded(page);
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      await goToHop(page, /Rewrite the destination/);
      await expectNoAxeViolation(page);
      for (const tab of ["Rules", "Conntrack", "DNS", "EndpointSlice"]) {
        await openTab(page, tab);
        await expectNoAxeViolation(page, "aside");
      }
    });

    test("a refused request with its problem card", async ({ page }) => {
      await open(page);
      await openScenario(page, "Selector typo");
      await editorLoaded(page);
      await expect(page.getByText("No Pod has app=webb.")).toBeVisible();
      await ending(page);
      await expectNoAxeViolation(page);
    });

    test("menus, dialogs, outline, table", async ({ page }) => {
      await open(page);
      await page.getByRole("button", { name: "Scenario" }).click();
      await expect(page.getByRole("menu")).toBeVisible();
      await expectNoAxeViolation(page);
      await page.keyboard.press("Escape");
      for (const [button, dialog] of [
        ["Share", "Share"],
        ["Keyboard shortcuts", "Keyboard shortcuts"],
      ] as const) {
        await page.getByRole("button", { name: button, exact: true }).click();
        await expect(page.getByRole("dialog", { name: dialog })).toBeVisible();
        await expectNoAxeViolation(page, "dialog");
        await page.keyboard.press("Escape");
      }
      await topology(page).focus();
      await page.keyboard.press("o");
      await page.getByRole("button", { name: /: type and replicas$/ }).click();
      await page.getByRole("button", { name: "Show as a table" }).click();
      await expect(page.getByRole("heading", { name: "Outline" })).toBeVisible();
      await expectNoAxeViolation(page);
    });

    test.describe("phone", () => {
      test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

      test("the phone's arrangement and its sheets", async ({ page }) => {
        await page.goto("./");
        await expect(page.getByRole("region", { name: "Hop" })).toContainText(/\d of 8/, { timeout: 15_000 });
        await page.getByRole("button", { name: "Pause", exact: true }).tap();
        await expectNoAxeViolation(page);
        for (const sheet of ["Manifests", "Inspector"]) {
          await page.getByRole("button", { name: sheet, exact: true }).tap();
          await expectNoAxeViolation(page);
        }
      });
    });
  });
}

test("forced colours: silhouettes and words stay", async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active" });
  await open(page);
  await goToHop(page, /Rewrite the destination/);
  await expectNoAxeViolation(page);
});
