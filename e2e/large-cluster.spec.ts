import { expect, expectNoAxeViolation, test, type Page } from "./fixtures.ts";
import { inspector, open, openScenario, topology } from "./story.ts";

const SAYS = "300 nodes, 5,000 Pods";
const zoom = (page: Page) => topology(page).getByRole("group", { name: "Zoom" });
const map = (page: Page) => topology(page).getByRole("group", { name: "Map" });
const loupe = (page: Page) => topology(page).getByRole("note");

test("a large cluster is a map: shaded three ways, with a loupe, and its Service in charts", async ({ page }) => {
  test.setTimeout(240_000);
  await open(page);
  await openScenario(page, "Large cluster");
  await expect(topology(page).locator(".caption")).toContainText(SAYS, { timeout: 60_000 });
  await expect(map(page)).toBeVisible();

  await test.step("the manifests are a rail, come back with their key, and fold again", async () => {
    await expect(page.getByRole("navigation", { name: "Folded panels" })).toBeVisible();
    await topology(page).locator(".caption").click();
    await page.keyboard.press("e");
    await expect(page.getByRole("region", { name: "Manifests" })).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Folded panels" })).toHaveCount(0);
    await page.getByRole("button", { name: "Fold the manifests" }).click();
    await expect(page.getByRole("navigation", { name: "Folded panels" })).toBeVisible();
    await expect(page.getByRole("region", { name: "Manifests" })).toBeHidden();
    await expect(topology(page).locator(".caption")).toContainText("Each block is a node, each square a Pod.");
  });

  await test.step("shaded by readiness and by namespace, the caption and the legend say how to read it", async () => {
    const shades = map(page).getByRole("radiogroup", { name: "Shade by" });
    await expect(shades.getByRole("radio", { name: "Requests" })).toBeChecked();
    await shades.getByRole("radio", { name: "Readiness" }).click();
    await expect(topology(page).locator(".caption")).toContainText("Hollow Pods are not ready");
    await shades.getByRole("radio", { name: "Readiness" }).press("ArrowRight");
    await expect(shades.getByRole("radio", { name: "Namespace" })).toBeChecked();
    for (const name of ["shop", "media", "watch"]) await expect(map(page)).toContainText(name);
    await expectNoAxeViolation(page, "main");
    await shades.getByRole("radio", { name: "Requests" }).click();
  });

  await test.step("what was answered darkens Pods: the legend has the largest count", async () => {
    await expect(map(page)).toContainText("none answered yet");
    await page.getByRole("slider", { name: "Scrub through the request" }).press("End");
    await expect(map(page)).toContainText(/\d answered/, { timeout: 30_000 });
  });

  await test.step("pointing at a block opens its node in the loupe", async () => {
    const box = await topology(page).locator(".stage").boundingBox();
    if (box === null) throw new Error("the picture has a place");
    // Between two blocks there is nothing to open: a little aside there is one.
    await expect(async () => {
      for (const aside of [0, 8, 16]) {
        await page.mouse.move(box.x + box.width / 2 + aside, box.y + box.height * 0.75 + aside / 2);
        if ((await loupe(page).count()) > 0) return;
      }
      throw new Error("no block opened");
    }).toPass();
    await expect(loupe(page)).toHaveAccessibleName(/^Node shop-worker/);
    await expect(loupe(page)).toContainText(/1\d Pods/);
    await expect(loupe(page)).toContainText("Enter opens the node");
    await expect(loupe(page).getByRole("listitem")).toHaveCount(12);
    await page.mouse.move(box.x + 4, box.y + 4);
    await expect(loupe(page)).toHaveCount(0);
  });

  await test.step("so does the keyboard, and Enter goes there", async () => {
    await page.getByRole("button", { name: "Outline" }).click();
    await page.getByRole("tree", { name: "Cluster" }).getByRole("treeitem").first().focus();
    for (let i = 0; i < 20 && (await loupe(page).count()) === 0; i++) await page.keyboard.press("ArrowDown");
    await expect(loupe(page)).toHaveAccessibleName(/^Node shop-/);
    const far = await zoom(page).innerText();
    await page.keyboard.press("Enter");
    await expect(zoom(page)).not.toHaveText(far);
    await expect(loupe(page)).toHaveCount(0);
    await expect(map(page)).toHaveCount(0);
    await zoom(page).getByRole("button", { name: "Fit to view" }).click();
    await expect(map(page)).toBeVisible();
    await page.getByRole("button", { name: "Close the outline" }).click();
  });

  await test.step("the Service's page counts its endpoints; each chart has a sentence", async () => {
    await page.getByRole("button", { name: "Inspect checkout" }).click();
    await expect(inspector(page).getByRole("region", { name: "Requests per endpoint" })).toContainText(/random choice|far outside/);
    const zones = inspector(page).getByRole("region", { name: "Between zones" });
    await expect(zones.getByRole("row")).toHaveCount(4);
    await expect(zones).toContainText("From equally busy zones 67% of the requests leave their zone.");
    await expect(inspector(page).getByRole("region", { name: "Cost of a change" })).toContainText(/iptables\s*[\d,]+ rules/);
    await inspector(page).getByRole("button", { name: "Requests per endpoint as a table" }).click();
    await expect(inspector(page).getByRole("columnheader", { name: "expected" })).toBeVisible();
    await expectNoAxeViolation(page, "aside");
  });

  await test.step("the rail brings the manifests back", async () => {
    await page.getByRole("button", { name: "Unfold the manifests" }).click();
    await expect(page.getByRole("region", { name: "Manifests" })).toBeVisible();
  });
});
