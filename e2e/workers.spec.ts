import { expect, test } from "./fixtures.ts";
import { caption, ending, open, openScenario, picture, sendAndSee, settled, topology } from "./story.ts";

test("the simulation and the painter run in workers of their own", async ({ page }) => {
  const names: string[] = [];
  page.on("worker", (worker) => names.push(worker.url()));
  await open(page);
  expect(names.some((url) => url.includes("simulation.worker"))).toBe(true);
  expect(names.some((url) => url.includes("render.worker"))).toBe(true);
  // A canvas that was given away has no context for the page to take.
  expect(
    await picture(page).evaluate((canvas: HTMLCanvasElement) => {
      try {
        return canvas.getContext("2d") === null ? "none" : "here";
      } catch {
        return "given away";
      }
    }),
  ).toBe("given away");
});

for (const [what, block] of [
  [
    "there is no Worker",
    (): void => {
      Object.defineProperty(window, "Worker", { value: undefined });
    },
  ],
  [
    "making one throws",
    (): void => {
      Object.defineProperty(window, "Worker", {
        // Not an arrow function: it is called with `new`.
        value: function blocked(): never {
          throw new DOMException("blocked", "SecurityError");
        },
      });
    },
  ],
  [
    "it starts and dies at once",
    (): void => {
      Object.defineProperty(window, "Worker", {
        value: class extends EventTarget {
          onerror: ((event: ErrorEvent) => void) | null = null;
          onmessage: null = null;
          constructor() {
            super();
            setTimeout(() => {
              const event = new ErrorEvent("error", { message: "", cancelable: true });
              this.onerror?.(event);
              this.dispatchEvent(event);
            }, 20);
          }
          postMessage(): void {}
          terminate(): void {}
        },
      });
    },
  ],
] as const) {
  test(`where ${what}, the packet plays on the page's own thread`, async ({ page }) => {
    await page.addInitScript(block);
    await page.goto("./");
    await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
    await expect(caption(page)).toHaveText(/^Delivered to web-/, { timeout: 40_000 });
    await expect(topology(page).locator("[data-painted]")).toBeAttached();
    const before = await picture(page).screenshot();
    await settled(page);
    await openScenario(page, "Selector typo");
    expect(await ending(page)).toMatch(/^Refused/);
    await expect.poll(async () => (await picture(page).screenshot()).equals(before)).toBe(false);
    await openScenario(page, "From name to Pod");
    expect(await sendAndSee(page)).toMatch(/^Delivered/);
  });
}
