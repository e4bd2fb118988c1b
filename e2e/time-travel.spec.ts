/** Going back in the run, doing something else there, and going over to what was left. */
import type { Locator, Page } from "@playwright/test";
import { expect, expectNoAxeViolation, test } from "./fixtures.ts";
import { editorLoaded, expectChange, inspector, manifests, open, openScenario, scenarioText, send, sendAndSee, topology } from "./story.ts";

const moment = (page: Page): Locator => page.getByRole("slider", { name: "Moment of the run" });
const pastLine = (page: Page): Locator => page.getByRole("group", { name: "The past" });
const noPods = /^Service web,.*(no Pods|0 of 0)/;
const allReady = /^Service web,.* 3 of 3 endpoints ready$/;

/** Step by step back; the change of endpoints that came of the edit is a step of its own. */
async function toBeforeTheEdit(page: Page): Promise<void> {
  const before = /before: the edit of /;
  for (let step = 0; step < 5; step++) {
    const text = (await moment(page).getAttribute("aria-valuetext")) ?? "";
    if (before.test(text)) break;
    await moment(page).press("ArrowLeft");
    await expect(moment(page)).not.toHaveAttribute("aria-valuetext", text);
  }
  await expect(moment(page)).toHaveAttribute("aria-valuetext", before);
}

test("fork in the past: before a fix was made, another one is tried; the first run can be gone back to", async ({ page }) => {
  await open(page);
  await openScenario(page, "Selector typo");
  await editorLoaded(page);
  const broken = scenarioText("selector-typo");
  await manifests(page).getByRole("button", { name: "Change to web" }).click();
  await expect(topology(page).getByRole("treeitem", { name: allReady })).toBeAttached();
  expect(await sendAndSee(page)).toMatch(/^Delivered to web-/);
  await expect(moment(page)).toHaveAttribute("aria-valuetext", /^Now/);

  await test.step("Left goes to before the request, and to before the edit: text, picture and request are those of then", async () => {
    await moment(page).press("ArrowLeft");
    await expect(moment(page)).toHaveAttribute("aria-valuetext", /before: Request 2/);
    await toBeforeTheEdit(page);
    await expect(topology(page).getByRole("treeitem", { name: noPods })).toBeAttached();
    await expect(manifests(page).locator(".view-lines")).toContainText("webb");
    await expect(pastLine(page)).toContainText("What you do here makes another run from this moment.");
    await expect(inspector(page).getByRole("heading", { name: /Request 1/ })).toBeVisible();
    await expectNoAxeViolation(page);
  });

  await test.step("End is now again, with all that was there", async () => {
    await moment(page).press("End");
    await expect(pastLine(page)).toBeHidden();
    await expect(topology(page).getByRole("treeitem", { name: allReady })).toBeAttached();
    await expectChange(page, broken, ["-    app: webb", "+    app: web"]);
  });

  await test.step("a request sent in the past is another run", async () => {
    await toBeforeTheEdit(page);
    await expect(pastLine(page)).toBeVisible();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect(pastLine(page)).toBeHidden();
    await expect(inspector(page).getByRole("heading", { name: /Request 2/ })).toBeVisible();
    await expect(topology(page).getByRole("treeitem", { name: noPods })).toBeAttached();
    await expectChange(page, broken, []);
  });

  await test.step("the run that was left is there to go back to", async () => {
    await page.getByRole("button", { name: "Other runs" }).click();
    await page.getByRole("menuitem", { name: /^Left at / }).click();
    await expect(topology(page).getByRole("treeitem", { name: allReady })).toBeAttached();
    await expectChange(page, broken, ["-    app: webb", "+    app: web"]);
  });
});

test("the past plays on to now by itself", async ({ page }) => {
  await open(page);
  await send(page);
  await moment(page).press("Home");
  await expect(pastLine(page)).toBeVisible();
  await pastLine(page).getByRole("button", { name: "Play on" }).click();
  await expect(pastLine(page)).toBeHidden();
  await expect(moment(page)).toHaveAttribute("aria-valuetext", /^Now/);
});

test("what was typed is kept while the past is on show: a reload finds the newest text", async ({ page }) => {
  await open(page);
  await openScenario(page, "Selector typo");
  await editorLoaded(page);
  await manifests(page).getByRole("button", { name: "Change to web" }).click();
  await expect(topology(page).getByRole("treeitem", { name: allReady })).toBeAttached();
  await moment(page).press("Home");
  await expect(topology(page).getByRole("treeitem", { name: noPods })).toBeAttached();
  await page.reload();
  await expect(topology(page).getByRole("treeitem", { name: allReady })).toBeAttached();
});

test("an earlier request whose Pod is gone: the picture says so, and the cluster as it was then can be seen", async ({ page }) => {
  await open(page);
  const pod = /^Delivered to (web-\w+)/.exec(await sendAndSee(page))?.[1] ?? "";
  await page.getByRole("button", { name: "Delete a Pod" }).click();
  await expect(page.getByText(/^Deleted Pod web-/)).toBeVisible();
  const deleted = /web-\w+/.exec((await page.getByText(/^Deleted Pod web-/).textContent()) ?? "")?.[0] ?? "";
  const line = page.getByRole("group", { name: "Since this request" });
  await expect(line).toContainText(
    deleted === pod ? `${pod}, where this request went, is gone by now.` : "The endpoints of web have changed since this request.",
  );
  await expectNoAxeViolation(page);
  await line.getByRole("button", { name: "See the cluster as it was then" }).click();
  await expect(pastLine(page)).toBeVisible();
  await expect(line).toBeHidden();
  await expect(topology(page).getByRole("treeitem", { name: new RegExp(`^Pod web-[\\w-]*${deleted.slice(4)}, ready`) })).toBeAttached();
  await expect(inspector(page).getByRole("heading", { name: /Request 2/ })).toBeVisible();
});

test("what is said of the text belongs to the moment on show", async ({ page }) => {
  await open(page);
  await openScenario(page, "Selector typo");
  await editorLoaded(page);
  await expect(manifests(page).getByRole("button", { name: "Change to web" })).toBeVisible();
  await manifests(page).getByRole("button", { name: "Change to web" }).click();
  await expect(manifests(page)).toContainText("No problems");
  await moment(page).press("Home");
  await expect(pastLine(page)).toBeVisible();
  await expect(manifests(page).getByRole("button", { name: "Change to web" })).toBeVisible();
  await moment(page).press("End");
  await expect(manifests(page)).toContainText("No problems");
});
