import { expect, expectNoAxeViolation, test } from "./fixtures.ts";
import { inspector, open, topology } from "./story.ts";

test("find: a few letters, arrow keys, Enter selects the thing and goes there; Escape gives the focus back", async ({ page }) => {
  await open(page);
  await topology(page).focus();
  await page.keyboard.press("/");
  const field = page.getByRole("combobox", { name: "Find a Pod, node, Service, address or label" });
  await expect(field).toBeFocused();

  await test.step("what is called so comes first, and the field says which is chosen", async () => {
    await field.fill("web");
    const found = page.getByRole("listbox", { name: "Found" }).getByRole("option");
    await expect(found).toHaveCount(4);
    await expect(found.first()).toContainText("Service, 10.");
    await expect(found.first()).toHaveAttribute("aria-selected", "true");
    await expect(page.getByRole("search", { name: "Find" }).getByRole("status")).toHaveText("4 things found");
    await expectNoAxeViolation(page, ".find");
    await page.keyboard.press("ArrowDown");
    await expect(found.nth(1)).toHaveAttribute("aria-selected", "true");
    await expect(field).toHaveAttribute("aria-activedescendant", (await found.nth(1).getAttribute("id")) ?? "");
  });

  await test.step("Escape goes back to where one was", async () => {
    await page.keyboard.press("Escape");
    await expect(field).toHaveCount(0);
    await expect(topology(page)).toBeFocused();
  });

  await test.step("Enter selects it, and the picture goes there", async () => {
    await expect(topology(page).getByRole("group", { name: "Zoom" })).toContainText("100%");
    await page.keyboard.press("/");
    await field.fill("node-2");
    await page.keyboard.press("Enter");
    await expect(field).toHaveCount(0);
    await expect(inspector(page).getByRole("heading", { name: /node-2/ })).toBeVisible();
    await expect(topology(page).getByRole("group", { name: "Zoom" })).not.toContainText("100%");
  });

  await test.step("nothing by that name is said; the button opens it as well", async () => {
    await topology(page).getByRole("button", { name: "Find", exact: true }).click();
    await field.fill("nobody");
    await expect(page.getByText("Nothing has that name, address or label.")).toBeVisible();
  });
});
