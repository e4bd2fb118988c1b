/** Stories of network policies: who is isolated by which, what stopped a packet, and a plugin that enforces nothing. */
import { expect, expectNoAxeViolation, test } from "./fixtures.ts";
import { caption, ending, hops, inspector, manifests, open, openScenario, pastDiagnosis, send, settled, topology } from "./story.ts";

test("a Pod tells which policies select it, what they allow, and where that is written", async ({ page }) => {
  await open(page);
  await openScenario(page, "Network policy");
  const pod = page.getByRole("treeitem", { name: /^Pod web-.*network policy web decides what comes in/ }).first();
  await pod.focus();
  await page.keyboard.press("Enter");
  const policies = inspector(page).getByRole("region", { name: "Network policies" });
  await expect(policies).toContainText("Network policy web decides what comes in.");
  await expect(policies).toContainText("Lets nothing in");
  await expectNoAxeViolation(page);
  await policies.getByRole("button", { name: "web: show in manifests" }).click();
  await expect(manifests(page)).toContainText("kind: NetworkPolicy");
  const debug = page.getByRole("treeitem", { name: /^Pod debug/ });
  await debug.focus();
  await page.keyboard.press("Enter");
  await expect(policies).toContainText("None selects it: it is open.");
});

test("a policy stops the packet at the Pod, and says so in every place", async ({ page }) => {
  await open(page);
  await openScenario(page, "Network policy");
  expect(await ending(page)).toMatch(/^Dropped at node-\d on the way to web by network policy web: no answer in 5 seconds/);
  await pastDiagnosis(page);
  await page.getByRole("list", { name: "Hops" }).getByRole("button", { name: "Drop the packet" }).click();
  await expect(caption(page)).toHaveText(/network policy web does not let it in to web-\w{5}, port 80\.$/);
  await expect(hops(page).filter({ hasText: "Dropped by network policy web" })).toBeVisible();
});

test("stored only: the switch writes the YAML, nothing is dropped, and every place says that nothing enforces the policy", async ({
  page,
}) => {
  await open(page);
  await openScenario(page, "Network policy");
  const choice = topology(page).getByRole("radiogroup", { name: "network policies" });
  await expect(choice.getByRole("radio", { name: "enforced" })).toBeChecked();
  await choice.getByRole("radio", { name: "stored only" }).click();
  await settled(page);
  await expect(choice.getByRole("radio", { name: "stored only" })).toBeChecked();
  await expect(manifests(page)).toContainText("1 problem");
  const pod = page.getByRole("treeitem", { name: /^Pod web-.*but nothing enforces network policies here/ }).first();
  await pod.focus();
  await page.keyboard.press("Enter");
  await expect(inspector(page).getByRole("region", { name: "Network policies" })).toContainText("Stored, but nothing enforces it");
  await expectNoAxeViolation(page);
  await send(page);
  expect(await ending(page)).toMatch(/^Delivered to web-/);
  await choice.getByRole("radio", { name: "enforced" }).click();
  await settled(page);
  await expect(manifests(page)).toContainText("No problems");
  await send(page);
  expect(await ending(page)).toMatch(/^Dropped at node-/);
});
