/** Names on the page: what was asked, what it cost, what DNS knows of a Service, what a Pod would be told. */
import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import {
  caption,
  ending,
  hops,
  inspector,
  open,
  pastDiagnosis,
  picture,
  requestNumber,
  scrubber,
  send,
  settled,
  topology,
} from "./story.ts";

async function dnsTab(page: Page): Promise<Locator> {
  await inspector(page).getByRole("tab", { name: "DNS" }).click();
  return inspector(page).getByRole("tabpanel");
}

const names = (page: Page): Locator => page.getByRole("list", { name: "Names asked for" }).locator("> li");

test("the search question by question, its cost, and a way to ask less", async ({ page }) => {
  await open(page);
  await send(page, "http://web.default.svc.cluster.local");
  const tab = await dnsTab(page);
  await expect(tab.getByRole("group", { name: "resolv.conf" })).toContainText("options ndots:5");
  await expect(tab).toContainText("curlimages/curl:8.11.1 has musl");
  await expect(names(page)).toHaveCount(4);
  await expect(names(page).nth(0)).toContainText("no such name");
  await expect(names(page).nth(3)).toContainText("found");
  const cost = tab.getByRole("region", { name: "Cost of the look-up" });
  await expect(cost).toContainText(/^8 questions, 16 packets, \d\.\d+ ms; 6 before the name that was found/);
  await expect(cost).toContainText("A trailing dot would save 6 questions.");
  await expect(cost).toContainText("web would save 6 questions.");
  await cost.getByRole("button", { name: "Ask for web.default.svc.cluster.local." }).click();
  await expect.poll(() => requestNumber(page)).toBe(3);
  await settled(page);
  await expect(cost).toContainText(/^2 questions, 4 packets/);
});

test("a question opens to its rewrite, its message and its octets, and shows on the canvas", async ({ page }) => {
  await open(page);
  await send(page, "http://web.default");
  const tab = await dnsTab(page);
  const found = names(page).filter({ hasText: "found" });
  await found.getByRole("button", { name: /^A \d/ }).click();
  await expect(found.getByText("10.96.0.10:53", { exact: true })).toBeVisible();
  await expect(tab).toContainText("from its list of Services and EndpointSlices, not from a cache");
  // The canvas tells the look-up question by question now, and stands at this one.
  await expect(caption(page)).toContainText("for the IPv4 address of web.default.svc.cluster.local");
  await expect(found.getByRole("list", { name: /^Flags: answer, authoritative, recursion desired, NOERROR$/ })).toBeVisible();
  await found.getByRole("radio", { name: "Question" }).click();
  await expect(found.getByRole("list", { name: "Flags: recursion desired" })).toBeVisible();
  await found.getByText(/^\d+ octets, field by field$/).click();
  // Arrows go from field to field; the octets of the field are lit.
  const first = found.getByRole("button", { name: /^Header ID 0x[0-9a-f]{4} octets 0 to 1$/ });
  await first.focus();
  await expect(found.locator(".hex .on")).toHaveCount(2);
  await page.keyboard.press("ArrowDown");
  await expect(found.getByRole("button", { name: "Flags QUERY rd NOERROR octets 2 to 3" })).toBeFocused();
  await page.keyboard.press("End");
  await expect(found.getByRole("button", { name: /^Class IN octets/ })).toBeFocused();
  await expectNoAxeViolation(page);
  await found.getByRole("button", { name: "Show among the hops" }).click();
  const here = hops(page).filter({ has: page.getByRole("button", { name: /Ask for web\.default\.svc\.cluster\.local A: \d/ }) });
  await expect(here).toHaveAttribute("aria-current", "step");
});

test("the look-up unfolds in the hop list and folds again, and the story stays where it was", async ({ page }) => {
  await open(page);
  await send(page, "http://web.default");
  await scrubber(page).press("Home");
  const all = await hops(page).count();
  await expect(hops(page).first()).toContainText("asked 4 times");
  await inspector(page).getByRole("button", { name: "Show its 4 questions one by one" }).click();
  await expect(hops(page)).toHaveCount(all + 3);
  await expect(scrubber(page)).toHaveAttribute("aria-valuenow", "0");
  await expect(
    hops(page)
      .nth(2)
      .getByRole("button", { name: /Ask for web\.default\.svc\.cluster\.local/ }),
  ).toBeVisible();
  await expect(picture(page)).toBeVisible();
  await inspector(page).getByRole("button", { name: "Fold the questions into one hop" }).click();
  await expect(hops(page)).toHaveCount(all);
  expect(await ending(page)).toMatch(/^Delivered to web-/);
});

test("a name that nobody knows: how it failed, and what the client and nslookup print", async ({ page }) => {
  await open(page);
  await send(page, "http://wbe");
  await ending(page);
  await pastDiagnosis(page);
  await expect(hops(page).first()).toContainText("None of these names exists.");
  await expect(hops(page).first()).toContainText("curl: (6) Could not resolve host: wbe");
  const tab = await dnsTab(page);
  const failed = tab.getByRole("region", { name: "How the look-up failed" });
  await expect(failed).toContainText("NXDOMAIN");
  await expect(failed).toContainText("curl: (6) Could not resolve host: wbe");
  const ask = tab.getByRole("region", { name: "Look up a name" });
  await ask.getByRole("textbox", { name: "Name or address" }).fill("wbe");
  await page.keyboard.press("Enter");
  await expect(ask.getByLabel("Output of nslookup wbe")).toContainText("** server can't find wbe");
});

test("CoreDNS keeps denials of outside names, each replica by itself, and no names of the cluster", async ({ page }) => {
  await open(page);
  await send(page, "http://wbe");
  const tab = await dnsTab(page);
  await tab.getByText("2 replicas, 2 answers cached").click();
  await expect(tab).toContainText("disable success cluster.local and disable denial cluster.local");
  const caches = tab.getByRole("region", { name: /^Cache of coredns-/ });
  await expect(caches).toHaveCount(2);
  await expect(caches.filter({ hasText: "Its cache is empty." })).toHaveCount(1);
  await expect(caches.getByRole("row", { name: /^wbe A NXDOMAIN \d+ s \d+ s left$/ })).toHaveCount(1);
  await expectNoAxeViolation(page);
});

test("any name from any Pod, as nslookup and as dig print it, from the Pod's own menu", async ({ page }) => {
  await open(page);
  const pod = topology(page).getByRole("treeitem", { name: /^Pod debug,/ });
  await pod.focus();
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Look up a name" }).click();
  const ask = inspector(page).getByRole("region", { name: "Look up a name" });
  await expect(ask.getByRole("textbox", { name: "Name or address" })).toBeFocused();
  await page.keyboard.type("_http._tcp.web.default.svc.cluster.local");
  await ask.getByRole("radio", { name: "dig" }).click();
  await ask.getByRole("combobox", { name: "Type" }).selectOption("SRV");
  await ask.getByRole("button", { name: "Look up" }).click();
  await expect(ask.getByLabel(/^Output of dig/)).toContainText("0 100 80 web.default.svc.cluster.local.");
  // Nothing was sent.
  expect(await requestNumber(page)).toBe(1);
  await ask.getByRole("textbox", { name: "Name or address" }).fill("two words");
  await ask.getByRole("button", { name: "Look up" }).click();
  await expect(ask.getByRole("alert")).toContainText("cannot be asked for");
});

test("the records of a Service on its page, what is not there, and the zone text to take along", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  const share = page.getByRole("region", { name: "Share per endpoint" });
  await share.getByRole("switch").first().click();
  await expect(topology(page).getByRole("treeitem", { name: /^Service web,.* 2 of 3 endpoints ready$/ })).toBeAttached();
  await topology(page)
    .getByRole("treeitem", { name: /^Service web,/ })
    .focus();
  await page.keyboard.press("Enter");
  const records = inspector(page).getByRole("region", { name: "Records in DNS" });
  await expect(records).toContainText("_http._tcp.web.default.svc.cluster.local.");
  await expect(records.getByText(/because Pod web-\S+ is not ready\.$/)).toBeVisible();
  await records.getByRole("button", { name: "Copy as zone text" }).click();
  await expect(page.getByText("Records copied as zone text.")).toBeVisible();
  const zone = await page.evaluate(() => navigator.clipboard.readText());
  expect(zone).toMatch(/^web\.default\.svc\.cluster\.local\. 30 IN A 10\./);
  expect(zone).toMatch(/^; \S+\.web\.default\.svc\.cluster\.local\. is not there because Pod web-\S+ is not ready$/m);
  await expectNoAxeViolation(page);
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test("the DNS tab with everything open", async ({ page }) => {
      await open(page);
      await send(page, "http://wbe");
      const tab = await dnsTab(page);
      await names(page).first().getByRole("button").first().click();
      await tab.getByText(/^\d+ octets, field by field$/).click();
      await tab.getByText(/^\d replicas/).click();
      const ask = tab.getByRole("region", { name: "Look up a name" });
      await ask.getByRole("textbox", { name: "Name or address" }).fill("web");
      await page.keyboard.press("Enter");
      await expect(ask.getByLabel("Output of nslookup web")).toBeVisible();
      await expectNoAxeViolation(page);
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  test("the DNS tab and its field fit", async ({ page }) => {
    await page.goto("./");
    await expect(page.getByRole("region", { name: "Hop" })).toContainText(/\d of 8/, { timeout: 15_000 });
    await page.getByRole("button", { name: "Pause", exact: true }).tap();
    await page.getByRole("button", { name: "Inspector", exact: true }).tap();
    await page.getByRole("tab", { name: "DNS" }).tap();
    await page.getByRole("list", { name: "Names asked for" }).locator(".qrow").first().tap();
    await expect(page.getByRole("list", { name: /^Flags: answer/ })).toBeVisible();
    const ask = page.getByRole("region", { name: "Look up a name" });
    await ask.getByRole("textbox", { name: "Name or address" }).fill("web");
    await ask.getByRole("button", { name: "Look up" }).tap();
    await expect(ask.getByLabel("Output of nslookup web")).toContainText("web.default.svc.cluster.local");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await expectNoAxeViolation(page);
  });
});
