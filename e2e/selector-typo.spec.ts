import { expect, test } from "./fixtures.ts";
import {
  caption,
  editorLoaded,
  ending,
  expectChange,
  hops,
  inspector,
  manifests,
  open,
  openScenario,
  pastDiagnosis,
  scenarioText,
  sendAndSee,
  topology,
} from "./story.ts";

test("a selector typo: refused with the rule that did it, one fix, comments kept, delivered, undone in one step", async ({ page }) => {
  await open(page);
  await openScenario(page, "Selector typo");
  await editorLoaded(page);
  const before = scenarioText("selector-typo");
  expect(before).toContain("# The name resolves and the address exists, yet nothing stands behind it.");

  await test.step("the request is refused, and the rule is named", async () => {
    expect(await ending(page)).toMatch(/^Refused at node-\d: web has no endpoints/);
    await expect(inspector(page).getByText("connection refused", { exact: true })).toBeVisible();
    await pastDiagnosis(page);
    await expect(inspector(page).getByText("Refused by this rule")).toBeVisible();
    await expect(hops(page).last()).toContainText(/-j REJECT --reject-with icmp-port-unreachable/);
  });

  await test.step("the problem stands at its line with one fix", async () => {
    await expect(manifests(page).getByText("1 problem")).toBeVisible();
    await expect(manifests(page).getByText("No Pod has app=webb.")).toBeVisible();
  });

  await test.step("the fix changes one line and keeps the comments", async () => {
    await manifests(page).getByRole("button", { name: "Change to web" }).click();
    await expectChange(page, before, ["-    app: webb", "+    app: web"]);
    await expect(manifests(page).getByText("No problems")).toBeVisible();
    await expect(topology(page).getByRole("treeitem", { name: /^Service web,.* 3 of 3 endpoints ready$/ })).toBeAttached();
  });

  await test.step("the next request is delivered", async () => {
    expect(await sendAndSee(page)).toMatch(/^Delivered to web-/);
  });

  await test.step("undo is one step, and the request after it is refused again", async () => {
    await topology(page).focus();
    await page.keyboard.press("Control+z");
    await expectChange(page, before, []);
    await expect(topology(page).getByRole("treeitem", { name: /^Service web,.*(no Pods|0 of 0)/ })).toBeAttached();
    expect(await sendAndSee(page)).toMatch(/^Refused at node-\d/);
    await expect(caption(page)).toHaveClass(/trouble/);
  });
});
