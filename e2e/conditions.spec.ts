import { expect, test, type Page } from "./fixtures.ts";
import {
  addresses,
  ending,
  expectChange,
  goToHop,
  hops,
  inspector,
  open,
  openScenario,
  scenarioText,
  send,
  sendAndSee,
  topology,
} from "./story.ts";

async function choose(page: Page, condition: string, choice: string): Promise<void> {
  const group = page.getByRole("radiogroup", { name: condition });
  if (!(await group.isVisible())) await page.getByRole("button", { name: /: type and replicas$/ }).click();
  await group.getByRole("radio", { name: choice, exact: true }).click();
  await expect(group.getByRole("radio", { name: choice, exact: true })).toBeChecked();
}

test("sessionAffinity: one line, then every request meets the same Pod", async ({ page }) => {
  await open(page);
  const before = scenarioText("clusterip");
  await choose(page, "sessionAffinity", "ClientIP");
  await expectChange(page, before, ["+  sessionAffinity: ClientIP"]);
  await send(page, "http://web", 60);
  await ending(page);
  const share = page.getByRole("region", { name: "Share per endpoint" });
  await share.getByRole("button", { name: "Show as a table" }).click();
  const counts = await share
    .getByRole("row")
    .filter({ has: page.getByRole("cell") })
    .getByRole("cell")
    .filter({ hasText: /^(59|60|61)$/ })
    .count();
  expect(counts).toBe(1);
  await choose(page, "sessionAffinity", "None");
  await expectChange(page, before, ["+  sessionAffinity: None"]);
});

test("internalTrafficPolicy Local: one line, then the Pod on the sender's own node is chosen", async ({ page }) => {
  await open(page);
  const before = scenarioText("clusterip");
  await choose(page, "internalTrafficPolicy", "Local");
  await expectChange(page, before, ["+  internalTrafficPolicy: Local"]);
  const onNode1 = await topology(page)
    .getByRole("treeitem", { name: /^Pod web-.* on node-1, endpoint of web$/ })
    .getAttribute("aria-label");
  const name = /-(\w{5}), ready/.exec(onNode1 ?? "")?.[1];
  expect(await sendAndSee(page)).toContain(`Delivered to web-${name} `);
  await expect(hops(page).filter({ hasText: "Cross to" })).toHaveCount(0);
});

test("Service type: one line, and externalTrafficPolicy applies from then on", async ({ page }) => {
  await open(page);
  const before = scenarioText("clusterip");
  const external = page.getByRole("radiogroup", { name: "externalTrafficPolicy" });
  await expect(external).toHaveAttribute("aria-disabled", "true");
  await choose(page, "type", "NodePort");
  await expectChange(page, before, ["-  type: ClusterIP", "+  type: NodePort"]);
  await expect(external).not.toHaveAttribute("aria-disabled", "true");
  await page.keyboard.press("Escape");

  await page.getByRole("combobox", { name: "From" }).selectOption("client");
  const service = await topology(page)
    .getByRole("treeitem", { name: /^Service web, NodePort/ })
    .getAttribute("aria-label");
  const nodePort = /3\d{4}/.exec(service ?? "")?.[0];
  expect(nodePort, "the outline names the node port").toBeDefined();
  expect(await sendAndSee(page, `http://192.168.10.13:${nodePort}`)).toMatch(/^Delivered to web-/);
});

test("externalTrafficPolicy: one line; the Pod sees the node's address, or the client's own", async ({ page }) => {
  await open(page);
  await openScenario(page, "NodePort");
  const before = scenarioText("nodeport");
  expect(await ending(page)).toMatch(/^Delivered/);
  await goToHop(page, /Rewrite/);
  await expect(addresses(page)).toContainText("node-2, was client");

  await choose(page, "externalTrafficPolicy", "Local");
  await expectChange(page, before, ["+  externalTrafficPolicy: Local"]);
  const sentence = await sendAndSee(page);
  if (sentence.startsWith("Delivered")) {
    await goToHop(page, /Rewrite/);
    await expect(addresses(page)).toContainText("203.0.113.24");
    await expect(addresses(page)).not.toContainText("was client");
  } else {
    // No Pod on that node: it drops.
    expect(sentence).toContain("node-2");
    await expect(inspector(page).getByText("timed out", { exact: true })).toBeVisible();
  }
});

test("replicas: one line, a new Pod, and a share for it", async ({ page }) => {
  await open(page);
  const before = scenarioText("clusterip");
  await page.getByRole("button", { name: /: type and replicas$/ }).click();
  await page.getByRole("button", { name: "More replicas of web" }).click();
  await expectChange(page, before, ["-  replicas: 3", "+  replicas: 4"]);
  await expect(topology(page).getByRole("treeitem", { name: /^Service web,.* 4 of 4 endpoints ready$/ })).toBeAttached();
  await expect(page.getByRole("region", { name: "Share per endpoint" }).getByRole("switch")).toHaveCount(4);
  await page.keyboard.press("Escape");
  expect(await sendAndSee(page)).toMatch(/^Delivered/);
  await goToHop(page, /Rewrite/);
  await inspector(page).getByRole("tab", { name: "Rules" }).click();
  await expect(inspector(page).getByRole("tabpanel")).toContainText("0.25");
});

test("a condition that cannot apply says why", async ({ page }) => {
  await open(page);
  await openScenario(page, "Headless");
  const affinity = page.getByRole("radiogroup", { name: "sessionAffinity" });
  await expect(affinity).toHaveAttribute("aria-disabled", "true");
  await expect(affinity).toHaveAccessibleDescription("A headless Service has no address, so no rules either.");
  const before = scenarioText("headless");
  await affinity.getByRole("radio", { name: "ClientIP" }).click({ force: true });
  await expect(affinity.getByRole("radio", { name: "None" })).toBeChecked();
  await expectChange(page, before, []);
});
