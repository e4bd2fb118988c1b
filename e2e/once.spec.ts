/** After one play a person can say which address was rewritten, to which, where and by whom: each layout shows the words and the numbers. */
import { expect, test, type Page } from "./fixtures.ts";
import { addresses, caption, ending, hops, inspector, open, openScenario, picture, toStart } from "./story.ts";

const BOTH =
  /^Delivered to web-\w{5} in .*\. node-2 replaced two addresses, as kube-proxy's rules say: the address of node-2, port 30080, /;

test("two rewrites: at the end the sentence names both, the header and the hop show the numbers, and the picture never moved", async ({
  page,
}) => {
  await open(page);
  await openScenario(page, "NodePort");
  await toStart(page);
  const sizes = new Set<string>();
  const look = async (): Promise<void> => {
    const box = await picture(page).boundingBox();
    sizes.add(`${box?.width} ${box?.height}`);
  };
  const count = await hops(page).count();
  for (let hop = 1; hop <= count; hop++) {
    await page.getByRole("button", { name: "Next hop" }).click();
    await expect(page.locator("[aria-live=polite]").filter({ hasText: `Hop ${hop}. ` })).toBeAttached();
    await look();
  }
  expect(await ending(page)).toMatch(BOTH);
  await look();
  expect([...sizes]).toHaveLength(1);
  await expect(addresses(page)).toContainText(/192\.168\.10\.12:30080node-2, was web-\w{5}203\.0\.113\.24:\d+client, was node-2/);
  await expect(inspector(page).getByText("Header, before and after DNAT and SNAT")).toBeVisible();
  await expect(inspector(page).getByText("Conntrack entry created: node-2 remembers")).toBeVisible();
  await inspector(page).getByRole("button", { name: "Read it in words" }).click();
  const words = page.getByRole("dialog").getByRole("definition");
  await expect(words).toHaveCount(8);
  await expect(page.getByRole("dialog")).toContainText("masqueradeThe source is replaced");
});

test("no rewrite: a headless Service, and a refusal, say so", async ({ page }) => {
  await open(page);
  for (const title of ["Headless", "Selector typo"]) {
    await openScenario(page, title);
    expect(await ending(page)).toMatch(/No address of the request was rewritten\.$/);
  }
  await expect(caption(page)).toHaveText(/^Refused at node-1: web has no endpoints\./);
});

/** The card below the picture, with all of its lines in sight. */
async function expectCardWhole(page: Page): Promise<void> {
  const card = page.getByRole("region", { name: "Hop" });
  const whole = await card.evaluate((element) => element.scrollHeight <= element.clientHeight);
  expect(whole, await card.innerText()).toBe(true);
}

test("in a frame of a phone's width the card shows both addresses once they have changed, and again at the end", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 640 });
  await page.goto("./embed.html#scenario=nodeport&autoplay=0");
  const next = page.getByRole("button", { name: "Next hop" });
  await expect(next).toBeEnabled({ timeout: 15_000 });
  const card = page.getByRole("region", { name: "Hop" });
  await next.click();
  await expect(card).toContainText("Reach node-2");
  await expect(card.locator(".hl")).toHaveCount(0);
  await next.click();
  await expect(card).toContainText("node-2 replaces two addresses, as kube-proxy's rules say");
  await expect(card.locator(".hl")).toHaveText([/^10\.244\.2\.\d+:80$/, /^10\.244\.2\.1:\d+$/]);
  await expectCardWhole(page);
  for (let hop = 3; hop <= 6; hop++) await next.click();
  await expect(card).toContainText(/node-2 replaced two addresses/);
  await expect(card.locator(".was")).toHaveText([/^192\.168\.10\.12:30080$/, /^203\.0\.113\.24:\d+$/]);
  await expectCardWhole(page);
});
