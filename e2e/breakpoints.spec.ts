/** Stopping by itself: at a rule while a request plays, at a change of endpoints after an edit, at a lost request of steady traffic. */
import type { Page } from "@playwright/test";
import { expect, expectNoAxeViolation, test } from "./fixtures.ts";
import { caption, editorLoaded, goToHop, inspector, manifests, open, openScenario, scrubber, toStart, topology } from "./story.ts";

async function stopWhen(page: Page, what: string): Promise<void> {
  await page.getByRole("button", { name: /^Where to stop/ }).click();
  await expectNoAxeViolation(page, ".time");
  await page.getByRole("menuitemradio", { name: what }).click();
}

test("a breakpoint on a rule holds the play where that rule matches, and lets it go on", async ({ page }) => {
  await open(page);
  await goToHop(page, /Rewrite the destination/);
  await inspector(page).getByRole("tab", { name: "Rules" }).click();
  // By keyboard: open the rule, then its stop.
  const rule = inspector(page).getByRole("button", { name: /-j KUBE-SEP-[^,]*, matched/ });
  await rule.press("Enter");
  const stop = inspector(page).getByRole("button", { name: "Stop the play when this rule matches" });
  await stop.press("Enter");
  await expect(inspector(page).getByRole("button", { name: "Do not stop here any more" })).toHaveAttribute("aria-pressed", "true");
  await expectNoAxeViolation(page, "aside");

  await toStart(page);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(page.getByText(/Stopped here: a rule of KUBE-SVC-\w+ matched on node-1\./)).toBeVisible();
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  await expect(scrubber(page)).toHaveAttribute("aria-valuetext", /^Hop 3 of/);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(caption(page)).toContainText(/^Delivered to web-/, { timeout: 20_000 });
});

test("a change of endpoints takes the run to the moment of the change", async ({ page }) => {
  await open(page);
  await openScenario(page, "Selector typo");
  await editorLoaded(page);
  await stopWhen(page, "When endpoints change");
  await manifests(page).getByRole("button", { name: "Change to web" }).click();
  await expect(page.getByText(/^Stopped at [\d.]+ s: default\/web has 3 of 3 endpoints ready\.$/)).toBeVisible();
  await expect(page.getByRole("group", { name: "The past" })).toBeVisible();
  // The slice has them, and kube-proxy on the nodes does not know yet.
  await expect(topology(page).getByRole("treeitem", { name: /^Service web,.* 3 of 3 endpoints ready$/ })).toBeAttached();
});

test("a packet that is stopped holds the play", async ({ page }) => {
  await open(page);
  await openScenario(page, "Selector typo");
  await stopWhen(page, "When a packet is stopped");
  await toStart(page);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(page.getByText("Stopped here: the packet was stopped.")).toBeVisible();
});
