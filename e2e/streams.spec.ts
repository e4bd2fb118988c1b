/** Many requests at once as streams, their shares, and how closely one of them is told. */
import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import { caption, ending, goToHop, hops, inspector, open, openTab, scrubber, send, toStart, topology } from "./story.ts";

const detail = (page: Page, name: string): Locator =>
  inspector(page).getByRole("radiogroup", { name: "Detail" }).getByRole("radio", { name, exact: true });

/** Count and whole percent of each endpoint, as the panel under the picture shows them. */
async function shares(page: Page): Promise<readonly { readonly name: string; readonly percent: number; readonly count: number }[]> {
  const rows = page.getByRole("region", { name: "Share per endpoint" }).locator(".brow");
  return Promise.all(
    (await rows.all()).map(async (row) => ({
      name: (await row.locator("span.clip").textContent()) ?? "",
      percent: Number.parseInt((await row.locator(".num").first().textContent()) ?? "", 10),
      count: Number(await row.locator(".num").last().textContent()),
    })),
  );
}

test("two hundred requests run as a stream; the shares add up, and are those of the odds beside them", async ({ page }) => {
  await open(page);
  await page.getByRole("combobox", { name: "How many requests" }).selectOption("200");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  // So many take a slow machine some time.
  await expect(inspector(page).getByRole("heading", { level: 2, name: "Request 201", exact: true })).toBeVisible({ timeout: 45_000 });
  await toStart(page);
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(caption(page)).toHaveText("200 requests on their way. The last one is told hop by hop.");
  // While they run the counts go up, and never beyond what was sent.
  await expect.poll(async () => (await shares(page)).reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(20);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  const between = await shares(page);
  expect(between.reduce((sum, { percent }) => sum + percent, 0)).toBe(100);
  expect(between.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(201);
  const summary = await ending(page);
  const own = [...summary.matchAll(/(web-\w{5})(?: answered)? (\d+)/g)].map((found) => Number(found[2]));
  expect(own.reduce((sum, one) => sum + one, 0)).toBe(200);
  const all = await shares(page);
  expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(201);
  expect(all.reduce((sum, { percent }) => sum + percent, 0)).toBe(100);
  // The inspector's exact odds: a third each.
  const odds = await openTab(page, "Odds");
  for (const { name } of all) await expect(odds).toContainText(name);
  await expect(odds).toContainText("33.3%");
});

test("one request is told in three stops, by its connection, or packet by packet, and stays where it was", async ({ page }) => {
  await open(page);
  await expect(detail(page, "Connection")).toBeChecked();
  const usual = await hops(page).count();
  const length = async (): Promise<number> => Number(await scrubber(page).getAttribute("aria-valuemax"));
  const connection = await length();

  await detail(page, "Request").click();
  await expect(hops(page)).toHaveCount(3);
  await expect(hops(page).nth(1)).toContainText("Rewrite the destination");
  await expect(hops(page).nth(2)).toContainText("answers");
  expect(await length()).toBeLessThan(connection / 2);
  expect(await ending(page)).toMatch(/^Delivered to web-/);

  await detail(page, "Packet").click();
  await expect(hops(page).filter({ hasText: "SYN-ACK: accept it" })).toHaveCount(1);
  expect(await hops(page).count()).toBeGreaterThan(usual + 5);
  await expect(hops(page).filter({ hasText: "FIN: close" })).toHaveCount(2);
  await goToHop(page, /Request: GET \/ HTTP\/1\.1/);
  await expect(caption(page)).toContainText("knows the connection and asks no rule");
  await expectNoAxeViolation(page, ".insp");
});

test("the detail is chosen by arrow keys and stands in the link", async ({ page, context }) => {
  await open(page);
  await detail(page, "Connection").focus();
  await page.keyboard.press("ArrowRight");
  await expect(detail(page, "Packet")).toBeChecked();
  await expect(hops(page).filter({ hasText: "SYN-ACK: accept it" })).toHaveCount(1);
  await page.getByRole("button", { name: "Share" }).click();
  const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
  const other = await context.newPage();
  await other.goto(link.replace(/^[^#]*/, "./"));
  await expect(detail(other, "Packet")).toBeChecked();
  await expect(hops(other).filter({ hasText: "SYN-ACK: accept it" })).toHaveCount(1);
});

test("a request that is refused is in trouble at every level, with its octagon's word", async ({ page }) => {
  await open(page);
  await send(page, "http://web:8080");
  for (const level of ["Request", "Packet", "Connection"]) {
    // What went wrong may have opened its own tab.
    await inspector(page).getByRole("tab", { name: "Hops" }).click();
    await detail(page, level).click();
    await expect(detail(page, level)).toBeChecked();
    const sentence = await ending(page);
    expect(sentence, level).toMatch(/^Lost: no route leads there/);
    await inspector(page).getByRole("tab", { name: "Hops" }).click();
    await expect(
      hops(page)
        .filter({ hasText: /Lose the packet/ })
        .first(),
      level,
    ).toBeVisible();
  }
  await expect(topology(page)).toHaveAttribute("aria-busy", "false");
});

test.describe("with reduced motion", () => {
  test("every level is still pictures, one for each of its stops", async ({ page }) => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await open(page);
    for (const level of ["Request", "Packet"]) {
      await detail(page, level).click();
      await expect(detail(page, level)).toBeChecked();
      await toStart(page);
      await expect(scrubber(page)).toHaveAttribute("aria-valuemax", String((await hops(page).count()) * 1520));
    }
  });
});
