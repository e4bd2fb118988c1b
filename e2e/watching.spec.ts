import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import { caption, open, openScenario, topology } from "./story.ts";

const scrubber = (page: Page): Locator => page.getByRole("slider", { name: "Scrub through what followed" });
const outline = (page: Page): Locator => page.getByRole("tree");
const pods = (page: Page, state: RegExp): Locator => outline(page).getByRole("treeitem", { name: state });

/** Deletes the first Pod of web from the outline; its short name. */
async function deletePod(page: Page): Promise<string> {
  await page.keyboard.press("o");
  const pod = pods(page, /^Pod web-/).first();
  const name = /^Pod ([\w-]+)/.exec((await pod.getAttribute("aria-label")) ?? "")?.[1] ?? "";
  await pod.focus();
  await page.keyboard.press("Delete");
  await expect(page.getByText(/^Deleted Pod/)).toBeVisible();
  return name;
}

test("a deleted Pod can be watched again, moment by moment, and the page returns to now", async ({ page }) => {
  await open(page);
  await deletePod(page);
  await expect(pods(page, /^Pod web-.*, ready/)).toHaveCount(3);
  await page.getByRole("button", { name: "Watch it happen" }).click();

  // It plays by itself; a press of Home holds it at its start.
  await expect(scrubber(page)).toBeVisible();
  await scrubber(page).press("Home");
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  await expect(pods(page, /^Pod web-.*, ready/)).toHaveCount(3);

  // First moment: it ends, a new one starts, and no node has heard of it yet.
  await page.getByRole("button", { name: "Next hop" }).click();
  await expect(caption(page)).toHaveText(
    /is terminating; .*starts; EndpointSlice of web: 2 of 3 ready; the rules of 4 nodes are 1 change behind\./,
  );
  await expect(pods(page, /^Pod web-.*ending/)).toHaveCount(1);
  await expect(outline(page).getByRole("treeitem", { name: /kube-proxy on node-1.*1 change behind/ })).toBeVisible();
  await expect(scrubber(page)).toHaveAttribute("aria-valuetext", /terminating/);

  // The last: all is well again, and the sentence says how long it took.
  await scrubber(page).press("End");
  await expect(caption(page)).toHaveText(/deleted: all that followed took [\d.]+ seconds of simulated time\.$/);
  await expect(pods(page, /^Pod web-.*, ready/)).toHaveCount(3);

  await page.getByRole("button", { name: "Back to now" }).click();
  await expect(scrubber(page)).toBeHidden();
  await expect(page.getByRole("slider", { name: "Scrub through the request" })).toBeVisible();

  // From the timeline again, and by key.
  await page
    .getByRole("button", { name: /^Watch again: / })
    .last()
    .click();
  await expect(scrubber(page)).toBeVisible();
  await page.keyboard.press("h");
  await expect(scrubber(page)).toBeHidden();
  await page.keyboard.press("h");
  await expect(scrubber(page)).toBeVisible();
  await expectNoAxeViolation(page);
});

test("an edit can be watched too, and another one returns to now first", async ({ page }) => {
  await open(page);
  await openScenario(page, "Scaling");
  await page.getByRole("region", { name: "What to do next" }).getByRole("button").first().click();
  await expect(page.getByRole("button", { name: /^Watch again: / })).toHaveCount(1);
  await page.getByRole("button", { name: /^Watch again: / }).click();
  await scrubber(page).press("Home");
  await page.getByRole("button", { name: "Next hop" }).click();
  await expect(caption(page)).toHaveText(/Pods (start|wait for a node)|starts|start;/);
  await page.keyboard.press("o");
  const pod = pods(page, /^Pod [\w-]+, .*(starting|pending)/).first();
  await expect(pod).toBeVisible();
  await pods(page, /^Pod [\w-]+, ready/)
    .first()
    .focus();
  await page.keyboard.press("r");
  await expect(scrubber(page)).toBeHidden();
  await expect(topology(page)).toHaveAttribute("aria-busy", "false");
});
