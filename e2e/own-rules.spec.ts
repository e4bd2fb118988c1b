/** Rules of one's own on the nodes, rules pasted from a real node, and what conntrack and ip print. */
import { readFileSync } from "node:fs";
import { expect, expectNoAxeViolation, test } from "./fixtures.ts";
import { ending, inspector, onShow, open, topology } from "./story.ts";

const SAVED = readFileSync(new URL("../src/core/network/fixtures/pasted-nft.txt", import.meta.url), "utf8");

for (const theme of ["light", "dark"] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme });

    test("a rule of one's own drops the request, says so, and is taken back", async ({ page }) => {
      await open(page);
      const panel = inspector(page);
      await panel.getByRole("tab", { name: "Rules" }).click();
      const own = panel.getByRole("region", { name: "Rules of your own" });
      await expect(own).toContainText("none");
      await own.getByRole("button", { name: "Add" }).click();
      await own.getByRole("radio", { name: "All nodes" }).click();
      const field = own.getByRole("textbox", { name: "Rules of your own on all nodes" });
      await field.fill("iptables -A FORWARD -p tcp --dport 80 -j DROP\niptables -A FORWARD -m owner --uid-owner 0 -j DROP");
      await expect(own.getByRole("listitem")).toHaveText(["Line 2not modelled: -m owner --uid-owner 0"]);
      await expect(own.getByRole("button", { name: "Apply" })).toBeDisabled();
      await expectNoAxeViolation(page, "aside");
      await field.fill("iptables -A FORWARD -p tcp --dport 80 -j DROP");
      await field.press("Control+Enter");
      await expect(page.getByText("Own rules stand on all nodes")).toBeVisible();
      await expect(own).toContainText("1 rule");
      await page.getByRole("button", { name: "Send", exact: true }).click();
      await onShow(page, 2);
      expect(await ending(page)).toContain("Dropped at node-");
      await panel.getByRole("tab", { name: "Hops" }).click();
      await expect(panel.getByRole("list", { name: "Hops" })).toContainText("a rule of your own");
      await panel.getByRole("tab", { name: "Rules" }).click();
      await expect(panel.locator(".rl.stop")).toContainText("yours");
      await expectNoAxeViolation(page, "aside");
      await topology(page).focus();
      await page.keyboard.press("Control+z");
      await expect(own).toContainText("none");
    });

    test("a packet through pasted rules", async ({ page }) => {
      await open(page);
      await inspector(page).getByRole("tab", { name: "Rules" }).click();
      await inspector(page).getByRole("button", { name: "Paste rules" }).click();
      const dialog = page.getByRole("dialog", { name: "Trace a packet through pasted rules" });
      await expect(dialog.getByRole("status")).toHaveText("Paste the rules of a node to begin.");
      await dialog.getByRole("textbox", { name: "Rules as iptables-save prints them" }).fill(SAVED);
      await dialog.getByRole("textbox", { name: "The node's addresses" }).fill("192.168.1.11");
      await dialog.getByRole("textbox", { name: "From" }).fill("203.0.113.9");
      await dialog.getByRole("textbox", { name: "To" }).fill("10.96.5.5");
      await expect(dialog.getByRole("status")).toContainText("It is sent on to, with the source replaced by the node's address");
      await expect(dialog.getByRole("row")).toHaveText(["ToOdds", "10.244.1.5:808050.00%", "10.244.2.6:808050.00%"]);
      await expect(dialog.getByText("7 lines not modelled")).toBeVisible();
      await expectNoAxeViolation(page, "dialog");
      await dialog.getByRole("textbox", { name: "Rules as iptables-save prints them" }).fill("*filter\n-A INPUT -j NOWHERE\nCOMMIT\n");
      await expect(dialog.getByRole("listitem")).toHaveText(["Line 2no chain named NOWHERE"]);
      await page.keyboard.press("Escape");
      await expect(dialog).toBeHidden();
    });
  });
}

test("conntrack as the program prints it, the time to live of each hop, and a node's links", async ({ page }) => {
  await open(page);
  await ending(page);
  const panel = inspector(page);
  await expect(panel.getByRole("list", { name: "Hops" })).toContainText("TTL 63");
  await panel.getByRole("tab", { name: "Conntrack" }).click();
  await panel.getByRole("radio", { name: "conntrack -L" }).click();
  await expect(panel.getByLabel(/^conntrack -L on /).first()).toContainText(
    /tcp {6}6 \d+ \w+ src=10\.244\.\d+\.\d+ dst=10\.\d+\.\d+\.\d+ /,
  );
  await expectNoAxeViolation(page, "aside");
  await page.getByRole("treeitem", { name: /^Node node-1,/ }).focus();
  await page.keyboard.press("Enter");
  const node = panel.getByRole("region", { name: "Node node-1" });
  await node.getByText("Interfaces, routes and neighbours").click();
  await expect(node.getByLabel("ip route, node-1")).toContainText("default via 192.168.10.1 dev eth0");
  await expect(node.getByLabel("ip neigh, node-1")).toContainText(/lladdr 0a:58:/);
  await expectNoAxeViolation(page, "aside");
});

test.describe("phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("pasted rules on a phone", async ({ page }) => {
    await page.goto("./");
    await page.getByRole("button", { name: "Inspector", exact: true }).tap();
    await page.getByRole("tab", { name: "Rules" }).tap();
    await page.getByRole("button", { name: "Paste rules" }).tap();
    const dialog = page.getByRole("dialog", { name: "Trace a packet through pasted rules" });
    await dialog.getByRole("textbox", { name: "Rules as iptables-save prints them" }).fill(SAVED);
    await dialog.getByRole("textbox", { name: "The node's addresses" }).fill("192.168.1.11");
    await dialog.getByRole("textbox", { name: "From" }).fill("203.0.113.7");
    await dialog.getByRole("textbox", { name: "To" }).fill("10.96.5.5");
    await expect(dialog.getByRole("status")).toContainText("It is dropped in silence");
    await expectNoAxeViolation(page, "dialog");
  });
});
