/** Everything leads to its place: in the manifests, on the canvas, among the rules; and is marked where it appears. */
import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import {
  addresses,
  editorLoaded,
  ending,
  goToHop,
  inspector,
  manifests,
  open,
  openScenario,
  openTab,
  send,
  settled,
  topology,
} from "./story.ts";

const zoom = (page: Page): Locator => topology(page).getByRole("group", { name: "Zoom" });
const onLine = (page: Page, text: string): Locator => manifests(page).locator(".view-line").filter({ hasText: text }).first();
/** Marked: a line of ink around it. */
const expectMarked = (locator: Locator, marked = true): Promise<void> =>
  expect(locator).toHaveCSS("outline-style", marked ? "solid" : "none");

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("rows of Conntrack, DNS and EndpointSlice lead to the manifests and to the canvas", async ({ page }) => {
      await open(page);
      await editorLoaded(page);
      await ending(page);
      await expect(zoom(page)).toContainText("100%");

      const conntrack = await openTab(page, "Conntrack");
      await expectNoAxeViolation(page, "aside");
      const connection = conntrack
        .getByRole("region", { name: "Conntrack of node-1" })
        .getByRole("button", { name: /^Connection of .*:80: show/ });
      await connection
        .filter({ has: page.locator("[title='Show in manifests']") })
        .or(connection.nth(0))
        .first()
        .click();
      await expect(onLine(page, "kind: Service")).toBeInViewport();
      await connection.nth(1).click();
      await expect(zoom(page)).not.toContainText("100%");
      await expect(inspector(page).getByRole("heading", { name: /^Pod web-/ })).toBeVisible();
      await topology(page).getByRole("button", { name: "Fit", exact: false }).first().click();

      const slices = await openTab(page, "EndpointSlice");
      await expectNoAxeViolation(page, "aside");
      await slices.getByRole("button", { name: /^EndpointSlice web-\w+: show in manifests$/ }).click();
      await expect(onLine(page, "kind: Service")).toBeInViewport();
      const row = slices.getByRole("row").nth(1);
      const pod = (await row.getByRole("button").first().textContent()) ?? "";
      await row.getByRole("button").first().click();
      await expect(inspector(page).getByRole("heading", { name: new RegExp(`^Pod .*${pod.slice(-5)}$`) })).toBeVisible();
      await row.getByRole("button", { name: /: show in manifests$/ }).click();
      await expect(onLine(page, "template:")).toBeInViewport();

      const dns = await openTab(page, "DNS");
      await dns.locator("summary").filter({ hasText: "CoreDNS" }).click();
      await expectNoAxeViolation(page, "aside");
      await dns.getByRole("button", { name: "web.default.svc.cluster.local: show on canvas" }).click();
      await expect(inspector(page).getByRole("heading", { name: "Service web", exact: true })).toBeVisible();
      await expect(dns.getByRole("button", { name: /^Pod coredns-.*: show on canvas$/ })).toHaveCount(2);
    });
  });
}

test("a policy on a Pod's page leads to its bar, on every Pod that it selects", async ({ page }) => {
  await open(page);
  await openScenario(page, "Network policy");
  await page
    .getByRole("treeitem", { name: /^Pod web-/ })
    .first()
    .focus();
  await page.keyboard.press("Enter");
  const title = await inspector(page)
    .getByRole("heading", { name: /^Pod web-/ })
    .textContent();
  const before = await zoom(page).textContent();
  await inspector(page).getByRole("button", { name: "NetworkPolicy web: show on canvas" }).click();
  await expect(zoom(page)).not.toHaveText(before ?? "");
  await expect(inspector(page).getByRole("heading", { name: title ?? "" })).toBeVisible();
});

test("names asked for, their answers and who gave them are marked with what they are", async ({ page }) => {
  await open(page);
  await ending(page);
  const dns = await openTab(page, "DNS");
  const answer = dns.locator(".qrow .an").first().locator("[data-names^='address:']");
  await answer.hover();
  await expectMarked(addresses(page).locator(`[data-names="${await answer.getAttribute("data-names")}"]`));
  await page.mouse.move(720, 5);
  await dns.locator(".res [data-names^='address:']").hover();
  await expectMarked(answer, false);
  await dns.locator("summary").filter({ hasText: "CoreDNS" }).click();
  await dns
    .getByRole("button", { name: /^Pod coredns-\S+$/ })
    .first()
    .hover();
  await expectMarked(dns.locator(".dservers section").first());
});

test("a mark of a lane is marked with what it is about: its hop, its node's gate", async ({ page }) => {
  await open(page);
  await ending(page);
  await page.getByRole("button", { name: "More lanes" }).click();
  const lane = page.getByRole("region", { name: "More lanes" }).getByRole("group", { name: /^Rules of node-1:/ });
  const mark = lane.getByRole("button").last();
  await expect(mark).toHaveAttribute("data-names", /^gate:node-1/);
  await mark.hover();
  await expectMarked(lane.locator(".elname"));
  await page.mouse.move(720, 5);
  await expectMarked(lane.locator(".elname"), false);
  const packets = page.getByRole("region", { name: "More lanes" }).getByRole("group", { name: /^Packets:/ });
  await expect(packets.getByRole("button").first()).toHaveAttribute("data-names", /hop:1/);
});

const DUAL = `apiVersion: kind.x-k8s.io/v1alpha4
kind: Cluster
nodes: [{ role: control-plane }, { role: worker }, { role: worker }]
networking: { ipFamily: dual }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  clusterIP: 10.96.0.80
  clusterIPs: [10.96.0.80, "fd00:10:96::80"]
  ipFamilyPolicy: RequireDualStack
  ipFamilies: [IPv4, IPv6]
  selector: { app: web }
  ports: [{ port: 80 }]
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: nginx, image: nginx }] }
---
apiVersion: v1
kind: Pod
metadata: { name: debug }
spec: { containers: [{ name: curl, image: "curlimages/curl:8.11.1", command: [sleep, infinity] }] }
`;

test("a hop over IPv6 lands on its ip6tables rule; the switch shows the other family's", async ({ page }) => {
  await page.addInitScript((text) => {
    const request = { from: "default/debug", to: "http://10.96.0.80", count: 1 };
    localStorage.setItem("kubehop.workspace", JSON.stringify({ files: [{ name: "dual.yaml", text }], seed: 1, request, actions: [] }));
  }, DUAL);
  await page.goto("./");
  await expect(
    topology(page)
      .getByRole("treeitem", { name: /^Pod web-/ })
      .first(),
  ).toBeAttached();
  await expect(topology(page)).toHaveAttribute("aria-busy", "false");
  await send(page, "http://[fd00:10:96::80]");
  await ending(page);
  await goToHop(page, "Rewrite the destination");
  const card = inspector(page).locator(".hop[aria-current=step] .card");
  // the place among the rules that choose is known: the rules that were asked are those of its family
  await expect(card).toContainText(/Matched, rule [12] of 2/);
  await inspector(page)
    .getByRole("button", { name: /^Hop \d+: show its rule$/ })
    .first()
    .click();
  const rules = inspector(page).getByRole("tabpanel", { name: "Rules" });
  await expect(rules.locator(".rl.nat")).toBeFocused();
  await expect(rules.locator(".rl.nat")).toContainText(/--to-destination \[fd00:10:244:\S*\]:80/);
  const family = rules.getByRole("radiogroup", { name: "Address family" });
  await expect(family.getByRole("radio", { name: "IPv6" })).toBeChecked();
  await expectNoAxeViolation(page, "aside");

  await family.getByRole("radio", { name: "IPv4" }).click();
  await expect(rules.locator(".rl.nat")).toHaveCount(0);
  await expect(rules).toContainText("-d 10.96.0.80/32");
  await expect(rules).not.toContainText("fd00:");
  await page.keyboard.press("ArrowRight");
  await expect(family.getByRole("radio", { name: "IPv6" })).toBeChecked();
  await expect(rules.locator(".rl.nat")).toHaveCount(1);

  // a request over IPv4 asks the other table
  await send(page, "http://10.96.0.80");
  await settled(page);
  await ending(page);
  await openTab(page, "Hops");
  await inspector(page)
    .getByRole("button", { name: /^Hop \d+: show its rule$/ })
    .first()
    .click();
  await expect(family.getByRole("radio", { name: "IPv4" })).toBeChecked();
  await expect(rules.locator(".rl.nat")).toContainText(/--to-destination 10\.244\.\S+:80/);
});

test("a Pod's page has its server's log: through a node port it saw a node's address, not the client's", async ({ page }) => {
  await open(page);
  await openScenario(page, "NodePort");
  await ending(page);
  await goToHop(page, /^Hop \d+\. Arrive at /);
  const arrives = await inspector(page).locator(".hop[aria-current=step] .ht").textContent();
  const pod = /Arrive at (\S+?),/.exec(arrives ?? "")?.[1]?.slice(-5) ?? "";
  const slices = await openTab(page, "EndpointSlice");
  await slices.getByRole("button", { name: `web-${pod}`, exact: true }).click();
  const log = inspector(page).getByRole("region", { name: "Server log" });
  await expect(log).toContainText(/(10\.244\.\d+\.1|192\.168\.10\.\d+) "GET \/ HTTP\/1\.1" 200/);
  await expect(log).toContainText(/That is node-\d: it was sent by 203\.0\.113\.24, and masqueraded on the way\./);
  await expectNoAxeViolation(page, "aside");
});
