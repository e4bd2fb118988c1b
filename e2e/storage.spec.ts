import { expect, test } from "./fixtures.ts";
import {
  caretTo,
  destination,
  ending,
  expectChange,
  keptText,
  open,
  openScenario,
  placeOf,
  scenarioText,
  sendAndSee,
  settled,
  topology,
} from "./story.ts";

test("what was written survives a reload", async ({ page }) => {
  await open(page);
  const text = scenarioText("clusterip");
  const { line, column } = placeOf(text, "replicas: 3");
  await caretTo(page, line, column + "replicas: 3".length);
  await page.keyboard.press("Backspace");
  await page.keyboard.type("5");
  await expectChange(page, text, ["-  replicas: 3", "+  replicas: 5"]);
  await destination(page).fill("http://web.default");
  await page.reload();
  await settled(page);
  await expect(destination(page)).toHaveValue("http://web.default");
  await expect(topology(page).getByRole("treeitem", { name: /^Service web,.* 5 of 5 endpoints ready$/ })).toBeAttached();
  // A returning visitor is not played to.
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  expect(await keptText(page)).toContain("replicas: 5");
});

test("what was written survives a page that dies", async ({ page, context }) => {
  await open(page);
  await openScenario(page, "targetPort mismatch");
  await expect.poll(() => keptText(page)).toContain("targetPort: 8080");
  // Nothing runs at its end: as when the browser crashes.
  await page.close({ runBeforeUnload: false });
  const again = await context.newPage();
  await again.goto("./");
  await settled(again);
  await expect(again.getByRole("button", { name: "Scenario" })).toHaveText("targetPort mismatch");
});

test("without storage everything works but remembering", async ({ page }) => {
  await page.addInitScript(() => {
    const blocked = (): never => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
    for (const name of ["localStorage", "sessionStorage", "indexedDB"]) Object.defineProperty(window, name, { get: blocked });
  });
  await open(page);
  await openScenario(page, "Selector typo");
  expect(await ending(page)).toMatch(/^Refused/);
  await openScenario(page, "From name to Pod");
  expect(await sendAndSee(page)).toMatch(/^Delivered/);
  await topology(page).focus();
  await page.keyboard.press("t");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await settled(page);
  await expect(page.getByRole("button", { name: "Scenario" })).toHaveText("From name to Pod");
});

test("a kept workspace that is damaged is left aside", async ({ page }) => {
  await page.addInitScript(() => localStorage.setItem("kubehop.workspace", '{"files":[{"name":"a"'));
  await open(page);
  await expect(page.getByRole("button", { name: "Scenario" })).toHaveText("From name to Pod");
});
