/** The terminal under the picture: a shell over the same simulation, its Events, and the rules of a node. */
import { expect, expectNoAxeViolation, test, type Locator, type Page } from "./fixtures.ts";
import { expectChange, inspector, keptText, open, openScenario, scenarioText, topology } from "./story.ts";

const terminal = (page: Page): Locator => page.getByRole("region", { name: "Terminal" });
const prompt = (page: Page): Locator => terminal(page).getByRole("textbox", { name: /^Command/ });
const output = (page: Page): Locator => terminal(page).getByRole("log", { name: "Output of the terminal" });

async function openTerminal(page: Page): Promise<void> {
  await topology(page).focus();
  await page.keyboard.press("`");
  await expect(prompt(page)).toBeFocused();
}

/** The request of this number is on show; the timeline is folded, and has no slider. */
async function onShow(page: Page, request: number): Promise<void> {
  await expect(inspector(page).getByRole("heading", { level: 2, name: `Request ${request}`, exact: true })).toBeVisible();
}

/** Types a line and waits until it is done. */
async function type(page: Page, line: string): Promise<void> {
  await prompt(page).fill(line);
  await prompt(page).press("Enter");
  await expect(prompt(page)).toHaveValue("");
  await expect(terminal(page).getByRole("button", { name: "Stop" })).toHaveCount(0);
}

test("opens by its key, suggests a first command, and Escape leaves it", async ({ page }) => {
  await open(page);
  await openTerminal(page);
  await expect(prompt(page)).toHaveAttribute("placeholder", "kubectl get svc");
  await page.keyboard.press("ArrowRight");
  await expect(prompt(page)).toHaveValue("kubectl get svc");
  await page.keyboard.press("Enter");
  await expect(output(page)).toContainText(/NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE/);
  await expect(output(page)).toContainText(/web +ClusterIP +10\.\d+\.\d+\.\d+ +<none> +80\/TCP/);
  // The history, and letters that are shortcuts elsewhere.
  await page.keyboard.type("echo rst");
  await page.keyboard.press("Enter");
  await expect(output(page)).toContainText("rst");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(prompt(page)).toHaveValue("kubectl get svc");
  await page.keyboard.press("Control+l");
  await expect(output(page)).toHaveText("");
  await page.keyboard.press("Control+c");
  await expect(prompt(page)).toHaveValue("");
  await page.keyboard.press("Escape");
  await expect(topology(page)).toBeFocused();
  await page.keyboard.press("o");
  await expect(page.getByRole("heading", { name: "Outline" })).toBeVisible();
});

test("the timeline folds to one line beside it, and its height is held by keys and by dragging", async ({ page }) => {
  await open(page);
  const timeline = page.getByRole("contentinfo", { name: "Timeline" });
  const before = (await timeline.boundingBox())?.height ?? 0;
  await page.getByRole("button", { name: "Terminal", exact: true }).click();
  await expect(prompt(page)).toBeFocused();
  await expect.poll(async () => (await timeline.boundingBox())?.height ?? 0).toBeLessThan(56);
  expect((await terminal(page).boundingBox())?.height).toBe(224);
  await page.getByRole("button", { name: "Unfold the timeline" }).click();
  await expect.poll(async () => (await timeline.boundingBox())?.height ?? 0).toBe(before);
  await page.getByRole("button", { name: "Fold the timeline" }).click();
  const grip = page.getByRole("separator", { name: "Height of the terminal" });
  await grip.press("ArrowUp");
  await expect(grip).toHaveAttribute("aria-valuenow", "240");
  await grip.press("End");
  const share = ((await terminal(page).boundingBox())?.height ?? 0) / ((await topology(page).boundingBox())?.height ?? 1);
  expect(share).toBeGreaterThan(0.55);
  expect(share).toBeLessThanOrEqual(0.601);
  const box = await grip.boundingBox();
  if (box === null) throw new Error("no grip");
  await page.mouse.move(box.x + 100, box.y + 4);
  await page.mouse.down();
  await page.mouse.move(box.x + 100, box.y + 104);
  await page.mouse.up();
  const dragged = (await terminal(page).boundingBox())?.height ?? 0;
  expect(dragged).toBeLessThan(share * ((await topology(page).boundingBox())?.height ?? 1) - 90);
  await page.getByRole("button", { name: "Close the terminal" }).click();
  await expect(terminal(page)).toHaveCount(0);
  await expect.poll(async () => (await timeline.boundingBox())?.height ?? 0).toBe(before);
});

test("a curl in a Pod's shell is a request like any: its chip opens it", async ({ page }) => {
  await open(page);
  await openTerminal(page);
  await type(page, "kubectl exec -it debug -- sh");
  await expect(prompt(page)).toHaveAccessibleName(/Command in debug/);
  await type(page, "curl -s http://web | grep title");
  await expect(output(page)).toContainText("<title>Welcome to nginx!</title>");
  await onShow(page, 2);
  await type(page, "curl -so /dev/null -w '%{http_code}\\n' http://web");
  await expect(output(page)).toContainText("200");
  await onShow(page, 3);
  await terminal(page).getByRole("button", { name: "Request 2" }).click();
  await onShow(page, 2);
  await type(page, "exit");
  await expect(prompt(page)).toHaveAccessibleName(/Command on your machine/);
  await type(page, "kubctl get pods");
  await expect(output(page)).toContainText("The nearest command here is kubectl.");
});

test("a failing curl says what curl says, and its diagnosis opens", async ({ page }) => {
  await open(page);
  await openScenario(page, "Selector typo");
  await openTerminal(page);
  await type(page, "kubectl exec debug -- curl http://web; echo code $?");
  await expect(output(page)).toContainText(/curl: \(7\) Failed to connect to web port 80 after \d+ ms: Could not connect to server/);
  await expect(output(page)).toContainText("command terminated with exit code 7");
  await expect(output(page)).toContainText("code 7");
  await expect(inspector(page).getByRole("tab", { name: "Diagnosis" })).toHaveAttribute("aria-selected", "true", { timeout: 20_000 });
  await expect(terminal(page).getByRole("button", { name: /^Request \d/ })).toBeVisible();
});

test("Tab completes commands, kinds and names", async ({ page }) => {
  await open(page);
  await openTerminal(page);
  await page.keyboard.type("kub");
  await page.keyboard.press("Tab");
  await expect(prompt(page)).toHaveValue("kubectl ");
  await page.keyboard.type("describe svc we");
  await page.keyboard.press("Tab");
  await expect(prompt(page)).toHaveValue("kubectl describe svc web ");
  await prompt(page).fill("node node-");
  await page.keyboard.press("Tab");
  await expect(terminal(page).getByRole("status").filter({ hasText: "node-1" })).toHaveText("node-1  node-2  node-3");
  // With nothing typed it goes on to what stands next.
  await type(page, "true");
  await page.keyboard.press("Tab");
  await expect(prompt(page)).not.toBeFocused();
});

test("kubectl scale edits the manifests, Events tell of it, and Undo takes it back", async ({ page }) => {
  await open(page);
  const before = scenarioText("clusterip");
  await openTerminal(page);
  await type(page, "kubectl scale deployment web --replicas=5");
  await expect(output(page)).toContainText("deployment.apps/web scaled");
  await expectChange(page, before, ["-  replicas: 3", "+  replicas: 5"]);
  await type(page, "kubectl get pods | grep -c ^web");
  await expect(output(page)).toContainText("5");
  await terminal(page).getByRole("tab", { name: "Events" }).click();
  const row = terminal(page).getByRole("row").filter({ hasText: "ScalingReplicaSet" }).last();
  await expect(row).toContainText("Scaled up replica set");
  await row.getByRole("button", { name: "deployment/web" }).click();
  await topology(page).focus();
  await page.keyboard.press("Control+z");
  await expect.poll(() => keptText(page)).toBe(before);
});

test("the rules of the selected node, filtered", async ({ page }) => {
  await open(page);
  await openTerminal(page);
  await type(page, "node node-2 iptables -t nat -L KUBE-SERVICES -n");
  await expect(output(page)).toContainText("Chain KUBE-SERVICES (2 references)");
  await terminal(page)
    .getByRole("tab", { name: /rules$/ })
    .click();
  const rules = terminal(page).getByRole("region", { name: /^Rules of node-/ });
  await expect(rules).toContainText("-A KUBE-SERVICES");
  await terminal(page)
    .getByRole("searchbox", { name: /^Filter the rules/ })
    .fill("default/web:http cluster IP");
  await expect(terminal(page).getByRole("status")).toHaveText(/^\d+ of \d+ lines$/);
  await expect(rules).not.toContainText("COMMIT");
  await expect(rules).toContainText("default/web:http cluster IP");
});

test("what is pasted as lines is typed as lines", async ({ page }) => {
  await open(page);
  await openTerminal(page);
  await prompt(page).evaluate((input) => {
    const data = new DataTransfer();
    data.setData("text", "for i in 1 2; do\necho line $i\ndone\necho last");
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await expect(output(page)).toContainText("line 1");
  await expect(output(page)).toContainText("line 2");
  await expect(prompt(page)).toHaveValue("echo last");
});

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("breaks no rule of axe", async ({ page }) => {
      await open(page);
      await openTerminal(page);
      await expectNoAxeViolation(page);
      await type(page, "kubectl scale deployment web --replicas=4; kubectl exec debug -- curl -sI http://web; nothing");
      await expect(output(page)).toContainText("command not found");
      await expectNoAxeViolation(page, ".drawer");
      for (const tab of ["Events", /rules$/]) {
        await terminal(page).getByRole("tab", { name: tab }).click();
        await expect(terminal(page).getByRole("tabpanel")).toHaveText(/\S/);
        await expectNoAxeViolation(page, ".drawer");
      }
    });
  });
}

test.describe("phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("has it as a sheet", async ({ page }) => {
    await page.goto("./");
    await expect(page.getByRole("region", { name: "Hop" })).toContainText(/\d of 8/, { timeout: 15_000 });
    await page.getByRole("button", { name: "Pause", exact: true }).tap();
    await page.getByRole("button", { name: "Terminal", exact: true }).tap();
    await type(page, "kubectl get svc web");
    await expect(output(page)).toContainText("ClusterIP");
    await expectNoAxeViolation(page);
  });
});
