import { expect, expectNoAxeViolation, test } from "./fixtures.ts";
import { goToHop, inspector, onShow, open, send } from "./story.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test(`a request can be read in words, ${colorScheme}`, async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.emulateMedia({ colorScheme });
    await open(page);
    await goToHop(page, "Rewrite the destination");
    const opener = inspector(page).getByRole("button", { name: "Read it in words" });
    await opener.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Request 1 to http://web" });
    const lines = dialog.getByRole("listitem");
    await expect(lines).toHaveCount(8);
    await expect(lines.nth(2)).toContainText(
      /^node-1 replaced the Service address of web with the address of web-\S+, as kube-proxy's rules say\.Destination: 10\.\S+:80 became 10\.244\.\S+:80\./,
    );
    await expect(dialog).toContainText(/Delivered to web-\S+ in \S+ milliseconds, 8 hops\./);
    await expectNoAxeViolation(page, "dialog");
    await dialog.getByRole("button", { name: "Copy as text" }).press("Enter");
    await expect(dialog.getByRole("button", { name: "Copied" })).toBeVisible();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^Request 1 to http:\/\/web\n\n1\. CoreDNS answered/);
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(opener).toBeFocused();
  });
}

test("the list of the run's requests leads to each of them", async ({ page }) => {
  await open(page);
  await send(page, "http://web:8080");
  await onShow(page, 2);
  await inspector(page).getByRole("button", { name: "Read it in words" }).click();
  await expect(page.getByRole("dialog")).toContainText("2 requests of this run");
  await page.getByRole("dialog").getByRole("button", { name: "Request 1 to http://web" }).click();
  await expect(page.getByRole("dialog", { name: "Request 1 to http://web" }).getByRole("listitem").nth(2)).toContainText(
    "replaced the Service address",
  );
});
