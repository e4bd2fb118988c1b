/** Packets as a file: what the page hands over is what Wireshark's own dissector reads without complaint. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, expectNoAxeViolation, test, type Page } from "./fixtures.ts";
import { ending, inspector, open, openScenario, pastDiagnosis, send } from "./story.ts";

const BUTTON = "Download capture (pcapng)";
const hasTshark = spawnSync("tshark", ["--version"]).status === 0;
/** Where tshark is absent the file is only looked at by its first octets, and the test says so. */
const told = hasTshark ? "" : " (tshark is not installed: nothing dissects it)";

const CHECKS = ["ip", "tcp", "udp"].flatMap((protocol) => ["-o", `${protocol}.check_checksum:TRUE`]);
const BAD =
  "_ws.malformed || _ws.short || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status == 0";

function dissect(file: string, ...args: readonly string[]): readonly string[] {
  const text = execFileSync("tshark", ["-r", file, ...CHECKS, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return text.split("\n").filter((line) => line !== "");
}

/** Presses the button (and the entry of its menu) and gives the file's name and place. */
async function take(page: Page, entry?: RegExp): Promise<{ readonly name: string; readonly path: string }> {
  const coming = page.waitForEvent("download");
  await inspector(page).getByRole("button", { name: BUTTON }).click();
  if (entry !== undefined) await page.getByRole("menuitem", { name: entry }).click();
  const download = await coming;
  return { name: download.suggestedFilename(), path: await download.path() };
}

function expectCapture(path: string, names: readonly string[]): void {
  expect(Array.from(readFileSync(path).subarray(0, 4))).toEqual([0x0a, 0x0d, 0x0d, 0x0a]);
  if (!hasTshark) return;
  expect(dissect(path, "-Y", BAD)).toEqual([]);
  const asked = new Set(dissect(path, "-Y", "dns.flags.response == 0", "-T", "fields", "-e", "dns.qry.name"));
  for (const name of names) expect(asked).toContain(name);
}

test(`the request on show, look-up and all, as a capture${told}`, async ({ page }) => {
  await open(page);
  const { name, path } = await take(page);
  expect(name).toBe("request-1-debug-to-web.pcapng");
  expectCapture(path, ["web.default.svc.cluster.local"]);
  if (hasTshark) expect(dissect(path, "-Y", "http.response.code == 200")).not.toEqual([]);
  await expect(page.getByText(/^\d+ packets of 1 request, seen at \d interfaces\.$/)).toBeVisible();
});

test(`ten requests in one file, by keyboard${told}`, async ({ page }) => {
  await open(page);
  await send(page, "http://web", 10);
  await inspector(page).getByRole("button", { name: BUTTON }).focus();
  await page.keyboard.press("Enter");
  const coming = page.waitForEvent("download");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("menuitem", { name: /The 10 requests sent together/ })).toBeFocused();
  await expectNoAxeViolation(page);
  await page.keyboard.press("Enter");
  const download = await coming;
  expect(download.suggestedFilename()).toBe("requests-2-to-11-debug-to-web.pcapng");
  expectCapture(await download.path(), ["web.default.svc.cluster.local"]);
  // The first request of the page is in the file of all of them.
  const all = await take(page, /All requests of this run/);
  expect(all.name).toBe("requests-1-to-11-debug-to-web.pcapng");
  if (hasTshark) expect(dissect(all.path, "-Y", "http.request")).not.toEqual([]);
});

test(`a name that nobody knows: every question and every denial${told}`, async ({ page }) => {
  await open(page);
  await send(page, "http://wbe");
  const { name, path } = await take(page, /^Request 2/);
  expect(name).toBe("request-2-debug-to-wbe.pcapng");
  expectCapture(path, ["wbe.default.svc.cluster.local", "wbe.svc.cluster.local", "wbe.cluster.local", "wbe"]);
  if (hasTshark) expect(dissect(path, "-Y", "dns.flags.rcode == 3")).not.toEqual([]);
});

test(`a refusal is in it as the ICMP error or the reset that it was${told}`, async ({ page }) => {
  await open(page);
  await openScenario(page, "Selector typo");
  await ending(page);
  await pastDiagnosis(page);
  const { path } = await take(page);
  expectCapture(path, []);
  if (hasTshark) expect(dissect(path, "-Y", "icmp.type == 3")).not.toEqual([]);
});

test(`the last requests of steady traffic${told}`, async ({ page }) => {
  await open(page);
  await openScenario(page, "Rolling update");
  await page.getByRole("radio", { name: "4\u00d7" }).click();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await expect(inspector(page).getByRole("heading", { name: "Steady traffic" })).toBeVisible();
  await expect.poll(async () => Number(await inspector(page).getByRole("definition").first().textContent())).toBeGreaterThan(10);
  const { name, path } = await take(page);
  expect(name).toBe("steady-traffic.pcapng");
  expectCapture(path, ["web.default.svc.cluster.local"]);
  if (hasTshark) expect(dissect(path, "-Y", "http.request").length).toBeGreaterThan(5);
});
