import { expect, expectNoAxeViolation, test } from "./fixtures.ts";
import { destination, ending, hops, inspector, onShow, open, openScenario, send } from "./story.ts";

const LAST_OF_TEN = /^Delivered to (web-\w{5}) in .*, request 10 of 10 on the same connection\./;

test("keep-alive: one connection stays with one Pod after scaling up, until the switch is turned off", async ({ page }) => {
  await open(page);
  await openScenario(page, "Keep-alive imbalance");
  const keep = page.getByRole("button", { name: "Keep the connection" });
  await expect(keep).toHaveAttribute("aria-pressed", "true");
  const pod = LAST_OF_TEN.exec(await ending(page))?.[1] ?? "";
  expect(pod).not.toBe("");
  await expect(hops(page).filter({ hasText: "Known connection" })).toHaveCount(1);
  await expect(hops(page).filter({ hasText: "request 10 of 10 on the same connection" })).toHaveCount(1);

  await page.getByRole("button", { name: "Scale to 6" }).click();
  await expect(page.getByRole("switch", { name: /^web-/ })).toHaveCount(6);
  await page.getByRole("button", { name: "Send ten more" }).click();
  await onShow(page, 20);
  const after = await ending(page);
  expect(after).toContain("request 20 of 20 on the same connection");
  expect(after).toContain(`Delivered to ${pod} in`);

  await keep.click();
  await expect(keep).toHaveAttribute("aria-pressed", "false");
  await send(page);
  expect(await ending(page)).not.toContain("connection");
  await expect(hops(page).filter({ hasText: "Rewrite the destination" })).toHaveCount(1);
  await expectNoAxeViolation(page);
});

test("the switch is there for several requests, stays in the link, and over UDP keeps the socket", async ({ page }) => {
  await open(page);
  await openScenario(page, "From name to Pod");
  const keep = page.getByRole("button", { name: "Keep the connection" });
  await expect(keep).toHaveCount(0);
  await page.getByRole("combobox", { name: "How many requests" }).selectOption("10");
  await keep.click();
  await expect.poll(() => page.evaluate(() => Object.values(localStorage).some((kept: string) => kept.includes('"keep":true')))).toBe(true);
  await page.reload();
  await expect(keep).toHaveAttribute("aria-pressed", "true");

  await openScenario(page, "Stale UDP flow");
  await expect(destination(page)).toHaveValue("udp://stats:8125");
  expect(await ending(page)).toMatch(/datagram 3 of 3 from the same socket\./);
  await page.getByRole("button", { name: "Scale to 0" }).click();
  await send(page);
  expect(await ending(page)).toMatch(/^Lost: no Pod has the address now\. No answer in 5 seconds/);
  await expect(inspector(page).locator(".pkt").getByText("timed out", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Use a new socket" }).click();
  await expect(async () => expect(await ending(page)).toMatch(/^Refused at node-\d: stats has no endpoints\./)).toPass();
});
