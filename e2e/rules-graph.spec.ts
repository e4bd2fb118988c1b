/** The chains of a node as a graph; the rules of any node, by search, and of both families. */
import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import { ending, open, openTab, openScenario, toStart } from "./story.ts";

const graph = (within: Locator): Locator => within.getByRole("group", { name: "Chains of this node" });
const chains = (within: Locator, name: string | RegExp): Locator => graph(within).getByRole("button", { name });

async function openGraph(page: Page): Promise<Locator> {
  const panel = await openTab(page, "Rules");
  await panel.getByRole("radio", { name: "Graph" }).click();
  await expect(graph(panel)).toBeVisible();
  return panel;
}

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("the way of the packet is lit from PREROUTING to the rewrite, with odds and counters", async ({ page }) => {
      await open(page);
      await ending(page);
      const panel = await openGraph(page);
      const rewrote = chains(panel, /^Chain KUBE-SEP-.* done to the packet/);
      await expect(rewrote).toHaveCount(1);
      await expect(rewrote).toHaveAccessibleName(/DNAT to 10\.244\.\d+\.\d+:80, done to the packet/);
      await expect(rewrote.locator(".rewrite.lit")).toHaveText(/^10\.244\.\d+\.\d+:80$/);
      await expect(chains(panel, /^Chain KUBE-SVC-/)).toHaveAccessibleName(/KUBE-SEP-\w+ \(1 in 3, 1 packet, taken\)/);
      await expect(chains(panel, "4 more chains behind KUBE-SERVICES: show them")).toBeAttached();
      // what was not asked is there too, and not lit
      await expect(chains(panel, /^Chain OUTPUT, table nat/)).not.toHaveClass(/\blit\b/);
      await expectNoAxeViolation(page, "aside");
    });

    test("large, for a projector: a chain shows its rules beside the graph, and how they fared", async ({ page }) => {
      await open(page);
      await ending(page);
      const panel = await openGraph(page);
      await panel.getByRole("button", { name: "Open large" }).click();
      const dialog = page.getByRole("dialog", { name: "Chains of node-1" });
      await expect(dialog).toContainText("The way of request 1 on node-1");
      await chains(dialog, /^Chain KUBE-SVC-/).click();
      const rules = dialog.getByRole("region", { name: "Rules of the chain" });
      await expect(rules.getByRole("button", { name: /, matched/ })).toHaveCount(1);
      await expect(rules).toContainText("1 in 3 overall");
      await expectNoAxeViolation(page, "dialog");
      await dialog.getByRole("button", { name: "4 more chains" }).click();
      await expect(chains(dialog, /^Chain KUBE-SVC-/)).toHaveCount(5);
      await page.keyboard.press("Escape");
      await expect(dialog).toHaveCount(0);
      await expect(panel.getByRole("button", { name: "Open large" })).toBeFocused();
    });
  });
}

test("by keyboard: arrows go along the way of the packet, Enter opens a chain in the list", async ({ page }) => {
  await open(page);
  await ending(page);
  const panel = await openGraph(page);
  await chains(panel, /^Chain PREROUTING/).focus();
  for (const next of [/^Chain KUBE-SERVICES, table nat/, /^Chain KUBE-SVC-/, /^Chain KUBE-SEP-.*done to the packet/]) {
    await page.keyboard.press("ArrowRight");
    await expect(chains(panel, next)).toBeFocused();
  }
  await page.keyboard.press("ArrowUp");
  await expect(chains(panel, /^Chain KUBE-SEP-/).first()).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(chains(panel, /^Chain KUBE-SVC-/)).toBeFocused();
  // one stop in the tab order
  await expect(graph(panel).locator('button[tabindex="0"]')).toHaveCount(1);
  await page.keyboard.press("Enter");
  const opened = panel.getByRole("group", { name: /^Chain KUBE-SVC-/ });
  await expect(opened).toBeFocused();
  await expect(panel.getByRole("radio", { name: "List" })).toBeChecked();
  await expect(opened.getByRole("button", { name: /KUBE-SEP-/ })).toHaveCount(3);
  await opened.getByRole("button", { name: "Close" }).click();
  await expect(opened).toHaveCount(0);
});

test("the wheel over the graph scrolls the panel; with Ctrl it makes the graph larger", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 620 });
  await open(page);
  await ending(page);
  const panel = await openGraph(page);
  const size = panel.getByRole("group", { name: "Size of the graph" });
  await chains(panel, /^Chain KUBE-SVC-/).hover();
  await page.mouse.wheel(0, 200);
  await expect.poll(() => panel.evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
  await expect(size).toContainText("100%");
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -100);
  await page.keyboard.up("Control");
  await expect(size).toContainText("120%");
});

test("the rules of a node that the packet did not pass, and a search in them", async ({ page }) => {
  await open(page);
  await ending(page);
  const panel = await openTab(page, "Rules");
  await panel.getByRole("combobox", { name: "Node" }).selectOption("node-3");
  await expect(panel.getByText("Request 1 has met no IPv4 rules on node-3. The chains of Service web there:")).toBeVisible();
  await expect(panel.getByRole("heading", { name: /^KUBE-SVC-\w+ web$/ })).toBeVisible();
  const search = panel.getByRole("searchbox", { name: "Search the rules of this node" });
  await search.fill("10.244.2. dnat");
  await expect(panel.getByRole("status")).toHaveText(/^\d+ rules in \d+ chains$/);
  await expect(panel.getByRole("button", { name: /DNAT --to-destination 10\.244\.2\./ }).first()).toBeVisible();
  await expect(panel.getByRole("button", { name: /10\.244\.3\./ })).toHaveCount(0);
  await expectNoAxeViolation(page, "aside");
  await search.fill("no such words");
  await expect(panel.getByRole("status")).toHaveText("No rule has these words.");
  await search.press("Escape");
  await expect(search).toHaveValue("");
  await expect(panel.getByRole("heading", { name: /^KUBE-SVC-\w+ web$/ })).toBeVisible();
});

test("before the packet was there, and where a request is refused", async ({ page }) => {
  await open(page);
  await openScenario(page, "Selector typo");
  await ending(page);
  const panel = await openGraph(page);
  const refused = chains(panel, /^Chain KUBE-SERVICES, table filter/);
  await expect(refused).toHaveAccessibleName(/REJECT with icmp-port-unreachable, stopped the packet here/);
  await toStart(page);
  await expect(refused).not.toHaveAccessibleName(/stopped the packet here/);
});
