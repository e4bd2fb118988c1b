/** Linked highlighting: what is pointed at is marked wherever it appears, at once, and no longer once the pointer has gone. And the ways to a thing's places. */
import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import { editorLoaded, ending, hops, inspector, manifests, open, openTab, picture, topology } from "./story.ts";

/** Marked: a line of ink around it. */
const expectMarked = (locator: Locator, marked = true): Promise<void> =>
  expect(locator).toHaveCSS("outline-style", marked ? "solid" : "none");
const share = (page: Page, pod: string): Locator => topology(page).locator(".brow").filter({ hasText: pod }).locator(".clip");
/** The light or the full editor marks whole lines. */
const markedLines = (page: Page): Locator => manifests(page).locator(".linepointed");

/** The rule that rewrote, and the short name of the Pod that it names. */
async function rewrote(page: Page): Promise<{ readonly rule: Locator; readonly pod: string }> {
  const arrives = await hops(page).filter({ hasText: "Arrive at" }).textContent();
  const pod = /Arrive at (web-\w+)/.exec(arrives ?? "")?.[1] ?? "";
  expect(pod).not.toBe("");
  const panel = await openTab(page, "Rules");
  return { rule: panel.locator(".rl.nat"), pod };
}

test("a rule under the pointer marks its Pod in the shares, its template in the editor, and the rules that lead there", async ({
  page,
}) => {
  await open(page);
  await editorLoaded(page);
  await ending(page);
  const { rule, pod } = await rewrote(page);
  await expectMarked(share(page, pod), false);
  await rule.hover();
  await expectMarked(rule);
  await expectMarked(share(page, pod));
  await expect(topology(page).locator(".brow .clip").filter({ hasNotText: pod }).first()).toHaveCSS("outline-style", "none");
  await expect(markedLines(page)).toHaveCount(1);
  await expectMarked(inspector(page).locator(".rl.hit").filter({ hasText: "KUBE-SEP-" }));
  await expectNoAxeViolation(page);
  await page.mouse.move(720, 5);
  await expectMarked(rule, false);
  await expectMarked(share(page, pod), false);
  await expect(markedLines(page)).toHaveCount(0);
});

test("the same by the keyboard's focus: a rule that is stepped to, a row of the outline", async ({ page }) => {
  await open(page);
  await editorLoaded(page);
  await ending(page);
  const { rule, pod } = await rewrote(page);
  await page.mouse.move(720, 5);
  await page.keyboard.press("Tab");
  await rule.focus();
  await expectMarked(share(page, pod));
  await expect(markedLines(page)).toHaveCount(1);
  const row = page.getByRole("treeitem", { name: /^Pod web-/ }).first();
  const other = `web-${/^Pod \S+-(\w+),/.exec((await row.getAttribute("aria-label")) ?? "")?.[1] ?? ""}`;
  await row.focus();
  await expectMarked(share(page, other));
  await page.getByRole("tab", { name: "Rules" }).focus();
  await expectMarked(share(page, other), false);
  await expectMarked(share(page, pod), false);
});

test("a hop marks its block in the timeline and a ring on the picture; leaving takes both away", async ({ page }) => {
  await open(page);
  await ending(page);
  await openTab(page, "Hops");
  await page.mouse.move(720, 5);
  const before = await picture(page).screenshot();
  await hops(page).filter({ hasText: "Cross to" }).getByRole("button").hover();
  const block = page.locator('.detail [data-names="hop:4"]').first();
  await expectMarked(block);
  await expectMarked(page.locator('.detail [data-names="hop:5"]').first(), false);
  await expect.poll(async () => (await picture(page).screenshot()).equals(before)).toBe(false);
  await page.mouse.move(720, 5);
  await expectMarked(block, false);
  await expect.poll(async () => (await picture(page).screenshot()).equals(before)).toBe(true);
});

test("a line of the manifests points at what it means: a selector at its Pods", async ({ page }) => {
  await open(page);
  await editorLoaded(page);
  await ending(page);
  const line = (text: string): Locator => manifests(page).locator(".view-line").filter({ hasText: text }).first();
  await line("selector:").hover();
  for (const row of await topology(page).locator(".brow .clip").all()) await expectMarked(row);
  await line("apiVersion: v1").hover();
  for (const row of await topology(page).locator(".brow .clip").all()) await expectMarked(row, false);
  // the Service: its address in the hop list
  await expectMarked(inspector(page).locator('.hop [data-names^="address:10.104."]').first());
});

test("the picture keeps still: pointing at things lays nothing out anew", async ({ page }) => {
  await open(page);
  await ending(page);
  await openTab(page, "Hops");
  await page.evaluate(() => {
    const seen = { renders: 0 };
    new MutationObserver((records) => (seen.renders += records.length)).observe(document.querySelector(".insp") ?? document.body, {
      subtree: true,
      childList: true,
      attributes: true,
    });
    Object.assign(window, { seen });
  });
  for (const row of (await hops(page).all()).slice(2, 6)) await row.hover();
  expect(await page.evaluate(() => (window as unknown as { seen: { renders: number } }).seen.renders)).toBe(0);
});

test("from a rule to its places: what it was written for, in the manifests and on the canvas", async ({ page }) => {
  await open(page);
  await editorLoaded(page);
  await ending(page);
  const { rule } = await rewrote(page);
  await rule.click();
  const written = inspector(page).getByRole("group", { name: "What it was written for" });
  await expect(written).toContainText("default/web");
  await expectNoAxeViolation(page, "aside");
  const zoom = topology(page).getByRole("group", { name: "Zoom" });
  await expect(zoom).toContainText("100%");
  await written.getByRole("button", { name: /^Pod web-.*: show in manifests$/ }).click();
  await expect(manifests(page).locator(".view-line").filter({ hasText: "template:" })).toBeInViewport();
  await expect(zoom).toContainText("100%");
  await written.getByRole("button", { name: /^Pod web-.*: show on canvas$/ }).click();
  await expect(zoom).not.toContainText("100%");
  await expect(inspector(page).getByRole("heading", { name: /^Pod web-/ })).toBeVisible();
});

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("the pages of a Pod, a Service and a node lead to one another, and say all there is", async ({ page }) => {
      await open(page);
      const select = async (name: RegExp): Promise<void> => {
        await page.getByRole("treeitem", { name }).first().focus();
        await page.keyboard.press("Enter");
      };
      await select(/^Pod web-/);
      const pod = inspector(page).getByRole("region", { name: /^Pod web-/ });
      await expect(pod.getByRole("region", { name: "Conditions" }).getByRole("listitem")).toHaveText([
        "PodReadyToStartContainersTrue",
        "InitializedTrue",
        "ReadyTrue",
        "ContainersReadyTrue",
        "PodScheduledTrue",
      ]);
      await expect(pod).toContainText("80/TCP: image nginx listens on 80");
      await pod.getByText("/etc/resolv.conf").click();
      await expect(pod.getByLabel(/^\/etc\/resolv\.conf of /)).toContainText("nameserver 10.96.0.10");
      await pod.getByText(/^All \d+ variables/).click();
      await expect(pod.getByLabel(/^env in /)).toContainText("WEB_SERVICE_HOST=10.");
      await expectNoAxeViolation(page, "aside");
      await pod.getByRole("button", { name: "Service web", exact: true }).click();
      const service = inspector(page).getByRole("region", { name: "Service web", exact: true });
      const members = service.getByRole("region", { name: "Members" });
      await expect(members.getByRole("listitem")).toHaveText([/ready, 33\.3%/, /ready, 33\.3%/, /ready, 33\.3%/]);
      await expect(service.getByRole("region", { name: "EndpointSlices" })).toContainText("IPv4, 3 of 3 endpoints ready");
      await expectNoAxeViolation(page, "aside");
      await members
        .getByRole("button", { name: /^Pod web-\S+$/ })
        .first()
        .click();
      await pod.getByRole("button", { name: /^node-\d$/ }).click();
      const node = inspector(page).getByRole("region", { name: /^Node node-/ });
      await expect(node.getByRole("region", { name: "Pods of the node" }).getByRole("listitem").first()).toContainText("ready, 10.244.");
      await expectNoAxeViolation(page, "aside");
      await select(/^client/i);
      await expect(inspector(page).getByText("outside the cluster")).toBeVisible();
    });
  });
}
