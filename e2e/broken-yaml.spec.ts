import { expect, test } from "./fixtures.ts";
import { caretTo, expectChange, keptText, manifests, open, placeOf, scenarioText, sendAndSee, topology } from "./story.ts";

test("YAML broken while one types: the last good picture stays, the error is at its place, the text is kept", async ({ page }) => {
  await open(page);
  const text = scenarioText("clusterip");
  const { line, column } = placeOf(text, "port: 80 # what");
  await caretTo(page, line, column + "port: ".length);
  await page.keyboard.type("'");
  const status = topology(page)
    .getByRole("status")
    .filter({ hasText: `Line ${line}` });
  await expect(status).toContainText("The picture still shows the last version that was good.");
  await expect(manifests(page).getByRole("status")).toHaveText(/^[12] problems?$/);
  await expect(topology(page).getByRole("treeitem", { name: /^Service web,.* 3 of 3 endpoints ready$/ })).toBeAttached();
  expect(await sendAndSee(page)).toMatch(/^Delivered to web-/);
  await status.getByRole("button", { name: `Go to line ${line}` }).click();

  await caretTo(page, line, column + "port: ".length);
  await page.keyboard.press("Delete");
  await expect(status).toHaveCount(0);
  await expect(manifests(page).getByText("No problems")).toBeVisible();
  await expectChange(page, text, []);
});

test("half a word: what is typed stays, whatever the simulation says of it", async ({ page }) => {
  await open(page);
  const text = scenarioText("clusterip");
  const { line, column } = placeOf(text, "type: ClusterIP");
  await caretTo(page, line, column + "type: ClusterIP".length);
  for (let i = 0; i < 3; i++) await page.keyboard.press("Backspace");
  await expect.poll(() => keptText(page)).toContain("type: Cluste\n");
  await expect(
    topology(page)
      .getByRole("status")
      .filter({ hasText: `Line ${line} cannot be applied` }),
  ).toBeVisible();
  await expect(topology(page).getByRole("treeitem", { name: /^Service web, ClusterIP/ })).toBeAttached();
});

test("an empty text is an empty cluster, and says so", async ({ page }) => {
  await open(page);
  await caretTo(page, 1, 0);
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await expect(topology(page).getByRole("heading", { name: "No Pods yet" })).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(topology(page).getByRole("heading", { name: "No Pods yet" })).toHaveCount(0);
  expect(await sendAndSee(page)).toMatch(/^Delivered/);
});
