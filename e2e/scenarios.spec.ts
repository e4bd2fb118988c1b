import { SCENARIO_GROUPS, SCENARIOS } from "../src/app/scenarios/index.ts";
import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import {
  caption,
  chooseScenario,
  ending,
  expectChange,
  hops,
  inspector,
  onShow,
  open,
  openScenario,
  openTab,
  pastDiagnosis,
  scenarioText,
  settled,
} from "./story.ts";

const ANSWERED = { ends: /^Delivered to web-(next-)?\w{5} in/, state: "answered" } as const;

/** How the request of each ends, in the caption and in the inspector, and a hop that it is about. */
const STORIES: Readonly<Record<string, { readonly ends: RegExp; readonly state: string; readonly hop: string | RegExp }>> = {
  clusterip: { ...ANSWERED, hop: "Rewrite the destination" },
  headless: { ...ANSWERED, hop: "Look up the name" },
  statefulset: { ends: /^Delivered to store-1 in/, state: "answered", hop: "Look up the name" },
  "no-selector": { ends: /^Delivered to/, state: "answered", hop: "Rewrite the destination" },
  environment: { ...ANSWERED, hop: "Rewrite the destination" },
  hairpin: { ends: /^Delivered to echo-a in/, state: "answered", hop: /Rewrite/ },
  "dns-search": { ...ANSWERED, hop: "Look up the name" },
  namespaces: { ...ANSWERED, hop: "Look up the name" },
  "external-name": { ...ANSWERED, hop: "Look up the name" },
  "headless-kept": { ...ANSWERED, hop: "Look up the name" },
  "dns-denial": { ends: /^No packet was sent/, state: "name not resolved", hop: "Look up the name" },
  "coredns-down": { ...ANSWERED, hop: "Look up the name" },
  "corefile-broken": { ...ANSWERED, hop: "Look up the name" },
  nodeport: { ...ANSWERED, hop: /Rewrite/ },
  "source-address": { ...ANSWERED, hop: "Rewrite destination and source" },
  loadbalancer: { ...ANSWERED, hop: /Rewrite/ },
  "loadbalancer-pending": { ...ANSWERED, hop: /Rewrite/ },
  metallb: { ...ANSWERED, hop: /Rewrite/ },
  "external-ip": { ...ANSWERED, hop: /Rewrite/ },
  "source-ranges": { ends: /^Dropped at node-\d/, state: "timed out", hop: /not in the source ranges/ },
  "session-affinity-proxy": { ...ANSWERED, hop: /Rewrite/ },
  "internal-traffic-policy": { ends: /^Dropped at node-2/, state: "timed out", hop: /Drop/ },
  "session-affinity": { ...ANSWERED, hop: /KUBE-SEP|same as before|Rewrite/ },
  readiness: { ...ANSWERED, hop: "Rewrite the destination" },
  scaling: { ...ANSWERED, hop: "Rewrite the destination" },
  "keep-alive": { ends: /request 10 of 10 on the same connection/, state: "answered", hop: "Known connection" },
  "pod-recreated": { ...ANSWERED, hop: "Rewrite the destination" },
  "zone-aware": { ...ANSWERED, hop: "Rewrite the destination" },
  "large-cluster": { ...ANSWERED, hop: "Rewrite the destination" },
  "traffic-policy-local": { ends: /^Dropped at node-3/, state: "timed out", hop: /Drop/ },
  "selector-typo": { ends: /^Refused at node-1: web has no endpoints/, state: "connection refused", hop: /Refuse/ },
  "target-port": { ends: /^Refused by web-\w{5}/, state: "connection refused", hop: /8080/ },
  "deleted-service": { ...ANSWERED, hop: "Rewrite the destination" },
  "stale-udp": {
    ends: /^Delivered to stats-\w{5} in .*, datagram 3 of 3 from the same socket/,
    state: "answered",
    hop: "Known connection",
  },
  "external-ip-no-route": { ends: /^Lost/, state: "timed out", hop: /Lost|no route/i },
  "loadbalancer-quota": { ends: /^Lost/, state: "timed out", hop: /Lost|no route/i },
  "network-policy": { ends: /^Dropped at node-/, state: "timed out", hop: /network policy web/ },
  "network-policy-port": { ends: /^Dropped at node-/, state: "timed out", hop: /network policy web/ },
  "network-policy-ignored": { ...ANSWERED, hop: "Rewrite the destination" },
  "network-policy-dns": {
    ends: /^No packet was sent: nobody answered the question for web/,
    state: "name not resolved",
    hop: /network policy debug/,
  },
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
    for (const { id, title } of SCENARIOS.filter((scenario) => scenario.group === group && scenario.traffic === undefined))
      await test.step(title, async () => {
        const story = STORIES[id];
        if (story === undefined) throw new Error(`say how ${id} ends`);
        await openScenario(page, title);
        await expect(page.getByRole("slider", { name: "Scrub through the request" })).toHaveAttribute("aria-valuenow", "0");
        const ends = await ending(page);
        expect(ends).toMatch(story.ends);
        await expect(inspector(page).locator(".pkt").getByText(story.state, { exact: true })).toBeVisible();
        if (!ends.startsWith("Delivered")) await pastDiagnosis(page);
        await expect(hops(page).filter({ hasText: story.hop }).first()).toBeVisible();
      });
  });

for (const { title, loses } of [
  { title: "Rolling update", loses: true },
  { title: "Rolling update with preStop", loses: false },
])
  test(`${title}: under steady traffic it ${loses ? "loses requests" : "loses none"}`, async ({ page }) => {
    await open(page);
    await chooseScenario(page, title);
    await expect(caption(page)).toHaveText(/^Start the traffic, then change the image/);
    await page.getByRole("button", { name: "Start", exact: true }).click();
    const counts = page.getByRole("group", { name: "Steady traffic" });
    await expect(counts).toContainText(/[1-9]\d* sent/);
    const pods = page.getByRole("switch", { name: /^web-/ });
    const old = await pods.evaluateAll(names);
    await step(page, "Roll out nginx 1.29").click();
    await expect
      .poll(
        async () => {
          const now = await pods.evaluateAll(names);
          return { pods: now.length, old: now.filter((name) => old.includes(name)).length };
        },
        { timeout: 40_000 },
      )
      .toEqual({ pods: 4, old: 0 });
    await expect(counts).toContainText(loses ? /[1-9]\d* lost/ : /sent\s*0 lost/);
    await page.getByRole("button", { name: "Stop", exact: true }).click();
  });

test("headless: no rule rewrites, and the answer holds three addresses", async ({ page }) => {
  await open(page);
  await openScenario(page, "Headless");
  await ending(page);
  await expect(hops(page).filter({ hasText: "Rewrite" })).toHaveCount(0);
  const text = await (await openTab(page, "DNS")).textContent();
  expect(new Set(text?.match(/10\.244\.\d\.\d+/g)).size).toBeGreaterThanOrEqual(3);
});

const step = (page: Page, name: string): Locator => page.getByRole("region", { name: "What to do next" }).getByRole("button", { name });

test("a step is taken by keyboard, says what happened, and is taken back", async ({ page }) => {
  await open(page);
  await openScenario(page, "Pod recreated");
  const pods = async (): Promise<readonly string[]> => page.getByRole("switch", { name: /^web-/ }).evaluateAll(names);
  const before = await pods();
  await step(page, "Delete a Pod").focus();
  await page.keyboard.press("Enter");
  await expect(caption(page)).toHaveText(/^Its replacement has a new name and a new address/);
  await settled(page);
  expect((await pods()).filter((name) => before.includes(name))).toHaveLength(1);
  await expect(step(page, "Delete a Pod")).toBeFocused();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(pods).toEqual(before);
  await expect(caption(page)).toHaveText(/^Note the names/);
});

test("a step that edits the text can be taken once, and Undo puts the text back", async ({ page }) => {
  await open(page);
  await openScenario(page, "Scaling");
  const before = scenarioText("scaling");
  await expect(step(page, "Scale to 0")).toHaveAttribute("aria-disabled", "true");
  await step(page, "Scale to 10").click();
  await expectChange(page, before, ["-  replicas: 2", "+  replicas: 10"]);
  await expect(step(page, "Scale to 10")).toHaveAttribute("aria-disabled", "true");
  await settled(page);
  await expect(page.getByText(/2 more/)).toBeVisible();
  await step(page, "Scale to 10").focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Shift+Tab");
  await expectNoAxeViolation(page, ".steps");
  await expect(page.getByRole("tooltip")).toHaveText(/Done already/);
  await page.getByRole("combobox", { name: "How many requests" }).selectOption({ label: "10 a second" });
  await step(page, "Send 60 requests").click();
  await onShow(page, 70);
  expect(await ending(page)).toMatch(/^Delivered to .*The tick of each row is what the rules promise/);
  await page.keyboard.press("Control+z");
  await expectChange(page, before, []);
  await expect(step(page, "Scale to 10")).not.toHaveAttribute("aria-disabled");
});

test("a step may edit a file that is not open, and Undo takes it back there too", async ({ page }) => {
  await open(page);
  await openScenario(page, "MetalLB");
  await step(page, "Withdraw the announcement").click();
  await expect(caption(page)).toHaveText(/^The Service keeps its address, but no node answers for it/);
  await expect(step(page, "Withdraw the announcement")).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(step(page, "Withdraw the announcement")).not.toHaveAttribute("aria-disabled");
  await expect(caption(page)).toHaveText(/^192\.168\.10\.200 comes out of the pool/);
});

test("a variable that the container does not have is said beside the request; started anew, it has it", async ({ page }) => {
  await open(page);
  await openScenario(page, "Service environment variables");
  await step(page, "Add a Service, api").click();
  await settled(page);
  await step(page, "Ask by its variable").click();
  await expect(page.getByText(/^API_SERVICE_HOST is not set in Pod default\/debug/)).toBeVisible();
  await step(page, "Restart the container").click();
  await expect(caption(page)).toHaveText(/^The kubelet wrote the environment anew/);
  await step(page, "Ask by its variable").click();
  await onShow(page, 2);
  expect(await ending(page)).toMatch(/^Delivered to web-.* No look-up/);
});

test("in the menu the arrow keys go up and down in a group, and to the group beside", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Scenario" }).click();
  const focused = page.locator(":focus");
  const titles = (group: string): readonly string[] => SCENARIOS.filter((scenario) => scenario.group === group).map(({ title }) => title);
  const [first = "", second = ""] = titles("reach");
  await expect(focused).toContainText(first);
  await page.keyboard.press("ArrowDown");
  await expect(focused).toContainText(second);
  await page.keyboard.press("ArrowRight");
  await expect(focused).toContainText(titles("names")[1] ?? "");
  await page.keyboard.press("End");
  await expect(focused).toContainText(titles("wrong").at(-1) ?? "");
  await page.keyboard.press("ArrowLeft");
  await expect(focused).toContainText(new RegExp(titles("answers").join("|")));
  await page.keyboard.press("r");
  await expect(focused).toContainText(/^Ro|^Re/);
});

test("in a low window the menu scrolls to what the keys go to", async ({ page }) => {
  await page.setViewportSize({ width: 1000, height: 420 });
  await page.goto("./");
  await page.getByRole("button", { name: "Scenario" }).click();
  await page.keyboard.press("End");
  const last = page.getByRole("menuitemradio").last();
  await expect(last).toBeFocused();
  await expect(last).toBeInViewport();
});

function names(elements: readonly Element[]): readonly string[] {
  return elements.map((element) => element.getAttribute("aria-label") ?? "");
}
