import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import { inspector, open, openScenario, topology } from "./story.ts";

const counts = (page: Page): Locator => topology(page).getByRole("group", { name: "Steady traffic" });

/** Sent and lost so far. */
async function told(page: Page): Promise<{ readonly sent: number; readonly lost: number }> {
  const text = ((await counts(page).textContent()) ?? "").replaceAll(",", "");
  return { sent: Number(/(\d+) ?sent/.exec(text)?.[1] ?? "0"), lost: Number(/(\d+) ?lost/.exec(text)?.[1] ?? "0") };
}

/** Starts the scenario's traffic at four times the speed. */
async function start(page: Page): Promise<void> {
  await page.getByRole("radio", { name: "4\u00d7" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await expect.poll(async () => (await told(page)).sent).toBeGreaterThan(10);
}

const step = (page: Page, name: string): Locator => page.getByRole("region", { name: "What to do next" }).getByRole("button", { name });

test("a rolling update under steady traffic loses requests without preStop; a lost one is followed hop by hop", async ({ page }) => {
  await open(page);
  await openScenario(page, "Rolling update");
  await start(page);
  await step(page, "Roll out nginx 1.29").click();
  await expect.poll(async () => (await told(page)).lost, { timeout: 30_000 }).toBeGreaterThan(0);

  await expectNoAxeViolation(page);

  // Time stands still while one of them is looked at.
  await inspector(page)
    .getByRole("button", { name: /refused|no answer/ })
    .first()
    .click();
  await expect(inspector(page).getByRole("heading", { name: /^Request \d+$/ })).toBeVisible();
  await page.getByRole("slider", { name: "Scrub through the request" }).press("End");
  // What went wrong may have opened its own tab.
  await inspector(page).getByRole("tab", { name: "Hops" }).click();
  await expect(inspector(page).getByRole("list", { name: "Hops" }).getByRole("listitem")).not.toHaveCount(0);
  const { sent } = await told(page);
  await page.getByRole("button", { name: "Go on" }).click();
  await expect.poll(async () => (await told(page)).sent).toBeGreaterThan(sent + 10);

  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await expect(topology(page).getByText("Paused")).toBeVisible();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByRole("button", { name: "Send", exact: true }).first()).toBeVisible();
  await expect(topology(page)).toHaveAttribute("aria-busy", "false");
  expect((await told(page)).lost).toBeGreaterThan(0);
});

test("with preStop none is lost", async ({ page }) => {
  await open(page);
  await openScenario(page, "Rolling update with preStop");
  await start(page);
  await step(page, "Roll out nginx 1.29").click();
  await expect.poll(async () => (await told(page)).sent, { timeout: 45_000 }).toBeGreaterThan(600);
  expect((await told(page)).lost).toBe(0);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(topology(page)).toHaveAttribute("aria-busy", "false");
  await page.keyboard.press("o");
  await expect(page.getByRole("tree").getByRole("treeitem", { name: /^Pod web-.*, ready/ })).toHaveCount(4);
  expect((await told(page)).lost).toBe(0);
});

test("steady traffic is a key away, stands in the link, and a link's waits for Play", async ({ page, context }) => {
  await open(page);
  await page.keyboard.press("f");
  await expect.poll(async () => (await told(page)).sent).toBeGreaterThan(5);
  await page.getByRole("button", { name: "Share" }).click();
  const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
  const other = await context.newPage();
  await other.goto(link.replace(/^[^#]*/, "./"));
  await expect(topology(other).getByText("Paused")).toBeVisible();
  await expect(other.getByRole("button", { name: "Stop", exact: true })).toBeVisible();
  const { sent } = await told(other);
  await other.getByRole("button", { name: "Play", exact: true }).click();
  await expect.poll(async () => (await told(other)).sent).toBeGreaterThan(sent + 5);
});

test.describe("with reduced motion", () => {
  test("traffic counts, and nothing waits to be stepped through", async ({ page }) => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await open(page);
    await page.getByRole("button", { name: "Steady", exact: true }).click();
    await expect.poll(async () => (await told(page)).sent).toBeGreaterThan(10);
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    const { sent } = await told(page);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await expect.poll(async () => (await told(page)).sent).toBeGreaterThan(sent);
  });
});
