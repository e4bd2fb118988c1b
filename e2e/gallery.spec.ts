import { SCENARIO_GROUPS, SCENARIOS } from "../src/app/scenarios/index.ts";
import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import { destination, editorLoaded, keptText, open, openScenario, scrubber, settled, topology } from "./story.ts";

const gallery = (page: Page): Locator => page.getByRole("main", { name: "Scenarios" });
const card = (page: Page, title: string): Locator => gallery(page).getByRole("link", { name: new RegExp(`^${title} `) });
const cards = (page: Page): Locator => gallery(page).locator(".cards").getByRole("link");
const statement = (page: Page): Locator => page.getByRole("heading", { level: 1, name: "See where a Service sends your packet" });

async function openGallery(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Scenario" }).click();
  await page.getByRole("menuitem", { name: /^All scenarios/ }).click();
  await expect(statement(page)).toBeVisible();
}

const CLUSTER = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Namespace
  metadata: { name: shop, uid: a1 }
- apiVersion: v1
  kind: Pod
  metadata: { name: cart-1, namespace: shop, uid: a2, labels: { app: cart } }
  spec: { nodeName: worker-1, containers: [{ name: nginx, image: "nginx:1.28", ports: [{ containerPort: 80 }] }] }
  status: { phase: Running, podIP: 10.244.1.5, hostIP: 10.0.0.4, conditions: [{ type: Ready, status: "True" }] }
- apiVersion: v1
  kind: Service
  metadata: { name: cart, namespace: shop, uid: a3 }
  spec: { selector: { app: cart }, clusterIP: 10.96.3.4, ports: [{ port: 8080, targetPort: 80 }] }
- apiVersion: v1
  kind: Secret
  metadata: { name: key, namespace: shop, uid: a4 }
- apiVersion: v1
  kind: Service
  metadata: { name: broken, namespace: shop, uid: a5 }
  spec: { ports: [{ port: 70000 }] }
`;

test("the scenario menu leads to every scenario in its group, and a card opens it paused at its start", async ({ page }) => {
  await open(page);
  await openGallery(page);
  await expect(page).toHaveURL(/#gallery$/);
  await expect(cards(page)).toHaveCount(SCENARIOS.length);
  for (const { id, title } of SCENARIO_GROUPS) {
    const wanted = SCENARIOS.filter((scenario) => scenario.group === id).map((scenario) => scenario.title);
    const group = gallery(page).getByRole("region", { name: new RegExp(`^${title}`) });
    await expect(group.getByRole("link").locator("b")).toHaveText(wanted);
  }
  await card(page, "NodePort").click();
  await expect(statement(page)).toHaveCount(0);
  await settled(page);
  await expect(page.getByRole("button", { name: "Scenario" })).toHaveText("NodePort");
  await expect(page).not.toHaveURL(/#/);
  await expect(scrubber(page)).toHaveAttribute("aria-valuenow", "0");
  await expect(destination(page)).toHaveValue(SCENARIOS.find(({ id }) => id === "nodeport")?.request.to ?? "");
  // The first press of Play is the reader's.
  await expect(topology(page)).toBeFocused();
  await page.keyboard.press(" ");
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
});

test("it has an address, as each scenario has, and Back leaves it", async ({ page }) => {
  await page.goto("./#gallery");
  await expect(statement(page)).toBeFocused();
  await page.goto("./#scenario=readiness");
  await expect(page.getByRole("button", { name: "Scenario" })).toHaveText("Readiness");
  await settled(page);
  await openGallery(page);
  await page.goBack();
  await expect(statement(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Scenario" })).toHaveText("Readiness");
});

test("a scenario is found by a word of it, and Enter opens it", async ({ page }) => {
  await page.goto("./#gallery");
  await expect(statement(page)).toBeFocused();
  await page.keyboard.press("/");
  const field = page.getByRole("searchbox", { name: "Find a scenario" });
  await expect(field).toBeFocused();
  await field.fill("zebra");
  await expect(gallery(page).getByText("No scenario speaks of “zebra”.")).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "0 scenarios found" })).toBeAttached();
  await field.fill("corefile");
  await expect(cards(page)).not.toHaveCount(SCENARIOS.length);
  await field.fill("broken corefile");
  await expect(cards(page)).toHaveCount(1);
  await field.press("Enter");
  await expect(page.getByRole("button", { name: "Scenario" })).toHaveText("Broken Corefile");
});

test("keys: arrows go from card to card, Enter opens, Escape leaves, and none reaches the workbench below", async ({ page }) => {
  await open(page);
  await openGallery(page);
  await cards(page).first().focus();
  await page.keyboard.press("ArrowRight");
  await expect(cards(page).nth(1)).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await expect(cards(page).nth(1)).toBeFocused();
  await page.keyboard.press("s");
  await page.keyboard.press("Escape");
  await expect(statement(page)).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Request 1", exact: true })).toBeVisible();
  await openGallery(page);
  await cards(page).nth(1).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Scenario" })).toHaveText("Headless");
});

test("the first visit sees no documents; who comes back sees the last three, their own text first", async ({ page }) => {
  await open(page);
  await openGallery(page);
  await expect(page.getByRole("heading", { name: /^Your last documents/ })).toHaveCount(0);
  await page.keyboard.press("Escape");
  const editor = await editorLoaded(page);
  await editor.focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("# mine\n");
  await expect.poll(() => keptText(page)).toContain("# mine");
  await openScenario(page, "Headless");
  await openScenario(page, "NodePort");
  await page.reload();
  await settled(page);
  await openGallery(page);
  const documents = page.getByRole("region", { name: /^Your last documents/ });
  await expect(documents.locator("b")).toHaveText(["NodePort", "From name to Pod, changed", "Headless"]);
  await documents.getByRole("button", { name: /^From name to Pod, changed/ }).click();
  await settled(page);
  await expect.poll(() => keptText(page)).toContain("# mine");
  await openGallery(page);
  await expect(documents.locator("b")).toHaveText(["From name to Pod, changed", "NodePort", "Headless"]);
});

test("an empty workspace shows the gallery", async ({ page }) => {
  await page.addInitScript(() => {
    if (localStorage.getItem("kubehop.workspace") !== null) return;
    const request = { from: null, to: "http://web", count: 1 };
    const workspace = { files: [{ name: "web.yaml", text: "\n" }], seed: 1, scenario: null, request, actions: [], view: {}, traffic: null };
    localStorage.setItem("kubehop.workspace", JSON.stringify(workspace));
  });
  await page.goto("./");
  await expect(statement(page)).toBeVisible();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await expect(topology(page).getByRole("heading", { name: "No Pods yet" })).toBeVisible();
  await topology(page).getByRole("button", { name: "Open the gallery" }).click();
  await expect(statement(page)).toBeVisible();
});

test("one's own cluster: read in the page, summed up with what is left out and why, then opened", async ({ page }) => {
  await page.goto("./#gallery");
  await page.getByRole("button", { name: "Paste your own YAML" }).click();
  const dialog = page.getByRole("dialog", { name: "Your cluster" });
  await dialog.getByRole("textbox", { name: "Manifests of your cluster" }).fill(CLUSTER);
  await dialog.getByRole("button", { name: "Read it" }).click();
  await expect(dialog.getByRole("heading", { name: "Understood" })).toBeVisible();
  await expect(dialog.getByText(/, 1 Service, 1 Pod, of which 1 ready\.$/)).toBeVisible();
  await expect(dialog.getByRole("list", { name: "Objects by kind" })).toContainText("Service 2");
  await expect(dialog.getByText("worker-1 is not in this input")).toBeVisible();
  await expect(dialog.getByText(/^1 Secret v1: kept in the text/)).toBeVisible();
  await expect(dialog.getByText(/^Line 22 The API server would refuse it: .*70000/).first()).toBeVisible();
  await expect(dialog.getByText(/a link that you share holds it too/)).toBeVisible();
  await expectNoAxeViolation(page, "dialog");
  // Until it is opened, nothing has changed.
  expect(await keptText(page)).not.toContain("cart-1");
  await expect(dialog.getByRole("button", { name: "Open it" })).toBeFocused();
  await page.keyboard.press("Enter");
  await settled(page);
  await expect(destination(page)).toHaveValue("http://cart.shop:8080");
  await expect(topology(page).getByRole("treeitem", { name: /^Service cart,.* 1 of 1 endpoints ready$/ })).toBeAttached();
});

test("files are dropped on the page; a text that cannot be read says where, and can be mended", async ({ page }) => {
  await page.goto("./#gallery");
  await expect(statement(page)).toBeVisible();
  const data = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["kind: Pod\n\tname: [\n"], "bad.yaml"));
    return transfer;
  });
  await page.locator(".gallery").dispatchEvent("drop", { dataTransfer: data });
  const dialog = page.getByRole("dialog", { name: "Your cluster" });
  await expect(dialog.getByRole("heading", { name: /^Line \d cannot be read$/ })).toBeVisible();
  await expectNoAxeViolation(page, "dialog");
  await dialog.getByRole("button", { name: "Mend it in the editor" }).click();
  await expect.poll(() => keptText(page)).toContain("name: [");
  await expect(page.getByRole("button", { name: "Scenario" })).toHaveText("Your manifests");
});

for (const theme of ["light", "dark"] as const)
  test.describe(theme, () => {
    test.use({ colorScheme: theme });
    test("no rule of accessibility is broken", async ({ page }) => {
      await page.goto("./#gallery");
      await expect(statement(page)).toBeVisible();
      await expectNoAxeViolation(page);
      await page.getByRole("button", { name: "Paste your own YAML" }).click();
      await expect(page.getByRole("dialog", { name: "Your cluster" })).toBeVisible();
      await expectNoAxeViolation(page, "dialog");
    });
  });

test.describe("phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  test("cards fill the width, nothing is cut off, and a tap opens one", async ({ page }) => {
    await page.goto("./#gallery");
    await expect(statement(page)).toBeVisible();
    expect(await page.evaluate(() => document.querySelector(".gallery")?.scrollWidth)).toBeLessThanOrEqual(390);
    await expectNoAxeViolation(page);
    await card(page, "Hairpin").tap();
    await expect(page.getByRole("button", { name: "Scenario" })).toHaveText("Hairpin");
  });
});

test("320 px wide, at the size of 400%, all of it can be read", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto("./#gallery");
  await expect(statement(page)).toBeVisible();
  expect(await page.evaluate(() => document.querySelector(".gallery")?.scrollWidth)).toBeLessThanOrEqual(320);
});
