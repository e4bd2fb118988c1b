/** A request fails; the page says why, which one thing to change, changes it, and shows what became of the same request. */
import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import {
  destination,
  editorLoaded,
  ending,
  expectChange,
  hops,
  inspector,
  manifests,
  onShow,
  open,
  openScenario,
  scenarioText,
  sendAndSee,
  toStart,
  topology,
} from "./story.ts";

const panel = (page: Page): Locator => inspector(page).getByRole("tabpanel", { name: "Diagnosis" });
const cause = (page: Page, title: string | RegExp): Locator => panel(page).getByRole("region", { name: title });
const checks = (page: Page): Locator => panel(page).getByRole("region", { name: "Checks" });
/** "Breaks: Selector, matches 0 of 4 Pods" */
const check = (page: Page, words: RegExp): Locator => checks(page).getByRole("listitem").filter({ hasText: words });

test("a selector typo: the diagnosis opens by itself, its fix is applied, the same request is delivered beside the first", async ({
  page,
}) => {
  await open(page);
  await openScenario(page, "Selector typo");
  await editorLoaded(page);
  const before = scenarioText("selector-typo");

  await test.step("it opens where the request fails, not before", async () => {
    await toStart(page);
    await ending(page);
    await expect(inspector(page).getByRole("tab", { name: "Diagnosis" })).toHaveAttribute("aria-selected", "true");
    await expect(cause(page, "web selects no Pods")).toContainText(
      "The selector asks for app: webb. Three Pods are labelled app: web, all of them ready.",
    );
  });

  await test.step("nine checks: what broke is open with the command that shows it, what follows says from what", async () => {
    await expect(checks(page).getByRole("listitem")).toHaveCount(9);
    await expect(checks(page).getByRole("heading")).toHaveText("Checks 6 pass, 1 breaks, 1 follows from it, 1 does not apply");
    const broken = check(page, /^Breaks: Selector, matches 0 of 4 Pods/);
    await expect(broken).toContainText("kubectl get pods -l app=webb No resources found in default namespace.");
    await expect(check(page, /^Follows: Endpoints, none, because of the selector/)).toHaveCount(1);
    await expect(check(page, /^Passes: Readiness, 3 of 3 web Pods ready/)).toHaveCount(1);
    await expect(check(page, /^Does not apply: Load balancer, web is ClusterIP/)).toHaveCount(1);
  });

  await test.step("the same place in the manifests", async () => {
    await cause(page, "web selects no Pods").getByRole("button", { name: "Show in manifests" }).click();
    await expect(manifests(page).getByText("app: webb")).toBeInViewport();
  });

  await test.step("the fix changes one line, and the same request is offered again", async () => {
    await expect(panel(page).getByRole("group", { name: /^Change in web\.yaml, line 11$/ })).toContainText("app: webb");
    await cause(page, "web selects no Pods").getByRole("button", { name: "Apply fix" }).click();
    await expectChange(page, before, ["-    app: webb", "+    app: web"]);
    await expect(cause(page, "web selects no Pods").getByRole("status")).toContainText("Fix applied");
  });

  await test.step("undo offers the fix again, and it can be applied again", async () => {
    await cause(page, "web selects no Pods").getByRole("button", { name: "Undo" }).click();
    await expectChange(page, before, []);
    await cause(page, "web selects no Pods").getByRole("button", { name: "Apply fix" }).click();
    await expectChange(page, before, ["-    app: webb", "+    app: web"]);
  });

  await test.step("resent it is delivered, and stands beside the one that failed", async () => {
    await cause(page, "web selects no Pods").getByRole("button", { name: "Resend" }).click();
    await onShow(page, 2);
    await expect(inspector(page).getByRole("tab", { name: "Diagnosis" })).toHaveCount(0);
    const two = inspector(page).getByRole("region", { name: "Two requests side by side" });
    await expect(two.getByRole("listitem").filter({ hasText: "Differs here" })).toContainText("Rewrite the destination");
    expect(await ending(page)).toMatch(/^Delivered to web-/);
  });
});

test("each kind of failure has its cause: refused by the Pod, dropped by a policy, timed out, no such name", async ({ page }) => {
  await open(page);
  const stories = [
    {
      scenario: "targetPort mismatch",
      title: "Nothing listens on 8080",
      broken: /^Breaks: targetPort, nothing listens on 8080/,
      fix: "Apply fix",
      ends: /^Delivered to web-/,
    },
    {
      scenario: "Network policy",
      title: "Network policy web does not let debug in",
      broken: /^Breaks: NetworkPolicy, web does not let it in/,
      fix: "Apply fix",
      ends: /^Delivered to web-/,
    },
    {
      scenario: "Source ranges",
      title: "203.0.113.24 is not in the source ranges",
      broken: /^Breaks: Load balancer/,
      fix: "Apply fix",
      ends: /^Delivered to web-/,
    },
    {
      scenario: "Traffic policy Local",
      title: "web has no ready Pod on node-3",
      broken: /^Breaks: Endpoints, none on node-3/,
      fix: "Apply fix",
      ends: /^Delivered to web-/,
    },
  ] as const;
  for (const { scenario, title, broken, fix, ends } of stories)
    await test.step(scenario, async () => {
      await openScenario(page, scenario);
      await ending(page);
      await expect(check(page, broken)).toHaveCount(1);
      await cause(page, title).getByRole("button", { name: fix }).click();
      await cause(page, title).getByRole("button", { name: "Resend" }).click();
      await onShow(page, 2);
      expect(await ending(page)).toMatch(ends);
    });

  await test.step("a name that is misspelled: the request is changed, and sent", async () => {
    await openScenario(page, "From name to Pod");
    await destination(page).fill("http://webb");
    expect(await sendAndSee(page)).toMatch(/^No packet was sent/);
    await expect(check(page, /^Follows: DNS, no answer, because of the Service/)).toHaveCount(1);
    await cause(page, "There is no Service webb").getByRole("button", { name: "Ask for http://web" }).click();
    await expect(destination(page)).toHaveValue("http://web");
    await onShow(page, 3);
    expect(await ending(page)).toMatch(/^Delivered to web-/);
  });
});

test("D diagnoses the Service in focus as it stands, and again with every change", async ({ page }) => {
  await open(page);
  await openScenario(page, "From name to Pod");
  await ending(page);
  await topology(page).focus();
  await page.keyboard.press("d");
  await expect(inspector(page).getByRole("tab", { name: "Diagnosis" })).toHaveAttribute("aria-selected", "true");
  await expect(panel(page)).toContainText("web as it stands, asked by debug for http://web");
  await expect(panel(page)).toContainText("Such a request is answered.");
  await expect(check(page, /^Passes: Endpoints, 3 at port 80/)).toHaveCount(1);

  await test.step("what is typed is diagnosed at once, and Pods show the ports on which they listen", async () => {
    const editor = await editorLoaded(page);
    await editor.focus();
    await page.keyboard.press("Control+f");
    await page.keyboard.type("targetPort: 80");
    await page.keyboard.press("Escape");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.type("81");
    await expect(cause(page, "Nothing listens on 8081")).toBeVisible();
    await expect(cause(page, "Nothing listens on 8081").getByRole("button", { name: "Apply fix" })).toBeVisible();
  });

  await test.step("with the fix nothing is wrong", async () => {
    await cause(page, "Nothing listens on 8081").getByRole("button", { name: "Apply fix" }).click();
    await expect(panel(page)).toContainText("Such a request is answered.");
  });
});

test("by keyboard: to the tab, through the card, rows open and close", async ({ page }) => {
  await open(page);
  await openScenario(page, "Selector typo");
  await ending(page);
  await inspector(page).getByRole("tab", { name: "Diagnosis" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(inspector(page).getByRole("tab", { name: "Hops" })).toBeFocused();
  await expect(hops(page)).toHaveCount(3);
  await page.keyboard.press("d");
  await expect(panel(page)).toBeVisible();
  await cause(page, "web selects no Pods").getByRole("button", { name: "Apply fix" }).focus();
  await page.keyboard.press("Tab");
  await expect(cause(page, "web selects no Pods").getByRole("button", { name: "Show in manifests" })).toBeFocused();
  await page.keyboard.press("Tab");
  const first = checks(page).getByRole("button", { name: /^Passes: Service exists/ });
  await expect(first).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(first).toHaveAttribute("aria-expanded", "true");
  await expect(check(page, /Service exists/)).toContainText("kubectl get service web");
  await page.keyboard.press("Enter");
  await expect(first).toHaveAttribute("aria-expanded", "false");
});

for (const theme of ["light", "dark"] as const)
  test.describe(theme, () => {
    test.use({ colorScheme: theme });
    test("no rule of accessibility is broken by a diagnosis", async ({ page }) => {
      await open(page);
      for (const scenario of ["Selector typo", "Network policy"]) {
        await openScenario(page, scenario);
        await ending(page);
        await expect(checks(page)).toBeVisible();
        await checks(page)
          .getByRole("button", { name: /Service exists/ })
          .click();
        await expectNoAxeViolation(page);
      }
    });
  });

test.describe("phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("the card of the hop that failed says the cause", async ({ page }) => {
    await page.goto("./");
    await page.getByRole("button", { name: "Scenario" }).tap();
    await page.getByRole("menuitemradio", { name: /^Selector typo/ }).tap();
    const hop = page.getByRole("region", { name: "Hop" });
    await expect(hop).toContainText(/^DNS answers as if all were well/, { timeout: 15_000 });
    await page.getByRole("button", { name: "Play", exact: true }).tap();
    await expect(hop).toContainText("web selects no Pods. The selector asks for app: webb.", { timeout: 20_000 });
    await expectNoAxeViolation(page);
    await page.getByRole("button", { name: "Inspector", exact: true }).tap();
    await expect(page.getByRole("tab", { name: "Diagnosis" })).toHaveAttribute("aria-selected", "true");
    await expect(page.getByRole("button", { name: "Apply fix" })).toBeVisible();
  });
});

test("the embed says the cause on the card of the hop that failed", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 640 });
  await page.goto("./embed.html#scenario=selector-typo");
  await expect(page.getByRole("region", { name: "Hop" })).toContainText("web selects no Pods. The selector asks for app: webb.", {
    timeout: 40_000,
  });
});
