import { expect, test } from "./fixtures.ts";
import { ending, hops, inspector, open, openScenario } from "./story.ts";

const SCENARIOS: readonly { readonly title: string; readonly ends: RegExp; readonly state: string; readonly hop: string | RegExp }[] = [
  { title: "From name to Pod", ends: /^Delivered to web-\w{5} in/, state: "answered", hop: "Rewrite the destination" },
  { title: "Headless", ends: /^Delivered to web-\w{5} in/, state: "answered", hop: "Look up the name" },
  { title: "NodePort", ends: /^Delivered to web-\w{5} in/, state: "answered", hop: /Rewrite/ },
  { title: "Session affinity", ends: /^Delivered to web-\w{5} in/, state: "answered", hop: /KUBE-SEP|same as before|Rewrite/ },
  { title: "Traffic policy Local", ends: /^Dropped at node-3/, state: "timed out", hop: /Drop/ },
  { title: "Selector typo", ends: /^Refused at node-1: web has no endpoints/, state: "connection refused", hop: /Refuse/ },
  { title: "targetPort mismatch", ends: /^Refused by web-\w{5}/, state: "connection refused", hop: /8080/ },
];

test("the menu offers all scenarios in groups", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Scenario" }).click();
  const items = page.getByRole("menuitemradio");
  await expect(items).toHaveText(SCENARIOS.map(({ title }) => new RegExp(`^${title}`)));
  await expect(items.filter({ hasText: "From name to Pod" })).toBeChecked();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Scenario" })).toBeFocused();
});

for (const { title, ends, state, hop } of SCENARIOS) {
  test(`${title}: opens at its start, and ends as it should`, async ({ page }) => {
    await open(page);
    await openScenario(page, title);
    await expect(page.getByRole("slider", { name: "Scrub through the request" })).toHaveAttribute("aria-valuenow", "0");
    expect(await ending(page)).toMatch(ends);
    await expect(inspector(page).locator(".pkt").getByText(state, { exact: true })).toBeVisible();
    await expect(hops(page).filter({ hasText: hop }).first()).toBeVisible();
  });
}

test("headless: no rule rewrites, and the answer holds three addresses", async ({ page }) => {
  await open(page);
  await openScenario(page, "Headless");
  await ending(page);
  await expect(hops(page).filter({ hasText: "Rewrite" })).toHaveCount(0);
  await inspector(page).getByRole("tab", { name: "DNS" }).click();
  const text = await inspector(page).getByRole("tabpanel").textContent();
  expect(new Set(text?.match(/10\.244\.\d\.\d+/g)).size).toBeGreaterThanOrEqual(3);
});
