import { SCENARIO_GROUPS, SCENARIOS } from "../src/app/scenarios/index.ts";
import { expect, test } from "./fixtures.ts";
import { ending, hops, inspector, open, openScenario } from "./story.ts";

const ANSWERED = { ends: /^Delivered to web-(next-)?\w{5} in/, state: "answered" } as const;

/** How the request of each ends, in the caption and in the inspector, and a hop that it is about. */
const STORIES: Readonly<Record<string, { readonly ends: RegExp; readonly state: string; readonly hop: string | RegExp }>> = {
  clusterip: { ...ANSWERED, hop: "Rewrite the destination" },
  headless: { ...ANSWERED, hop: "Look up the name" },
  statefulset: { ends: /^Delivered to store-1 in/, state: "answered", hop: "Look up the name" },
  "no-selector": { ends: /^Delivered to/, state: "answered", hop: "Rewrite the destination" },
  environment: { ...ANSWERED, hop: "Rewrite the destination" },
  nodeport: { ...ANSWERED, hop: /Rewrite/ },
  loadbalancer: { ...ANSWERED, hop: /Rewrite/ },
  "loadbalancer-pending": { ...ANSWERED, hop: /Rewrite/ },
  metallb: { ...ANSWERED, hop: /Rewrite/ },
  "external-ip": { ...ANSWERED, hop: /Rewrite/ },
  "session-affinity": { ...ANSWERED, hop: /KUBE-SEP|same as before|Rewrite/ },
  readiness: { ...ANSWERED, hop: "Rewrite the destination" },
  scaling: { ...ANSWERED, hop: "Rewrite the destination" },
  "pod-recreated": { ...ANSWERED, hop: "Rewrite the destination" },
  "rolling-update": { ...ANSWERED, hop: "Rewrite the destination" },
  "rolling-update-prestop": { ...ANSWERED, hop: "Rewrite the destination" },
  "zone-aware": { ...ANSWERED, hop: "Rewrite the destination" },
  "traffic-policy-local": { ends: /^Dropped at node-3/, state: "timed out", hop: /Drop/ },
  "selector-typo": { ends: /^Refused at node-1: web has no endpoints/, state: "connection refused", hop: /Refuse/ },
  "target-port": { ends: /^Refused by web-\w{5}/, state: "connection refused", hop: /8080/ },
  "deleted-service": { ...ANSWERED, hop: "Rewrite the destination" },
  "external-ip-no-route": { ends: /^Lost/, state: "timed out", hop: /Lost|no route/i },
  "loadbalancer-quota": { ends: /^Lost/, state: "timed out", hop: /Lost|no route/i },
};

test("the menu offers all scenarios in groups", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Scenario" }).click();
  const items = page.getByRole("menuitemradio");
  const inGroups = SCENARIO_GROUPS.flatMap(({ id }) => SCENARIOS.filter(({ group }) => group === id));
  await expect(items).toHaveText(inGroups.map(({ title }) => new RegExp(`^${title}`)));
  await expect(items.filter({ hasText: "From name to Pod" })).toBeChecked();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Scenario" })).toBeFocused();
});

for (const { id: group, title: name } of SCENARIO_GROUPS)
  test(`${name}: each opens at its start, and ends as it should`, async ({ page }) => {
    test.setTimeout(90_000);
    await open(page);
    for (const { id, title } of SCENARIOS.filter((scenario) => scenario.group === group))
      await test.step(title, async () => {
        const story = STORIES[id];
        if (story === undefined) throw new Error(`say how ${id} ends`);
        await openScenario(page, title);
        await expect(page.getByRole("slider", { name: "Scrub through the request" })).toHaveAttribute("aria-valuenow", "0");
        expect(await ending(page)).toMatch(story.ends);
        await expect(inspector(page).locator(".pkt").getByText(story.state, { exact: true })).toBeVisible();
        await expect(hops(page).filter({ hasText: story.hop }).first()).toBeVisible();
      });
  });

test("headless: no rule rewrites, and the answer holds three addresses", async ({ page }) => {
  await open(page);
  await openScenario(page, "Headless");
  await ending(page);
  await expect(hops(page).filter({ hasText: "Rewrite" })).toHaveCount(0);
  await inspector(page).getByRole("tab", { name: "DNS" }).click();
  const text = await inspector(page).getByRole("tabpanel").textContent();
  expect(new Set(text?.match(/10\.244\.\d\.\d+/g)).size).toBeGreaterThanOrEqual(3);
});
