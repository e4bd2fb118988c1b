/**
 * What a person does and sees, in words. Things are found by role and name; waiting is for the page's own state
 * (`aria-busy`, the request on show, the caption), never for time.
 */
import { SCENARIOS, scenarioById } from "../src/app/scenarios/index.ts";
import { expect, type Locator, type Page } from "./fixtures.ts";

export const topology = (page: Page): Locator => page.getByRole("main", { name: "Topology" });
export const inspector = (page: Page): Locator => page.getByRole("complementary", { name: "Inspector" });
export const manifests = (page: Page): Locator => page.getByRole("region", { name: "Manifests" });
export const destination = (page: Page): Locator => page.getByRole("textbox", { name: "Destination" });
export const hops = (page: Page): Locator => page.getByRole("list", { name: "Hops" }).getByRole("listitem");
/** Where the story stands: a slider over show time. Only there while a request is on show. */
export const scrubber = (page: Page): Locator => page.getByRole("slider", { name: "Scrub through the request" });
/** The sentence under the picture. */
export const caption = (page: Page): Locator => topology(page).locator(".caption").getByRole("paragraph");
/** A tab of the inspector with what it shows: its part of the page may still be on its way when it is pressed. */
export async function openTab(page: Page, name: string): Promise<Locator> {
  await chooseTab(page, name);
  const body = inspector(page).getByRole("tabpanel", { name });
  await expect(body).toHaveText(/\S/);
  await expect(body.getByText("On its way")).toHaveCount(0);
  return body;
}

/** Where there is no room for all tabs, the others are in a menu. */
async function chooseTab(page: Page, name: string): Promise<void> {
  const tab = inspector(page).getByRole("tab", { name, includeHidden: true });
  if (await tab.isVisible()) return tab.click();
  await inspector(page)
    .getByRole("button", { name: /^More tabs: / })
    .click();
  await page.getByRole("menuitem", { name, exact: true }).click();
}

/** The hops of a request that failed: its diagnosis has opened by itself, and is put aside. */
export async function pastDiagnosis(page: Page): Promise<void> {
  await expect(inspector(page).getByRole("tab", { name: "Diagnosis" })).toHaveAttribute("aria-selected", "true");
  await openTab(page, "Hops");
}

/** Source and destination in the inspector, as they are at this moment. */
export const addresses = (page: Page): Locator => inspector(page).locator(".addr");
export const picture = (page: Page): Locator => topology(page).locator("canvas");

/** Nothing is being computed, and a request is on show. */
export async function settled(page: Page): Promise<void> {
  await expect(scrubber(page)).toBeVisible();
  await expect(topology(page)).toHaveAttribute("aria-busy", "false");
}

/** Opens the page, and holds the request that it plays by itself at its start. */
export async function open(page: Page, fragment = ""): Promise<void> {
  await page.goto(`./${fragment}`);
  await settled(page);
  await toStart(page);
}

/** The full editor, which comes after the picture. */
export async function editorLoaded(page: Page): Promise<Locator> {
  const editor = manifests(page).getByRole("textbox", { name: "Manifests. Escape, then Tab, leaves the editor." });
  await expect(editor).toBeAttached({ timeout: 20_000 });
  return editor;
}

export async function openScenario(page: Page, title: string): Promise<void> {
  await chooseScenario(page, title);
  await settled(page);
}

/** Opens one that may not send a request by itself. */
export async function chooseScenario(page: Page, title: string): Promise<void> {
  const menu = page.getByRole("button", { name: "Scenario" });
  await menu.click();
  const words = SCENARIOS.find((scenario) => scenario.title === title)?.words ?? "";
  await page.getByRole("menuitemradio", { name: `${title} ${words}`, exact: true }).click();
  await expect(menu).toHaveText(title);
}

export async function toStart(page: Page): Promise<void> {
  await scrubber(page).press("Home");
  await expect(scrubber(page)).toHaveAttribute("aria-valuenow", "0");
}

/** Goes to the end of the request on show and gives the sentence that sums it up. */
export async function ending(page: Page): Promise<string> {
  await scrubber(page).press("End");
  await expect(topology(page).getByText(/^\d+ hops?$/)).toBeVisible();
  return (await caption(page).textContent()) ?? "";
}

/** Stops where the current hop has this title. */
export async function goToHop(page: Page, title: string | RegExp): Promise<void> {
  await page.getByRole("list", { name: "Hops" }).getByRole("button", { name: title }).click();
  await expect(hops(page).filter({ has: page.getByRole("button", { name: title }) })).toHaveAttribute("aria-current", "step");
}

/** Number of the request on show, 0 before the first. */
export async function requestNumber(page: Page): Promise<number> {
  // The first heading is the request's; what is selected may stand below with one of its own.
  const text = await inspector(page).getByRole("heading", { level: 2 }).first().textContent();
  return Number(/\d+/.exec(text ?? "")?.[0] ?? "0");
}

/** Sends what the request line says and waits until it has ended and is on show. */
export async function send(page: Page, to?: string, count = 1): Promise<void> {
  const before = await requestNumber(page);
  if (to !== undefined) await destination(page).fill(to);
  await page.getByRole("combobox", { name: "How many requests" }).selectOption(String(count));
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await onShow(page, before + count);
}

/** Waits until the request of this number is on show. */
export async function onShow(page: Page, request: number): Promise<void> {
  await expect(inspector(page).getByRole("heading", { level: 2, name: `Request ${request}`, exact: true })).toBeVisible();
  await settled(page);
}

/** Sends and says how it ended. */
export async function sendAndSee(page: Page, to?: string): Promise<string> {
  await send(page, to);
  return ending(page);
}

/** The text of the only file, as the browser keeps it for the next visit. */
export async function keptText(page: Page): Promise<string> {
  return page.evaluate(() => {
    const kept = localStorage.getItem("kubehop.workspace");
    if (kept === null) return "";
    const workspace = JSON.parse(kept) as { readonly files: readonly { readonly text: string }[] };
    return workspace.files[0]?.text ?? "";
  });
}

/** Lines that went (`-`) and came (`+`) between two texts, in order. */
export function changedLines(before: string, after: string): readonly string[] {
  const a = before.split("\n");
  const b = after.split("\n");
  // Length of the longest common subsequence of what is left of both from each position.
  const common = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = common[i];
      if (row !== undefined) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const changes: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) changes.push(`-${a[i++]}`);
    else changes.push(`+${b[j++]}`);
  }
  return changes;
}

/** Waits until the manifests differ from an earlier text in exactly these lines. */
export async function expectChange(page: Page, before: string, lines: readonly string[]): Promise<void> {
  await expect.poll(async () => changedLines(before, await keptText(page))).toEqual(lines);
}

/** The manifests that a scenario opens with. */
export function scenarioText(id: string): string {
  const text = scenarioById(id)?.files[0]?.text;
  if (text === undefined) throw new Error(`no scenario ${id}`);
  return text;
}

/** Puts the caret of the full editor on a line (from 1), after so many characters. */
export async function caretTo(page: Page, line: number, column: number): Promise<void> {
  const editor = await editorLoaded(page);
  await editor.focus();
  await page.keyboard.press("Control+Home");
  for (let i = 1; i < line; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Home");
  await page.keyboard.press("Home");
  // The second Home stands at the very beginning of an indented line; of others it does not matter.
  for (let i = 0; i < column; i++) await page.keyboard.press("ArrowRight");
}

/** Line (from 1) and column of a text, for the caret. */
export function placeOf(text: string, part: string): { readonly line: number; readonly column: number } {
  const offset = text.indexOf(part);
  if (offset === -1) throw new Error(`not in the text: ${part}`);
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") - 1 };
}
