import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import { destination, inspector, open, openScenario, settled, topology } from "./story.ts";

const matrix = (page: Page): Locator => inspector(page).getByRole("region", { name: "Who can reach this" });
const cell = (page: Page, name: RegExp): Locator => matrix(page).getByRole("gridcell", { name }).first();

async function selectService(page: Page, name: string): Promise<void> {
  await topology(page)
    .getByRole("treeitem", { name: new RegExp(`^Service ${name},`) })
    .focus();
  await page.keyboard.press("Enter");
  await expect(matrix(page).getByRole("grid")).toBeVisible();
}

test("who can reach a Service whose policy is Local: by which node, seen as whom, and why not by the others", async ({ page }) => {
  await open(page);
  await openScenario(page, "Traffic policy Local");
  await selectService(page, "web");
  const outside = cell(page, /^Outside, Node port: dropped, no local endpoint/);
  await outside.hover();
  const detail = matrix(page).getByRole("status");
  await expect(detail).toContainText("dropped: a rule of");
  await expect(detail).toContainText("has no local endpoints");
  await cell(page, /^Outside, Node port: reaches, 2 endpoints/).hover();
  await expect(detail).toContainText("sees the client's own address 203.0.113.24");
  await expectNoAxeViolation(page, ".reach");
});

test("a click sends what the cell is about, and what happens is what it says", async ({ page }) => {
  await open(page);
  await openScenario(page, "Traffic policy Local");
  await selectService(page, "web");
  await cell(page, /^Outside, Node port: reaches, 2 endpoints/).click();
  await expect(destination(page)).toHaveValue("192.168.10.11:30080");
  await settled(page);
  await page.keyboard.press("End");
  await expect(inspector(page).getByRole("tabpanel")).toContainText("web-");
});

test("each port has its own matrix, and UDP is asked over UDP", async ({ page }) => {
  await open(page);
  await selectService(page, "kube-dns");
  await matrix(page).getByRole("radio", { name: "metrics 9153/TCP" }).click();
  await expect(cell(page, /^Pod in another namespace, ClusterIP/)).toBeVisible();
  await matrix(page).getByRole("radio", { name: "dns 53/UDP" }).click();
  await cell(page, /^Pod in another namespace, ClusterIP: reaches, 2 endpoints/).click();
  await expect(destination(page)).toHaveValue("udp://10.96.0.10:53");
  await settled(page);
});

test("by keys: arrows walk the grid, Home and End its edges, Enter sends", async ({ page }) => {
  await open(page);
  await selectService(page, "web");
  const first = matrix(page).getByRole("gridcell").first();
  await first.focus();
  await page.keyboard.press("ArrowDown");
  await expect(matrix(page).getByRole("gridcell", { name: /^Pod beside an endpoint, ClusterIP: reaches, 3 endpoints/ })).toBeFocused();
  await expect(matrix(page).getByRole("status")).toContainText("Pod beside an endpoint, debug");
  await page.keyboard.press("Control+End");
  await expect(matrix(page).getByRole("gridcell", { name: /^Outside, ClusterIP: dropped, no route leads there/ })).toBeFocused();
  await page.keyboard.press("Control+Home");
  await expect(first).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(destination(page)).toHaveValue(/^10\.\d+\.\d+\.\d+:80$/);
});

test("larger, in a window of its own, and as Markdown to take along", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await selectService(page, "web");
  await matrix(page).getByRole("button", { name: "Copy as Markdown" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(
    "| Outside: client, laptop | dropped, no route leads there |",
  );
  await matrix(page).getByRole("button", { name: "Show the matrix larger" }).click();
  const dialog = page.getByRole("dialog", { name: "Who can reach default/web" });
  await expect(dialog.getByRole("gridcell").first()).toContainText("3 endpoints");
  await expectNoAxeViolation(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("on the phone the matrix is a list whose lines open in place", async ({ page }) => {
  await open(page);
  await selectService(page, "web");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("button", { name: "Inspector" }).click();
  const group = page.getByRole("region", { name: "Pod beside an endpoint" });
  await group.getByRole("button", { name: /^ClusterIP/ }).click();
  await expect(group).toContainText("sees the client's own address");
  await expect(group.getByRole("button", { name: /^Send from debug to / })).toBeVisible();
  await expectNoAxeViolation(page, ".reach");
});

test("exact odds beside what was observed, and what chance alone would make of the difference", async ({ page }) => {
  await open(page);
  await inspector(page).getByRole("tab", { name: "Odds" }).click();
  const odds = inspector(page).getByRole("region", { name: "Distribution" });
  await expect(odds.getByRole("listitem")).toHaveCount(3);
  await expect(odds.getByRole("listitem").first()).toContainText("33.3%");
  await page.getByRole("combobox", { name: "How many requests" }).selectOption("60");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await settled(page);
  await expect(odds).toContainText(/\d+ of 100 runs/, { timeout: 30_000 });
  await expect(odds.getByRole("listitem").first()).toContainText("\u00b1");
  await expectNoAxeViolation(page, ".odds");
});
