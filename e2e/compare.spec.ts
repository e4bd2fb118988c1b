import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import { ending, hops, inspector, manifests, open, openScenario, onShow, requestNumber, send, sendAndSee } from "./story.ts";

const both = (page: Page): Locator => page.getByRole("region", { name: "Two requests side by side" });
const steps = (page: Page): Locator => both(page).getByRole("list", { name: "Steps of both requests" }).getByRole("listitem");
const offer = (page: Page, name: RegExp = /^Compare with request 1, before the edit$/): Locator => page.getByRole("button", { name });

/** A request is refused, the selector is mended with the button beside it, and the same request is sent again. */
async function mendAndSendAgain(page: Page): Promise<void> {
  await openScenario(page, "Selector typo");
  expect(await ending(page)).toMatch(/^Refused at node-\d: web has no endpoints/);
  await page.getByRole("button", { name: "Change to web" }).click();
  await expect(manifests(page).getByText("No problems")).toBeVisible();
  expect(await sendAndSee(page)).toMatch(/^Delivered to web-/);
}

test("send again after an edit and see the differing step: side by side, in one sentence, each cell to its hop", async ({ page }) => {
  await open(page);
  await expect(offer(page, /^Compare/)).toHaveCount(0);
  await mendAndSendAgain(page);

  await test.step("the hop list offers the comparison, and the sentence says the difference", async () => {
    await offer(page).click();
    const sentence =
      /^Before the edit node-1 rejected the packet: web had no endpoints\. Now node-1 rewrites the destination to 10\.244\.\d\.\d+:80\.$/;
    await expect(both(page).getByRole("paragraph").first()).toHaveText(sentence);
    await expect(both(page).locator("[aria-live=polite]")).toHaveText(sentence);
  });

  await test.step("one step is lit, with a word, the header and the rules of both", async () => {
    const lit = steps(page).filter({ hasText: "Differs here" });
    await expect(lit).toHaveCount(1);
    await expect(lit.getByRole("button", { name: /^Request 1, hop 3\. Refuse the connection/ })).toContainText("-j REJECT");
    await expect(lit.getByRole("button", { name: /^Request 2, hop 3\. Rewrite the destination/ })).toContainText("-j DNAT");
    await expect(lit.getByRole("button", { name: /^Request 2, hop 3\. Rewrite the destination/ })).toBeFocused();
    await expect(steps(page).filter({ hasText: "Ended here: connection refused" })).toHaveCount(1);
  });

  await test.step("a cell goes to that hop of that request, and the two stay side by side", async () => {
    await both(page)
      .getByRole("button", { name: /^Request 1, hop 3\./ })
      .click();
    await onShow(page, 1);
    await expect(both(page).locator("[aria-current=step]")).toHaveCount(1);
    await expect(both(page).getByRole("button", { name: /^Request 1, hop 3\./ })).toHaveAttribute("aria-current", "step");
    await both(page)
      .getByRole("button", { name: /^Request 2, hop 4\./ })
      .click();
    await onShow(page, 2);
    await expect(both(page).getByRole("button", { name: /^Request 2, hop 4\./ })).toHaveAttribute("aria-current", "step");
  });

  await test.step("by keyboard: arrows move between steps and requests, Enter goes there, Escape goes back", async () => {
    await both(page)
      .getByRole("button", { name: /^Request 2, hop 4\./ })
      .focus();
    await page.keyboard.press("ArrowUp");
    await expect(both(page).getByRole("button", { name: /^Request 2, hop 3\./ })).toBeFocused();
    await page.keyboard.press("ArrowLeft");
    await expect(both(page).getByRole("button", { name: /^Request 1, hop 3\./ })).toBeFocused();
    await page.keyboard.press("Home");
    await expect(both(page).getByRole("button", { name: /^Request 1, hop 1\./ })).toBeFocused();
    await page.keyboard.press("Enter");
    await onShow(page, 1);
    await page.keyboard.press("Escape");
    await expect(both(page)).toHaveCount(0);
    await expect(hops(page)).toHaveCount(3);
  });

  await test.step("the request after the edit offers it again, and has the focus back after Escape", async () => {
    await inspector(page).getByRole("button", { name: "Next request" }).click();
    await onShow(page, 2);
    await offer(page).press("Enter");
    await expect(both(page)).toBeVisible();
    await expect(inspector(page).getByRole("tab", { name: "Hops" }), "only the panel scrolls, not what it stands in").toBeInViewport();
    await page.keyboard.press("Escape");
    await expect(offer(page)).toBeFocused();
  });
});

test("the same request twice: another Pod is chance, and said to be", async ({ page }) => {
  await open(page);
  const first = await requestNumber(page);
  await send(page);
  await send(page);
  await send(page);
  await offer(page, /^Compare with request \d+$/).click();
  const choice = both(page).getByRole("combobox", { name: "Compare with" });
  for (const id of [first, first + 1, first + 2]) {
    await choice.selectOption(String(id));
    await expect(both(page).getByRole("paragraph").first()).toHaveText(
      /^Both requests went the same way(\. The first was drawn to web-\w+, this one to web-\w+: that is chance)?\.$/,
    );
    await expect(both(page).getByText("Differs here")).toHaveCount(0);
  }
  await send(page);
  await expect(both(page), "a new request is on show: its own hops").toHaveCount(0);
});

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("no rule of accessibility is broken by two requests side by side", async ({ page }) => {
      await open(page);
      await mendAndSendAgain(page);
      await offer(page).click();
      await expect(both(page)).toBeVisible();
      await expectNoAxeViolation(page);
    });
  });
}

test.describe("phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("on a phone it stands in the sheet of the inspector, and a cell is tapped", async ({ page }) => {
    await page.goto("./");
    await page.getByRole("button", { name: "Scenario" }).tap();
    await page.getByRole("menuitemradio", { name: /^Selector typo/ }).tap();
    await expect(page.getByRole("region", { name: "Hop" })).toContainText(/^DNS answers as if all were well/, { timeout: 15_000 });
    await page.getByRole("button", { name: "Manifests", exact: true }).tap();
    await page.getByRole("button", { name: "Change to web" }).tap();
    await expect(page.getByText("No problems")).toBeVisible();
    await page.getByRole("button", { name: "Manifests", exact: true }).tap();
    await page.getByRole("button", { name: "Send", exact: true }).tap();
    await page.getByRole("button", { name: "Inspector", exact: true }).tap();
    await offer(page).tap();
    await both(page)
      .getByRole("button", { name: /^Request 1, hop 3\./ })
      .tap();
    await expect(page.getByRole("heading", { level: 2, name: "Request 1", exact: true })).toBeVisible();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing runs out of the window").toBe(true);
    await expectNoAxeViolation(page, ".compare");
  });
});
