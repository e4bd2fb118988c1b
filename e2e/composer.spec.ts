import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import { destination, ending, hops, inspector, onShow, open, openScenario, topology } from "./story.ts";

const composer = (page: Page): Locator => page.getByRole("dialog", { name: "Compose a request" });
const field = (page: Page, role: "spinbutton" | "combobox" | "textbox", name: string): Locator =>
  composer(page).getByRole(role, { name, exact: true });
const choose = (page: Page, group: string, name: string): Promise<void> =>
  composer(page).getByRole("radiogroup", { name: group, exact: true }).getByRole("radio", { name, exact: true }).click();
const sentence = (page: Page): Locator => composer(page).locator(".csentence");
const sendButton = (page: Page): Locator => page.getByRole("button", { name: "Send", exact: true }).first();
const senders = (page: Page): Locator => composer(page).getByRole("region", { name: "Senders" });

async function compose(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Compose/ }).click();
  await expect(composer(page)).toBeVisible();
}

test("the composer opens and closes by keyboard, says in one sentence what will be sent, and Enter in it sends", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: /^Compose/ }).focus();
  await page.keyboard.press("Enter");
  await expect(field(page, "combobox", "Sender")).toBeFocused();
  await expect(sentence(page)).toHaveText("debug sends 1 request to http://web.");
  await expectNoAxeViolation(page, ".compose");
  await field(page, "spinbutton", "Number of requests").fill("3");
  await choose(page, "Pace", "At a rate");
  await field(page, "spinbutton", "Requests a second").fill("4");
  await choose(page, "Connection", "Kept");
  await expect(sentence(page)).toHaveText("debug sends 3 requests to http://web, 4 a second, all on one connection.");
  await field(page, "spinbutton", "Number of requests").press("Enter");
  await onShow(page, 4);
  await page.keyboard.press("Escape");
  await expect(composer(page)).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^Compose/ })).toBeFocused();
  expect(await ending(page)).toMatch(/^Delivered to web-/);
});

test("a method is in the request packet, and the server answers it as its image does", async ({ page }) => {
  await open(page);
  await compose(page);
  await field(page, "combobox", "Method").selectOption("POST");
  await expect(sentence(page)).toHaveText("debug sends 1 POST request to http://web.");
  await sendButton(page).click();
  await onShow(page, 2);
  await page.keyboard.press("Escape");
  await ending(page);
  await expect(hops(page).last()).toContainText("HTTP/1.1 405 Not Allowed");
  await inspector(page).getByRole("radio", { name: "Packet", exact: true }).click();
  await expect(hops(page).filter({ hasText: "Request: POST / HTTP/1.1" })).toHaveCount(1);
  await expect(hops(page).filter({ hasText: "Response: HTTP/1.1 405 Not Allowed" })).toHaveCount(1);
});

test("a destination is offered from the cluster, its protocol is chosen, and only HTTP has methods", async ({ page }) => {
  await open(page);
  await compose(page);
  const offered = await composer(page)
    .locator("datalist option")
    .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
  expect(offered).toContain("http://web");
  expect(offered.some((to) => /^http:\/\/10\.\d+\.\d+\.\d+$/.test(to))).toBe(true);
  await choose(page, "Protocol", "udp");
  await expect(destination(page)).toHaveValue("udp://web");
  await expect(field(page, "combobox", "Method")).toBeDisabled();
});

test("twenty client addresses take turns, and with ClientIP affinity each keeps its Pod", async ({ page }) => {
  await open(page);
  await openScenario(page, "NodePort");
  await page
    .getByRole("radiogroup", { name: /sessionAffinity/ })
    .getByRole("radio", { name: "ClientIP" })
    .click();
  await expect(topology(page)).toHaveAttribute("aria-busy", "false");
  await compose(page);
  await choose(page, "Clients", "Several addresses");
  await field(page, "spinbutton", "Client addresses").fill("20");
  await field(page, "spinbutton", "Number of requests").fill("60");
  await expect(sentence(page)).toContainText("198.51.100.1 and 19 others send in turn 60 requests");
  await sendButton(page).click();
  await onShow(page, 61);
  await page.keyboard.press("Escape");
  await ending(page);
  // The last of them is the twentieth client's third.
  await expect(inspector(page).locator(".addr").first()).toContainText("198.51.100.20");
  const share = page.getByRole("region", { name: "Share per endpoint" });
  await share.getByRole("button", { name: "Show as a table" }).click();
  const rows = share.getByRole("row").filter({ has: page.getByRole("cell") });
  const counts = await Promise.all((await rows.all()).map(async (row) => Number(await row.getByRole("cell").nth(1).textContent())));
  // Each client sends three times, always to its own Pod.
  expect(counts.reduce((sum, one) => sum + one, 0)).toBeGreaterThanOrEqual(60);
  expect(counts.filter((one) => one > 0).length).toBeGreaterThan(1);
});

test("a sender with a name is sent again with one press, renamed, deleted, and stands in the link", async ({ page, context }) => {
  await open(page);
  await compose(page);
  await field(page, "spinbutton", "Number of requests").fill("2");
  await field(page, "textbox", "Name of this sender").fill("a pair");
  await composer(page).getByRole("button", { name: "Keep this sender" }).click();
  await expect(senders(page).getByRole("listitem")).toContainText(["a pair"]);
  await field(page, "spinbutton", "Number of requests").fill("1");
  await senders(page).getByRole("button", { name: "Send a pair again" }).click();
  await onShow(page, 3);
  await expect(page.getByRole("combobox", { name: "How many requests" })).toHaveValue("2");
  // The same name is refused beside the field.
  await field(page, "textbox", "Name of this sender").fill("a pair");
  await composer(page).getByRole("button", { name: "Keep this sender" }).click();
  await expect(composer(page).getByRole("alert")).toHaveText("There is a sender a pair already.");
  await senders(page).getByRole("button", { name: "More of a pair" }).click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await senders(page).getByRole("textbox", { name: "New name of a pair" }).fill("two");
  await page.keyboard.press("Enter");
  await expect(senders(page).getByRole("button", { name: "Send two again" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Share" }).click();
  // It is packed before it stands there: read too soon it was empty, and another workspace opened.
  await expect(page.getByRole("textbox", { name: "Link" })).toHaveValue(/#./);
  const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
  const other = await context.newPage();
  await other.goto(link.replace(/^[^#]*/, "./"));
  await compose(other);
  await expect(senders(other).getByRole("button", { name: "Send two again" })).toBeVisible();
  await senders(other).getByRole("button", { name: "More of two" }).click();
  await other.getByRole("menuitem", { name: "Delete" }).click();
  await expect(senders(other)).toHaveCount(0);
});

test("several senders side by side: each is switched, has its rate, what is observed and its shares; all stop at once", async ({
  page,
}) => {
  await open(page);
  await compose(page);
  await choose(page, "Pace", "Until stopped");
  await field(page, "textbox", "Name of this sender").fill("calm");
  await composer(page).getByRole("button", { name: "Keep this sender" }).click();
  await field(page, "combobox", "To").fill("http://nowhere");
  await field(page, "textbox", "Name of this sender").fill("lost");
  await composer(page).getByRole("button", { name: "Keep this sender" }).click();
  await senders(page).getByRole("switch", { name: "calm sends" }).click();
  await senders(page).getByRole("switch", { name: "lost sends" }).click();
  const row = (name: string): Locator =>
    senders(page)
      .locator("ul > li")
      .filter({ has: page.getByRole("switch", { name: `${name} sends` }) });
  await expect(row("calm")).toContainText(/\d a second observed/);
  await expect.poll(async () => Number(/(\d+) lost/.exec((await row("lost").textContent()) ?? "")?.[1] ?? 0)).toBeGreaterThan(3);
  await expect(row("calm")).toContainText("0 lost");
  // Shares of the one that is answered add up.
  const parts = row("calm").getByRole("list", { name: "Shares of calm" }).getByRole("listitem");
  await expect(parts).toHaveCount(3);
  const shares = (await parts.allTextContents()).map((text) => Number(/(\d+)%$/.exec(text)?.[1] ?? 0));
  expect(shares.reduce((sum, one) => sum + one, 0)).toBe(100);
  const slider = senders(page).getByRole("slider", { name: "Requests a second of calm" });
  await slider.focus();
  for (let i = 0; i < 10; i++) await page.keyboard.press("ArrowRight");
  await expect(row("calm")).toContainText("20 a second");
  await senders(page).getByRole("switch", { name: "lost sends" }).click();
  await expect(senders(page).getByRole("switch", { name: "lost sends" })).not.toBeChecked();
  await expect(senders(page).getByRole("switch", { name: "calm sends" })).toBeChecked();
  await expectNoAxeViolation(page, ".compose");
  await senders(page).getByRole("button", { name: "Stop all" }).click();
  await expect(senders(page).getByRole("switch", { name: "calm sends" })).not.toBeChecked();
  await page.keyboard.press("Escape");
  await expect(topology(page)).toHaveAttribute("aria-busy", "false");
});

const LOAD = `
apiVersion: v1
kind: Pod
metadata:
  name: load
  annotations: { kubehop.dev/traffic: "http://web 5/s" }
spec: { containers: [{ name: curl, image: curlimages/curl, command: [sleep, infinity] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: server, labels: { app: web } }
spec: { containers: [{ name: nginx, image: "nginx:1.27" }] }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;

test("a sender that a Pod declares is listed, is switched on, and is silenced by itself", async ({ page }) => {
  await page.addInitScript((text) => {
    const request = { from: null, to: "http://web", count: 1 };
    localStorage.setItem("kubehop.workspace", JSON.stringify({ files: [{ name: "load.yaml", text }], seed: 1, request, actions: [] }));
  }, LOAD);
  await page.goto("./");
  await expect(topology(page).getByRole("treeitem", { name: /^Pod load/ })).toBeAttached();
  await compose(page);
  const declared = senders(page).getByRole("switch", { name: "load sends" });
  await expect(declared).not.toBeChecked();
  await declared.click();
  await expect(declared).toBeChecked();
  await expect(senders(page)).toContainText(/[1-9]\d* sent/);
  await page.keyboard.press("Escape");
  const beside = inspector(page).getByRole("region", { name: "Senders" });
  await expect(beside).toContainText("http://web by its annotation");
  await beside.getByRole("switch", { name: "load sends" }).click();
  await expect(page.getByRole("button", { name: "Send", exact: true }).first()).toBeVisible();
});
