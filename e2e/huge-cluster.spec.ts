import { expect, expectNoAxeViolation, test, type Page } from "./fixtures.ts";
import { caption, destination, inspector, onShow, open, scrubber, topology } from "./story.ts";

const PODS = 21_000;
const NODES = 700;
const SERVICES = 7;

/** A kind cluster whose nodes are written short, and Deployments of many replicas. */
function manifests(): string {
  const worker = (zone: string): string => `{role: worker, labels: {topology.kubernetes.io/zone: zone-${zone}}}`;
  const nodes = Array.from({ length: NODES }, (_, i) => worker("abc"[i % 3] ?? "a"));
  const workload = (name: string): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec: {replicas: ${PODS / SERVICES}, selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: {containers: [{name: c, image: "nginx:1.28"}]}}}
`;
  const cluster = `kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking: {podSubnet: 10.128.0.0/11}\nnodes: [{role: control-plane}, ${nodes.join(", ")}]\n`;
  return [cluster, ...Array.from({ length: SERVICES }, (_, i) => workload(`web-${i}`))].join("---\n");
}

const zoom = (page: Page) => topology(page).getByRole("group", { name: "Zoom" });
const map = (page: Page) => topology(page).getByRole("group", { name: "Map" });
const sight = (page: Page) => page.locator("#map-sight");
const found = (page: Page) => page.getByRole("listbox", { name: "Found" }).getByRole("option");

async function findAndGo(page: Page, words: string): Promise<string> {
  await topology(page).focus();
  await page.keyboard.press("/");
  await page.getByRole("combobox", { name: "Find a Pod, node, Service, address or label" }).fill(words);
  const name = (await found(page).first().locator("b").textContent()) ?? "";
  await page.keyboard.press("Enter");
  return name;
}

test("a cluster of 21,000 Pods opens from a file, pans, finds a Pod, goes into its node and sends from there", async ({ page }) => {
  test.setTimeout(300_000);
  await open(page);

  await test.step("it is read, with a count of its Pods meanwhile, and opened", async () => {
    await page.goto("./#gallery");
    await page.getByRole("button", { name: "Paste your own YAML" }).click();
    const dialog = page.getByRole("dialog", { name: "Your cluster" });
    const chooser = page.waitForEvent("filechooser");
    await dialog.getByRole("button", { name: "Choose files" }).click();
    await (await chooser).setFiles({ name: "large.yaml", mimeType: "text/yaml", buffer: Buffer.from(manifests()) });
    await expect(dialog.getByText(/^Reading [\d,]+ Pods$/)).toBeVisible({ timeout: 60_000 });
    await expect(dialog).toContainText("701 nodes, 7 Services, 21,000 Pods, of which 21,000 ready.", { timeout: 90_000 });
    await dialog.getByRole("button", { name: "Open it" }).click();
    await expect(topology(page).locator(".caption")).toContainText("700 nodes, 21,002 Pods", { timeout: 90_000 });
    await expect(map(page)).toBeVisible();
    await expect(scrubber(page)).toBeVisible({ timeout: 60_000 });
    await expect(topology(page)).toHaveAttribute("aria-busy", "false", { timeout: 60_000 });
    await expect(page.getByRole("button", { name: "Unfold the manifests" })).toBeVisible();
  });

  await test.step("the wheel goes nearer, and a drag moves on from node to node", async () => {
    const box = await topology(page).locator(".stage").boundingBox();
    if (box === null) throw new Error("the picture has a place");
    const [x, y] = [box.x + box.width / 2, box.y + box.height * 0.4];
    await page.mouse.move(x, y);
    // Nearer still a drag that begins on a Pod would draw a request from it.
    for (let i = 0; i < 10; i++) await page.mouse.wheel(0, -150);
    await expect(sight(page)).toContainText(/\d+ of 700 nodes in view|is in view, of 700 nodes/);
    const before = (await sight(page).textContent()) ?? "";
    await page.mouse.down();
    await page.mouse.move(x - 300, y - 40, { steps: 12 });
    await page.mouse.up();
    await expect(sight(page)).not.toHaveText(before);
    await zoom(page).getByRole("button", { name: "Fit to view" }).click();
    await expect(map(page)).toBeVisible();
  });

  const pod = await test.step("Find goes to a Pod among all, and the inspector tells of it", async () => {
    const name = await findAndGo(page, "web-5 10.128.7");
    expect(name).toMatch(/^web-5-/);
    await expect(inspector(page).getByRole("heading", { name: new RegExp(name.slice(-5)) })).toBeVisible();
    await expect(zoom(page)).not.toContainText("3%");
    await expect(map(page)).toHaveCount(0);
    return name;
  });

  await test.step("the outline has a row for it, and one for everything else", async () => {
    await topology(page).focus();
    await page.keyboard.press("o");
    const tree = page.getByRole("tree", { name: "Cluster" });
    await expect(tree.getByRole("treeitem", { selected: true })).toContainText(pod.slice(-5));
    // no row is made that does not show
    expect(await tree.getByRole("treeitem").count()).toBeLessThan(80);
    await tree.getByRole("treeitem", { selected: true }).focus();
    await page.keyboard.press("End");
    await expect(tree.locator("[data-index]:focus")).toContainText("name server");
    await page.keyboard.press("Home");
    await expect(tree.locator("[data-index]:focus")).toContainText("Services");
    await expectNoAxeViolation(page, ".outline");
    await page.getByRole("button", { name: "Close the outline" }).click();
  });

  await test.step("it can be the sender, though not every Pod stands in the list", async () => {
    const from = page.getByRole("combobox", { name: "From", exact: true });
    expect(await from.locator("option").count()).toBeLessThan(800);
    const option = from.locator("option", { hasText: pod });
    await expect(option).toHaveCount(1);
    await from.selectOption((await option.getAttribute("value")) ?? "");
    await destination(page).fill("http://web-3");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await onShow(page, 2);
    await scrubber(page).press("End");
    await expect(caption(page)).toContainText(/web-3-/);
    await expect(inspector(page).locator(".addr")).toContainText(pod.slice(-5));
  });

  await test.step("a node is gone into, and one of its Pods made unready there", async () => {
    await findAndGo(page, "kind-worker342");
    await expect(inspector(page).getByRole("heading", { name: /kind-worker342/ })).toBeVisible();
    await expect(map(page)).toHaveCount(0);
    const shown = await findAndGo(page, pod);
    expect(shown).toBe(pod);
    await topology(page).focus();
    await page.keyboard.press("o");
    await page.getByRole("tree", { name: "Cluster" }).getByRole("treeitem", { selected: true }).focus();
    await page.keyboard.press("r");
    await expect(page.getByRole("tree", { name: "Cluster" }).getByRole("treeitem", { selected: true })).toHaveAccessibleName(/not ready/, {
      timeout: 30_000,
    });
  });
});
