/** Finding one's way in a picture: a filter, only what one Service touches, the overview; and menus for what the cluster can do. */
import { expect, expectNoAxeViolation, test, type Page } from "./fixtures.ts";
import { deflateRawSync } from "node:zlib";
import { inspector, keptText, open, openScenario, topology } from "./story.ts";

/** So many nodes and Deployments of 20 Pods each, five Pods of web among them, as the page's own link carries them. */
function largeCluster(nodes: number): string {
  const documents = Array.from(
    { length: nodes },
    (_, i) =>
      `apiVersion: v1\nkind: Node\nmetadata: { name: node-${i + 1}, labels: { topology.kubernetes.io/zone: zone-${"abc"[i % 3]} } }`,
  );
  for (const [app, replicas] of [
    ["web", 5],
    ["cart", 20],
    ["mail", 20],
    ["search", 20],
  ] as const)
    documents.push(
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${app} }\nspec:\n  replicas: ${replicas}\n  selector: { matchLabels: { app: ${app} } }\n  template:\n    metadata: { labels: { app: ${app} } }\n    spec: { containers: [{ name: c, image: nginx:1.28 }] }`,
      `apiVersion: v1\nkind: Service\nmetadata: { name: ${app} }\nspec: { selector: { app: ${app} }, ports: [{ port: 80 }] }`,
    );
  documents.push(
    "apiVersion: v1\nkind: Pod\nmetadata: { name: debug }\nspec: { containers: [{ name: curl, image: curlimages/curl, command: [sleep, infinity] }] }",
  );
  const workspace = {
    files: [{ name: "large.yaml", text: `${documents.join("\n---\n")}\n` }],
    seed: 1,
    scenario: null,
    request: { from: null, to: "http://web", count: 1 },
    actions: [],
    view: { tab: "hops", focus: null },
    traffic: null,
  };
  return `#v1=${deflateRawSync(Buffer.from(JSON.stringify(workspace))).toString("base64url")}`;
}

const filter = (page: Page) => page.getByRole("search", { name: "Filter" });
const overview = (page: Page) => page.getByRole("application", { name: /^Overview/ });
const zoom = (page: Page) => topology(page).getByRole("group", { name: "Zoom" });
const menu = (page: Page) => page.getByRole("menu", { name: "What to do here" });
const row = (page: Page, name: string | RegExp) => page.getByRole("treeitem", { name }).first();
const toast = (page: Page, text: string | RegExp) => topology(page).getByText(text);

/** Opens the menu of a thing by keyboard, from the outline. */
async function openMenu(page: Page, name: string | RegExp): Promise<void> {
  if ((await page.getByRole("button", { name: "Close the outline" }).count()) === 0) {
    await topology(page).focus();
    await page.keyboard.press("o");
  }
  await row(page, name).focus();
  await page.keyboard.press("Shift+F10");
  await expect(menu(page)).toBeVisible();
}

test("a filter dims what it leaves aside, counts what it keeps, says what is wrong with a selector, and goes with the link", async ({
  page,
}) => {
  await open(page);
  await topology(page).focus();
  await page.keyboard.press("n");
  await expect(filter(page).getByRole("textbox", { name: "Name" })).toBeFocused();
  await expect(filter(page).getByRole("status")).toHaveText("6 of 6 Pods");

  await filter(page).getByLabel("Labels").fill("app in (web)");
  await expect(filter(page).getByRole("status")).toHaveText("3 of 6 Pods");
  await filter(page).getByLabel("Namespace").selectOption("kube-system");
  await expect(filter(page).getByRole("status")).toHaveText("0 of 6 Pods");
  await filter(page).getByLabel("Namespace").selectOption("all");

  await test.step("a selector that makes no sense says so at its place; the last good one holds", async () => {
    await filter(page).getByLabel("Labels").fill("app in web");
    await expect(filter(page).getByLabel("Labels")).toHaveAccessibleDescription(/The values of in stand in parentheses: in \(a, b\)\./);
    await expect(filter(page).locator("mark")).toHaveText("web");
    await expect(filter(page).getByRole("status")).toHaveText("3 of 6 Pods");
    await expectNoAxeViolation(page, ".narrowed");
    await filter(page).getByLabel("Labels").fill("app=web");
  });

  await test.step("it is part of what the browser keeps, and of the link", async () => {
    await expect.poll(async () => page.evaluate(() => localStorage.getItem("kubehop.workspace"))).toContain('"labels":"app=web"');
    await page.reload();
    await expect(filter(page).getByLabel("Labels")).toHaveValue("app=web");
    await expect(filter(page).getByRole("status")).toHaveText("3 of 6 Pods");
  });

  await test.step("Clear shows everything again", async () => {
    await filter(page).getByRole("button", { name: "Clear" }).click();
    await expect(filter(page)).toHaveCount(0);
    await expect(topology(page).getByRole("button", { name: "Filter", exact: true })).toHaveAttribute("aria-pressed", "false");
  });
});

test("only what a Service touches: by key, by button, from its menu; Escape shows all", async ({ page }) => {
  await open(page);
  const only = page.getByRole("group", { name: "Only what one Service touches" });
  await topology(page).focus();
  await page.keyboard.press("v");
  await expect(only.getByRole("status")).toHaveText("Showing only what web touches: 3 Pods on 3 nodes, 1 sender and CoreDNS.");
  await expectNoAxeViolation(page, ".narrowed");
  await page.keyboard.press("Escape");
  await expect(only).toHaveCount(0);

  const button = page.getByRole("button", { name: "Only what web touches" });
  await button.click();
  await expect(button).toHaveAttribute("aria-pressed", "true");
  await only.getByRole("button", { name: "Show all" }).click();
  await expect(button).toHaveAttribute("aria-pressed", "false");

  await openMenu(page, /^Service web,/);
  await menu(page)
    .getByRole("menuitem", { name: /^Show only what web touches/ })
    .click();
  await expect(only).toBeVisible();
  await openMenu(page, /^Service web,/);
  await menu(page).getByRole("menuitem", { name: "Show everything again" }).click();
  await expect(only).toHaveCount(0);
});

test("of a large cluster only what the Service touches is laid out; afterwards everything stands where it stood", async ({ page }) => {
  await open(page, largeCluster(12));
  const before = await zoom(page).textContent();
  await topology(page).focus();
  await page.keyboard.press("v");
  await expect(page.getByText(/^Showing only what web touches: 5 Pods on \d nodes, 1 sender and CoreDNS\.$/)).toBeVisible();
  await expect
    .poll(async () => Number.parseInt((await zoom(page).textContent()) ?? "0", 10))
    .toBeGreaterThan(Number.parseInt(before ?? "0", 10));
  await topology(page).getByRole("button", { name: "Zoom in" }).click();
  await topology(page).focus();
  await page.keyboard.press("Escape");
  await expect(zoom(page)).toHaveText(before ?? "");
});

test("the overview: there when the picture is larger than the view, moved by pointer and keys, folded away by M", async ({ page }) => {
  await open(page, largeCluster(12));
  await expect(overview(page)).toHaveCount(0);
  for (let i = 0; i < 6; i++) await topology(page).getByRole("button", { name: "Zoom in" }).click();
  await expect(overview(page)).toBeVisible();
  await expectNoAxeViolation(page, ".overviewmap");
  const words = page.locator("#map-sight");
  await expect(words).toHaveText(/ of 12 nodes/);

  await test.step("a press moves the view there", async () => {
    const box = (await overview(page).boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const before = await page.locator(".mapsight").getAttribute("x");
    await page.mouse.click(box.x + box.width - 12, box.y + box.height - 12);
    await expect.poll(async () => page.locator(".mapsight").getAttribute("x")).not.toBe(before);
  });

  await test.step("arrow keys move it, 0 shows everything, and then there is nothing to overview", async () => {
    const before = await page.locator(".mapsight").getAttribute("x");
    await overview(page).focus();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(async () => page.locator(".mapsight").getAttribute("x")).not.toBe(before);
    await page.keyboard.press("m");
    await expect(overview(page)).toHaveCount(0);
    await topology(page).getByRole("button", { name: "Show the overview" }).click();
    await overview(page).focus();
    await page.keyboard.press("0");
    await expect(overview(page)).toHaveCount(0);
    await expect(topology(page)).toBeFocused();
  });

  await test.step("the node where the packet is, is marked and said", async () => {
    for (let i = 0; i < 6; i++) await topology(page).getByRole("button", { name: "Zoom in" }).click();
    await expect(page.locator(".maphere")).toHaveCount(0);
    await page
      .getByRole("list", { name: "Hops" })
      .getByRole("button", { name: /Rewrite the destination/ })
      .click();
    await expect(page.locator(".maphere")).toHaveCount(1);
    await expect(words).toHaveText(/The packet is at node-\d+\.$/);
  });
});

test("a running Pod gets another label: its Service lets go of it, and another Pod comes; Undo takes it back", async ({ page }) => {
  await open(page);
  await openMenu(page, /^Pod web-.*on node-1/);
  await menu(page)
    .getByRole("menuitem", { name: /^Change its labels/ })
    .click();
  const card = page.getByRole("dialog", { name: /^Labels of web-/ });
  const field = card.getByRole("textbox", { name: "Label to set, or key- to take away" });
  await expect(field).toBeFocused();
  await expectNoAxeViolation(page, ".labelcard");
  await field.fill("app=out of order");
  await expect(card.getByRole("status")).toHaveText("out of order is no label value: up to 63 letters, digits, - _ and .");
  await field.fill("app=out");
  await expect(card.getByRole("status")).toHaveText(
    "web does not choose it any more. If the selector of Deployment web asks for app, it lets go of this Pod and makes another.",
  );
  const text = await keptText(page);
  await page.keyboard.press("Enter");
  await expect(toast(page, /is labelled app=out$/)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(card).toHaveCount(0);
  await expect(page.getByRole("treeitem", { name: /^Pod web-/ })).toHaveCount(4);
  await expect(page.getByRole("treeitem", { name: /^Pod web-.*endpoint of web/ })).toHaveCount(3);
  expect(await keptText(page)).toBe(text);

  await topology(page).focus();
  await page.keyboard.press("Control+z");
  await expect(page.getByRole("treeitem", { name: /^Pod web-/ })).toHaveCount(3);
});

test("a workload scaled to 0 is found again: in the outline, by Find, on its Service", async ({ page }) => {
  await open(page);
  await openMenu(page, /^Service web,/);
  const replicas = menu(page).getByRole("group", { name: "Replicas" });
  await replicas.getByRole("menuitemradio", { name: "0", exact: true }).click();
  await expect(row(page, "Deployment web, no Pods")).toBeVisible();

  await page.getByRole("button", { name: "Close the outline" }).click();
  await topology(page).focus();
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: /^Find a Pod/ }).fill("deployment");
  await page.keyboard.press("Enter");
  await expect(inspector(page).getByRole("heading", { name: "Deployment web" }).first()).toBeVisible();
  await expectNoAxeViolation(page, ".thing");
  await inspector(page).getByRole("group", { name: "Replicas" }).getByRole("button", { name: "2", exact: true }).click();
  await topology(page).focus();
  await page.keyboard.press("o");
  await expect(page.getByRole("treeitem", { name: /^Pod web-/ })).toHaveCount(2);
  await expect(row(page, "Deployment web, no Pods")).toHaveCount(0);
});

test("a Service's conditions from its menu write the text", async ({ page }) => {
  await openScenarioAtStart(page, "NodePort");
  await openMenu(page, /^Service web,/);
  await menu(page).getByRole("group", { name: "externalTrafficPolicy" }).getByRole("menuitemradio", { name: "Local" }).click();
  await expect.poll(async () => keptText(page)).toContain("externalTrafficPolicy: Local");
});

async function openScenarioAtStart(page: Page, title: string): Promise<void> {
  await open(page);
  await openScenario(page, title);
}

test.describe("in the dark", () => {
  test.use({ colorScheme: "dark" });

  test("filter and overview keep the rules of axe", async ({ page }) => {
    await open(page);
    await topology(page).focus();
    await page.keyboard.press("n");
    await filter(page).getByRole("textbox", { name: "Labels" }).fill("app in (");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Only what web touches" }).click();
    await expectNoAxeViolation(page, ".narrowed");
    for (let i = 0; i < 6; i++) await topology(page).getByRole("button", { name: "Zoom in" }).click();
    await expectNoAxeViolation(page, ".overviewmap");
  });

  test("the longer menus and a Pod's labels keep the rules of axe", async ({ page }) => {
    await open(page);
    await openMenu(page, /^Service web,/);
    await expectNoAxeViolation(page, ".menu");
    await page.keyboard.press("Escape");
    await openMenu(page, /^Pod web-/);
    await menu(page)
      .getByRole("menuitem", { name: /^Change its labels/ })
      .click();
    await expectNoAxeViolation(page, ".labelcard");
  });
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test("the filter has room, and the overview stays folded until it is asked for", async ({ page }) => {
    await page.goto("./");
    await expect(topology(page)).toHaveAttribute("aria-busy", "false");
    await topology(page).getByRole("button", { name: "Filter", exact: true }).tap();
    await filter(page).getByRole("textbox", { name: "Name" }).fill("web");
    await expect(filter(page).getByRole("status")).toHaveText("3 of 6 Pods");
    const { width, scroll } = await page.evaluate(() => ({ width: innerWidth, scroll: document.documentElement.scrollWidth }));
    expect(scroll).toBeLessThanOrEqual(width);
    await expectNoAxeViolation(page, ".narrowed");
    await filter(page).getByRole("button", { name: "Clear" }).tap();
    await expect(overview(page)).toHaveCount(0);
  });
});
