import { expect, expectNoAxeViolation, noiseOf, test, type Locator, type Page } from "./fixtures.ts";
import { editorLoaded, expectChange, inspector, keptText, open, openScenario, scenarioText, send, settled, topology } from "./story.ts";

const thing = (page: Page, name: RegExp): Locator => page.getByRole("tree", { name: "Cluster" }).getByRole("treeitem", { name }).first();
const menu = (page: Page): Locator => page.getByRole("menu", { name: "What to do here" });
const toast = (page: Page): Locator => topology(page).locator(".toast");

/** The menu of a thing, by keyboard alone. */
async function openMenu(page: Page, name: RegExp): Promise<Locator> {
  await thing(page, name).focus();
  await page.keyboard.press("Shift+F10");
  await expect(menu(page)).toBeVisible();
  return menu(page);
}

test("by keyboard: the menu of a node, drained, undone, made again", async ({ page }) => {
  await open(page);
  await openMenu(page, /^Node node-2,/);
  await page.keyboard.press("ArrowDown");
  await expect(menu(page).getByRole("menuitem", { name: /^Drain/ })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(toast(page)).toContainText("node-2 is drained: no new Pods, and those on it are evicted");
  await expect(thing(page, /^Node node-2, ready, takes no new Pods, .* 0 Pods$/)).toBeAttached();
  await expect(thing(page, /^Service web,.* 3 of 3 endpoints ready$/)).toBeAttached();
  // The focus is back where the menu was opened.
  await expect(thing(page, /^Node node-2,/)).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(thing(page, /^Node node-2, ready, zone-a, .* 2 Pods$/)).toBeAttached();
  await page.keyboard.press("Control+Shift+z");
  await expect(thing(page, /^Node node-2, ready, takes no new Pods, .* 0 Pods$/)).toBeAttached();
  await settled(page);
});

test("a drain that would lose a Pod is refused at the node, and can be had all the same", async ({ page }) => {
  await open(page);
  await thing(page, /^Node node-1,/).focus();
  await page.keyboard.press("Shift+C");
  await expect(toast(page)).toContainText("nothing would make default/debug again");
  await expect(thing(page, /^Node node-1, ready, zone-a/)).toBeAttached();
  await toast(page).getByRole("button", { name: "Delete those too" }).click();
  await expect(thing(page, /^Node node-1, ready, takes no new Pods, .* 0 Pods$/)).toBeAttached();
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(thing(page, /^Pod debug, ready/)).toBeAttached();
});

test("a Pod's page says how it is; what is done there shows there, and in Undo", async ({ page }) => {
  await open(page);
  await send(page);
  await thing(page, /^Pod web-/).focus();
  await page.keyboard.press("Enter");
  const own = inspector(page).getByRole("region", { name: /^Pod web-/ });
  await expect(own).toContainText("Made byDeployment web");
  await expect(own).toContainText("image nginx listens on 80");
  await expect(own.getByRole("region", { name: "Service environment variables" })).toContainText("WEB_SERVICE_HOST=10.");
  await own.getByRole("button", { name: "Crash once" }).click();
  await expect(own).toContainText("ready, 1 restart");
  await own.getByRole("group", { name: "Answers" }).getByRole("button", { name: "2 s later" }).click();
  await expect(own).toContainText("answers 2 s later than usual");
  await expect(toast(page)).toContainText("answers 2 s later");
  await thing(page, /^Pod web-/).focus();
  await page.keyboard.press("Control+z");
  await expect(own).not.toContainText("later than usual");
  await page.keyboard.press("Control+z");
  await expect(own).not.toContainText("1 restart");
  // Requests that were sent before are still there.
  await expect(inspector(page).getByRole("heading", { name: "Request 2" })).toBeVisible();
  await own.getByRole("button", { name: /^Close Pod/ }).click();
  await expect(own).toHaveCount(0);
});

test("replicas are one line of the manifests, and one step of Undo", async ({ page }) => {
  const before = scenarioText("clusterip");
  await open(page);
  await editorLoaded(page);
  await openMenu(page, /^Pod web-/);
  await menu(page).getByRole("group", { name: "Replicas" }).getByRole("menuitemradio", { name: "5" }).click();
  await expectChange(page, before, ["-  replicas: 3", "+  replicas: 5"]);
  await expect(thing(page, /^Service web,.* 5 of 5 endpoints ready$/)).toBeAttached();
  await thing(page, /^Service web,/).focus();
  await page.keyboard.press("Control+z");
  await expect(thing(page, /^Service web,.* 3 of 3 endpoints ready$/)).toBeAttached();
  await expect.poll(() => keptText(page)).toBe(before);
});

test("a Service that is deleted is out of the manifests, and comes back", async ({ page }) => {
  const before = scenarioText("clusterip");
  await open(page);
  await editorLoaded(page);
  await thing(page, /^Service web,/).focus();
  await page.keyboard.press("Delete");
  await expect(thing(page, /^Service web,/)).toHaveCount(0);
  await expect.poll(() => keptText(page)).not.toContain("kind: Service");
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(thing(page, /^Service web,/)).toBeAttached();
  await expect.poll(() => keptText(page)).toBe(before);
});

test("what was done goes with the link", async ({ page, browser, baseURL }) => {
  await open(page);
  await thing(page, /^Node node-2,/).focus();
  await page.keyboard.press("Shift+C");
  await expect(thing(page, /^Node node-2, ready, takes no new Pods/)).toBeAttached();
  await thing(page, /^kube-proxy on node-1/).focus();
  await page.keyboard.press("p");
  await expect(toast(page)).toContainText("kube-proxy on node-1 is stopped");
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const field = page.getByRole("dialog", { name: "Share" }).getByRole("textbox", { name: "Link" });
  await expect(field).toHaveValue(/#v1=[\w-]+$/);
  const link = await field.inputValue();

  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const other = await context.newPage();
  const noise = noiseOf(other, baseURL ?? "");
  await other.goto(link);
  await settled(other);
  await expect(thing(other, /^Node node-2, ready, takes no new Pods, .* 0 Pods$/)).toBeAttached();
  await thing(other, /^kube-proxy on node-1/).focus();
  await other.keyboard.press("Enter");
  await expect(inspector(other).getByRole("region", { name: "kube-proxy on node-1" })).toContainText("stopped");
  await other.keyboard.press("Control+z");
  expect(noise).toEqual([]);
  await context.close();
});

test("a container does not know a Service that came after it, until it is started again", async ({ page }) => {
  await open(page);
  await openScenario(page, "Service environment variables");
  const editor = await editorLoaded(page);
  await thing(page, /^Pod debug,/).focus();
  await page.keyboard.press("Enter");
  const variables = inspector(page).getByRole("region", { name: "Service environment variables" });
  await expect(variables).toContainText("WEB_SERVICE_HOST=10.");
  await expect(variables).toContainText("all of these were");
  await editor.focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("---\napiVersion: v1\nkind: Service\nmetadata: { name: late }\nspec: { ports: [{ port: 80 }] }\n");
  await expect(variables).toContainText("LATE_SERVICE_HOST is not there until it is started again");
  await expect(variables).toContainText("Not there: late came after this container started.");
  await thing(page, /^Pod debug,/).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("k");
  await expect(variables).toContainText("LATE_SERVICE_HOST=10.");
});

test("the menu of the manifests names what Undo takes back", async ({ page }) => {
  await open(page);
  await thing(page, /^Node node-2,/).focus();
  await page.keyboard.press("c");
  await expect(thing(page, /^Node node-2, ready, takes no new Pods/)).toBeAttached();
  await page.getByRole("button", { name: "More about the manifests" }).click();
  await page.getByRole("menuitem", { name: /^Undo node-2 takes no new Pods/ }).click();
  await expect(thing(page, /^Node node-2, ready, zone-a/)).toBeAttached();
  await page.getByRole("button", { name: "More about the manifests" }).click();
  await expect(page.getByRole("menuitem", { name: /^Undo Nothing was changed yet/ })).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("menuitem", { name: /^Redo node-2 takes no new Pods/ }).click();
  await expect(thing(page, /^Node node-2, ready, takes no new Pods/)).toBeAttached();
});

test("a row of the outline has the menu of its thing, by pointer and by key", async ({ page }) => {
  await open(page);
  await topology(page).focus();
  await page.keyboard.press("o");
  await expect(page.getByRole("heading", { name: "Outline" })).toBeVisible();
  await thing(page, /^kube-proxy on node-1/).click({ button: "right" });
  await menu(page)
    .getByRole("menuitem", { name: /^Stop kube-proxy/ })
    .click();
  await expect(toast(page)).toContainText("kube-proxy on node-1 is stopped");
  await thing(page, /^kube-proxy on node-1/).focus();
  await page.keyboard.press("Shift+F10");
  await expect(menu(page).getByRole("menuitem", { name: /^Start kube-proxy/ })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(toast(page)).toContainText("kube-proxy on node-1 runs again");
});

test("letters act on a thing only while they are shortcuts", async ({ page }) => {
  await open(page);
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(dialog.getByText("Cordon, uncordon")).toBeVisible();
  await dialog.getByRole("checkbox", { name: "Single letters are shortcuts" }).uncheck();
  await page.keyboard.press("Escape");
  await thing(page, /^Node node-2,/).focus();
  await page.keyboard.press("c");
  await openMenu(page, /^Node node-2,/);
  await expect(menu(page).getByRole("menuitem", { name: /^Cordon/ })).toBeFocused();
});

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("menus and pages of things keep the rules of axe", async ({ page }) => {
      await open(page);
      for (const name of [/^Pod web-/, /^Node node-1,/, /^Service web,/]) {
        await openMenu(page, name);
        await expectNoAxeViolation(page, ".menu");
        await page.keyboard.press("Escape");
        await page.keyboard.press("Enter");
        await expect(inspector(page).locator(".thing")).toBeVisible();
        await expectNoAxeViolation(page, "aside");
      }
      await thing(page, /^Node node-1,/).focus();
      await page.keyboard.press("Shift+C");
      await expect(toast(page)).toBeVisible();
      await expectNoAxeViolation(page, "main");
    });
  });
}

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("a long press opens the menu, and Undo is in the toast", async ({ page }) => {
    await page.goto("./");
    await page.getByRole("button", { name: "Pause", exact: true }).tap();
    const pod = thing(page, /^Pod web-/);
    await pod.focus();
    const ring = await page.locator(".focusring").boundingBox();
    if (ring === null) throw new Error("no focus ring");
    const touch = await page.context().newCDPSession(page);
    const point = { x: ring.x + ring.width * 0.6, y: ring.y + ring.height / 2 };
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [point] });
    await expect(menu(page)).toBeVisible();
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await expect(menu(page)).toBeVisible();
    await expectNoAxeViolation(page, ".menu");
    for (const item of await menu(page).getByRole("menuitem").all())
      expect((await item.boundingBox())?.height ?? 0).toBeGreaterThanOrEqual(44);
    await menu(page)
      .getByRole("menuitem", { name: /^Delete Pod/ })
      .tap();
    await expect(toast(page)).toContainText("Deleted Pod web-");
    await toast(page).getByRole("button", { name: "Undo" }).tap();
    await expect(toast(page)).toHaveCount(0);
    await expect(thing(page, /^Service web,.* 3 of 3 endpoints ready$/)).toBeAttached();
  });
});
