import { expect, test } from "./fixtures.ts";
import { caption, destination, ending, hops, inspector, open, send, sendAndSee, topology } from "./story.ts";

for (const to of ["http://web", "web.default", "http://web.default.svc.cluster.local", "http://web:80/"]) {
  test(`a request to ${to} is delivered`, async ({ page }) => {
    await open(page);
    expect(await sendAndSee(page, to)).toMatch(/^Delivered to web-\w{5} in \d/);
    await expect(hops(page).last()).toContainText("HTTP/1.1 200 OK");
  });
}

test("a request to the ClusterIP is delivered without a look-up", async ({ page }) => {
  await open(page);
  const service = await topology(page)
    .getByRole("treeitem", { name: /^Service web,/ })
    .textContent();
  const address = /\d+\.\d+\.\d+\.\d+/.exec(service ?? "")?.[0] ?? "";
  expect(await sendAndSee(page, `http://${address}`)).toMatch(/^Delivered to web-/);
  await expect(hops(page).filter({ hasText: "Look up the name" })).toHaveCount(0);
  await inspector(page).getByRole("tab", { name: "DNS" }).click();
  await expect(inspector(page).getByRole("tabpanel")).toContainText("This request used an address, no look-up");
});

test("Enter in the destination sends", async ({ page }) => {
  await open(page);
  await destination(page).fill("web");
  await destination(page).press("Enter");
  await expect(inspector(page).getByRole("heading", { name: "Request 2" })).toBeVisible();
});

test("a name that nobody knows is said to be unknown, and no packet is sent to it", async ({ page }) => {
  await open(page);
  const sentence = await sendAndSee(page, "http://wbe");
  expect(sentence).toContain("wbe");
  await expect(inspector(page).getByText("name not resolved", { exact: true })).toBeVisible();
  await expect(hops(page).filter({ hasText: "Rewrite" })).toHaveCount(0);
});

test("a node can be the sender", async ({ page }) => {
  await open(page);
  await page.getByRole("combobox", { name: "From" }).selectOption("node-2");
  const address = await topology(page)
    .getByRole("treeitem", { name: /^Service web,/ })
    .textContent();
  expect(await sendAndSee(page, `http://${/\d+\.\d+\.\d+\.\d+/.exec(address ?? "")?.[0]}`)).toMatch(/^Delivered to web-/);
  await expect(inspector(page).locator(".pkt")).toContainText("node-2");
});

test("what cannot be a destination is refused beside the field, and the text stays", async ({ page }) => {
  await open(page);
  await destination(page).fill("http://web:99999");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  const error = page.getByRole("alert").filter({ hasText: /\w/ });
  await expect(error).toBeVisible();
  await expect(destination(page)).toHaveValue("http://web:99999");
  await expect(destination(page)).toHaveAttribute("aria-invalid", "true");
  await destination(page).fill("http://web");
  await expect(error).toHaveCount(0);
});

test("of sixty requests each of three Pods gets its share, and the table says the same", async ({ page }) => {
  await open(page);
  await send(page, "http://web", 60);
  await ending(page);
  const share = page.getByRole("region", { name: "Share per endpoint" });
  await expect(share.getByRole("heading")).toContainText("last 61 requests");
  await share.getByRole("button", { name: "Show as a table" }).click();
  const rows = share.getByRole("row").filter({ has: page.getByRole("cell") });
  await expect(rows).toHaveCount(3);
  const counts = await Promise.all((await rows.all()).map(async (row) => Number(await row.getByRole("cell").nth(1).textContent())));
  expect(counts.reduce((sum, one) => sum + one, 0)).toBe(61);
  for (const count of counts) expect(count).toBeGreaterThan(5);
  for (const row of await rows.all()) await expect(row).toContainText("33.3%");
});

test("a Pod that is made unready gets no new requests, and its switch says so", async ({ page }) => {
  await open(page);
  const share = page.getByRole("region", { name: "Share per endpoint" });
  const one = share.getByRole("switch").first();
  const name = ((await one.getAttribute("aria-label")) ?? "").replace(/ ready$/, "");
  await one.click();
  await expect(share.getByRole("switch", { name: `${name} ready` })).not.toBeChecked();
  await expect(topology(page).getByRole("treeitem", { name: /^Service web,.* 2 of 3 endpoints ready$/ })).toBeAttached();
  await send(page, "http://web", 60);
  await ending(page);
  await share.getByRole("button", { name: "Show as a table" }).click();
  const row = share.getByRole("row", { name: new RegExp(name) });
  // Only the request from before the change may have met it.
  expect(Number(await row.getByRole("cell").nth(1).textContent())).toBeLessThanOrEqual(1);
  await expect(caption(page)).not.toContainText(name);
});
