/**
 * The embed as a course page has it: in frames of another host, sandboxed, without storage, many on one page. The
 * servers here send no CORS header, as a plain static host does.
 */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import AxeBuilder from "@axe-core/playwright";
import type { Browser, FrameLocator, Locator } from "@playwright/test";
import { expect, noiseOf, test, type Page } from "./fixtures.ts";

const dist = fileURLToPath(new URL(process.env.KUBEHOP_DIST ?? "../dist/", import.meta.url));
const SANDBOX = "allow-scripts allow-popups allow-popups-to-escape-sandbox";
/** What a reader downloads before the first packet moves, gzip. */
const BUDGET_BYTES = 150_000;

type Within = Page | FrameLocator;
const play = (within: Within): Locator => within.getByRole("button", { name: "Play", exact: true });
const pause = (within: Within): Locator => within.getByRole("button", { name: "Pause", exact: true });
const next = (within: Within): Locator => within.getByRole("button", { name: "Next hop" });
const story = (within: Within): Locator => within.getByRole("slider", { name: "Story" });
const sentence = (within: Within): Locator => within.getByRole("contentinfo", { name: "Timeline" }).getByRole("paragraph");
const picture = (within: Within): Locator => within.locator("[data-painted]");

/** The story has run to its end by itself. */
async function playsToItsEnd(within: Within): Promise<void> {
  await expect(sentence(within)).toHaveText(/^(\d+) of \1\. (Delivered|Refused)/, { timeout: 30_000 });
  await expect(play(within)).toBeVisible();
}

/* Hosts */

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8" };
const servers: Server[] = [];

async function serve(answer: (path: string) => { readonly type: string; readonly body: string | Buffer } | null): Promise<string> {
  const server = createServer((request, response) => {
    const found = answer(new URL(request.url ?? "/", "http://host").pathname);
    response.writeHead(found === null ? 404 : 200, found === null ? {} : { "content-type": found.type });
    response.end(found?.body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // listening on a TCP port
}

/** The built pages on a host of their own. */
const embedHost = (): Promise<string> =>
  serve((path) => {
    try {
      return { type: TYPES[extname(path)] ?? "application/octet-stream", body: readFileSync(join(dist, normalize(path))) };
    } catch {
      return null;
    }
  });

/** A course page on another host. */
const courseHost = (body: string): Promise<string> =>
  serve((path) =>
    path === "/"
      ? {
          type: "text/html; charset=utf-8",
          body: `<!doctype html><html lang="en"><title>Course</title><link rel="icon" href="data:,"><body style="margin:0">${body}`,
        }
      : null,
  );

test.afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Course {
  readonly page: Page;
  readonly frame: FrameLocator;
  readonly noise: readonly string[];
}

async function openCourse(browser: Browser, body: (embed: string) => string, before?: (page: Page) => Promise<unknown>): Promise<Course> {
  const address = await courseHost(body(await embedHost()));
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  const noise = noiseOf(page, "http://127.0.0.1:");
  await before?.(page);
  await page.goto(address);
  return { page, frame: page.frameLocator("iframe").first(), noise };
}

const frameOf = (embed: string, fragment = "#scenario=clusterip", attributes = `sandbox="${SANDBOX}"`): string =>
  `<iframe src="${embed}/embed.html${fragment}" title="From name to Pod" width="760" height="420" style="border:0;display:block" ${attributes}></iframe>`;

/* Stories */

test("opened alone it plays by itself, and a request can be sent again", async ({ page }) => {
  await page.setViewportSize({ width: 760, height: 420 });
  await page.goto("./embed.html#scenario=clusterip");
  await expect(page.getByRole("heading", { name: "From name to Pod" })).toBeVisible();
  await expect(picture(page)).toHaveAttribute("data-painted", "worker");
  await expect(pause(page)).toBeVisible();
  await playsToItsEnd(page);
  await page.getByRole("button", { name: "Send again" }).click();
  await expect(pause(page)).toBeVisible();
});

test("in a sandboxed frame of another host it plays in its own workers", async ({ browser }) => {
  const { page, frame, noise } = await openCourse(browser, (embed) => frameOf(embed));
  await playsToItsEnd(frame);
  await expect(picture(frame)).toHaveAttribute("data-painted", "worker");
  const inside = page.frames().find((one) => one.url().includes("embed.html"));
  expect(await inside?.evaluate(() => self.origin)).toBe("null");
  expect(noise).toEqual([]);
});

test("it needs no storage", async ({ browser }) => {
  const { frame, noise } = await openCourse(
    browser,
    (embed) => frameOf(embed, "#scenario=clusterip&speed=4", ""),
    (page) =>
      page.addInitScript(() => {
        // What a browser does that blocks storage of third parties.
        for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
          Object.defineProperty(window, name, {
            get() {
              throw new DOMException(`Access to ${name} is denied`, "SecurityError");
            },
          });
      }),
  );
  await playsToItsEnd(frame);
  expect(noise).toEqual([]);
});

for (const [what, block] of [
  ["there is no Worker", (): void => void Object.defineProperty(window, "Worker", { value: undefined })],
  [
    "a worker dies without a word",
    (): void => {
      const Real = window.Worker;
      Object.defineProperty(window, "Worker", {
        value: class extends Real {
          constructor() {
            super(URL.createObjectURL(new Blob(["throw 1"])));
          }
        },
      });
    },
  ],
] as const)
  test(`it plays on the page's own thread where ${what}`, async ({ browser }) => {
    const { frame } = await openCourse(
      browser,
      (embed) => frameOf(embed, "#scenario=clusterip&speed=4"),
      (page) => page.addInitScript(block),
    );
    await expect(picture(frame)).toHaveAttribute("data-painted", "page", { timeout: 20_000 });
    await playsToItsEnd(frame);
  });

test("ten on one page: those in view play, those out of view wait", async ({ browser }) => {
  test.setTimeout(120_000);
  const { page, noise } = await openCourse(browser, (embed) =>
    Array.from({ length: 10 }, () => frameOf(embed, "#scenario=clusterip&speed=0.25")).join(""),
  );
  const frame = (i: number): FrameLocator => page.frameLocator("iframe").nth(i);
  await expect(pause(frame(0))).toBeVisible({ timeout: 30_000 });
  await expect(play(frame(9))).toBeVisible();
  // One that was never seen has not even started its simulation.
  await expect(frame(9).getByRole("main", { name: "Topology" })).toHaveAttribute("aria-busy", "true");
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await expect(pause(frame(9))).toBeVisible({ timeout: 30_000 });
  await expect(play(frame(0))).toBeVisible();
  await page.evaluate(() => scrollTo(0, 0));
  await expect(pause(frame(0))).toBeVisible();
  expect(noise).toEqual([]);
});

test("the wheel scrolls the course page, and moves the picture only with Ctrl", async ({ browser }) => {
  const { page, frame } = await openCourse(browser, (embed) => `${frameOf(embed)}<div style="height:3000px"></div>`);
  await expect(pause(frame)).toBeVisible();
  await page.mouse.move(400, 200);
  await page.mouse.wheel(0, 240);
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(100);
  // The first scroll may still be under way: until it has ended, the browser gives every turn of the wheel to the page.
  await expect(async () => {
    await page.evaluate(() => scrollTo(0, 0));
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -240);
    await page.keyboard.up("Control");
    await expect(frame.getByRole("button", { name: "Fit to view" })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 15_000 });
  expect(await page.evaluate(() => scrollY)).toBe(0);
});

test("one finger scrolls the course page, two move the picture", async ({ browser }) => {
  const address = await courseHost(`${frameOf(await embedHost(), "#scenario=clusterip&autoplay=0")}<div style="height:3000px"></div>`);
  const context = await browser.newContext({ hasTouch: true, viewport: { width: 800, height: 700 } });
  const page = await context.newPage();
  await page.goto(address);
  const frame = page.frameLocator("iframe").first();
  const fit = frame.getByRole("button", { name: "Fit to view" });
  await expect(next(frame)).toBeEnabled({ timeout: 15_000 });
  const fingers = await context.newCDPSession(page);
  const touch = async (...paths: readonly (readonly { readonly x: number; readonly y: number }[])[]): Promise<void> => {
    const steps = paths[0]?.length ?? 0;
    for (let i = 0; i < steps; i++)
      await fingers.send("Input.dispatchTouchEvent", {
        type: i === 0 ? "touchStart" : "touchMove",
        touchPoints: paths.map((path, id) => ({ ...(path[i] ?? { x: 0, y: 0 }), id })),
      });
    await fingers.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  };
  const way = (at: (i: number) => { readonly x: number; readonly y: number }): readonly { readonly x: number; readonly y: number }[] =>
    Array.from({ length: 10 }, (_, i) => at(i));
  await touch(
    way((i) => ({ x: 380 - 10 * i, y: 200 })),
    way((i) => ({ x: 420 + 10 * i, y: 200 })),
  );
  await expect(fit).toBeVisible();
  await fit.tap();
  await expect(fit).toBeHidden();
  await touch(way((i) => ({ x: 400, y: 300 - 20 * i })));
  await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(100);
  await expect(fit).toBeHidden();
  await context.close();
});

test("at rest no timer and no frame is asked for", async ({ page }) => {
  await page.addInitScript(() => {
    const asked: string[] = [];
    Object.assign(window, { asked });
    for (const name of ["setTimeout", "setInterval", "requestAnimationFrame"] as const) {
      const real = window[name].bind(window) as (...all: unknown[]) => number;
      Object.assign(window, {
        [name]: (callback: () => void, ...rest: unknown[]) => {
          asked.push(name);
          return real(
            () => {
              asked.push(`${name} ran`);
              callback();
            },
            ...rest,
          );
        },
      });
    }
  });
  await page.setViewportSize({ width: 760, height: 420 });
  await page.goto("./embed.html#scenario=clusterip&speed=4");
  await playsToItsEnd(page);
  // Time itself is what is tested: the watch over the simulation looks once more, then nothing.
  await page.waitForTimeout(2_000);
  await page.evaluate("asked.length = 0");
  await page.waitForTimeout(2_000);
  expect(await page.evaluate("asked")).toEqual([]);
});

test("it asks the course page for its height, in every form that is listened for", async ({ browser }) => {
  const { page } = await openCourse(
    browser,
    (embed) => `<script>heard = []; addEventListener("message", (e) => heard.push(e.data))</script>${frameOf(embed)}`,
  );
  const heard = (): Promise<readonly unknown[]> => page.evaluate("heard");
  await expect.poll(async () => (await heard()).some((one) => JSON.stringify(one).includes('"ready"')), { timeout: 15_000 }).toBe(true);
  expect(await heard()).toEqual(
    expect.arrayContaining([
      { subject: "lti.frameResize", height: 420 },
      { sentinel: "amp", type: "embed-size", height: 420 },
      "pymxPYMxxPYMxheightxPYMx420",
      { kubehop: 1, event: "height", height: 420 },
      { kubehop: 1, event: "ready", scenario: "clusterip", title: expect.stringContaining("From name to Pod") as unknown },
    ]),
  );
});

test("the course page steers it by message", async ({ browser }) => {
  const { page, frame } = await openCourse(
    browser,
    (embed) =>
      `<script>heard = []; addEventListener("message", (e) => heard.push(e.data)); tell = (m) => document.querySelector("iframe").contentWindow.postMessage({ kubehop: 1, ...m }, "*")</script>${frameOf(embed, "#scenario=clusterip&autoplay=0")}`,
  );
  await expect(story(frame)).toHaveAttribute("aria-valuemax", "8", { timeout: 15_000 });
  await page.evaluate('tell({ command: "seek", hop: 3 })');
  await expect(story(frame)).toHaveAttribute("aria-valuenow", "3");
  await page.evaluate('tell({ command: "step", by: 1 })');
  await expect(story(frame)).toHaveAttribute("aria-valuenow", "4");
  await page.evaluate('tell({ command: "getState" })');
  const state = (): Promise<{ fragment: string; hop: number } | undefined> => page.evaluate('heard.find((one) => one.event === "state")');
  await expect.poll(async () => (await state())?.hop).toBe(4);
  expect((await state())?.fragment).toMatch(/^#v1=/);
  await page.evaluate('tell({ command: "load", fragment: "#scenario=selector-typo" })');
  await expect(frame.getByRole("heading", { name: "Selector typo" })).toBeVisible();
});

test("Edit YAML: a selector typo is shown, and the next request is refused", async ({ page }) => {
  await page.setViewportSize({ width: 760, height: 420 });
  await page.goto("./embed.html#scenario=clusterip&speed=4");
  await playsToItsEnd(page);
  await page.getByRole("button", { name: "Edit YAML" }).click();
  const panel = page.getByRole("complementary", { name: "Manifests" });
  const text = panel.getByRole("textbox");
  await expect(text).toBeFocused();
  await text.fill((await text.inputValue()).replace("    app: web # every", "    app: webb # every"));
  await expect(panel.getByRole("list", { name: "Problems" })).toContainText("webb");
  await page.getByRole("button", { name: "Send again" }).click();
  await expect(sentence(page)).toContainText(/refused/i, { timeout: 20_000 });
  // Its fix puts it right, and comments stay.
  await panel.getByRole("button", { name: /web\b/ }).first().click();
  await expect(text).toHaveValue(/ {4}app: web # every/);
  await text.press("Escape");
  await expect(panel).toBeHidden();
  await expect(page.getByRole("button", { name: "Edit YAML" })).toBeFocused();
});

test("while the text is broken the last good picture stays, and the sentence says so", async ({ page }) => {
  await page.setViewportSize({ width: 760, height: 420 });
  await page.goto("./embed.html#scenario=clusterip&autoplay=0");
  await page.getByRole("button", { name: "Edit YAML" }).click();
  const text = page.getByRole("complementary", { name: "Manifests" }).getByRole("textbox");
  await text.fill(`${await text.inputValue()}\n  : [`);
  await expect(page.getByText("The picture still shows the last version that was good.")).toBeVisible();
  await expect(page.getByRole("list", { name: "Cluster" })).toContainText("Service web");
});

test("a glyph of the story opens that hop's card", async ({ page }) => {
  await page.setViewportSize({ width: 760, height: 420 });
  await page.goto("./embed.html#scenario=clusterip&autoplay=0");
  await page.getByRole("button", { name: /^Hop 3 of 8/ }).click();
  const card = page.getByRole("dialog", { name: "Hop 3" });
  await expect(card).toContainText("KUBE-SVC-");
  await expect(card).toContainText("Header, before and after");
  await expect(story(page)).toHaveAttribute("aria-valuenow", "3");
  await page.keyboard.press("Escape");
  await expect(card).toBeHidden();
  // and by keyboard alone
  await story(page).press("ArrowRight");
  await story(page).press("Enter");
  await expect(page.getByRole("dialog", { name: "Hop 4" })).toBeVisible();
});

test("a stop on the picture opens its card, and a Pod's tick changes its readiness", async ({ page }) => {
  await page.setViewportSize({ width: 760, height: 420 });
  await page.goto("./embed.html#scenario=clusterip&speed=4");
  await playsToItsEnd(page);
  // The number 3 stands at the left border of node-1, on the height of its gate.
  await picture(page).click({ position: { x: 22, y: 181 } });
  await expect(page.getByRole("dialog", { name: "Hop 3" })).toBeVisible();
  await page.keyboard.press("Escape");
  await picture(page).click({ position: { x: 75, y: 219 } });
  await expect(page.getByRole("list", { name: "Cluster" })).toContainText(/Pod web-\S+, not ready/);
});

test("no key works before something inside has the focus, and the focus can leave", async ({ browser }) => {
  const { page, frame } = await openCourse(
    browser,
    (embed) => `<button>before</button>${frameOf(embed, "#scenario=clusterip&autoplay=0")}<button>after</button>`,
  );
  await expect(story(frame)).toHaveAttribute("aria-valuemax", "8", { timeout: 15_000 });
  // The frame has the keyboard, nothing in it the focus: as when a reader tabs past.
  await page.evaluate(() => document.querySelector("iframe")?.focus());
  await page.keyboard.press("ArrowRight");
  await expect(story(frame)).toHaveAttribute("aria-valuenow", "0");
  await picture(frame).click({ position: { x: 400, y: 110 } });
  await page.keyboard.press("ArrowRight");
  await expect(story(frame)).toHaveAttribute("aria-valuenow", "1");
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("button", { name: "before" }).focus();
  await expect(story(frame)).toHaveAttribute("aria-valuenow", "0");
  for (
    let i = 0;
    i < 20 && !(await page.getByRole("button", { name: "after" }).evaluate((element) => element === document.activeElement));
    i++
  )
    await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "after" })).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("ArrowRight");
  await expect(story(frame)).toHaveAttribute("aria-valuenow", "1");
});

test("with reduced motion it waits for the reader and steps through still pictures", async ({ browser, baseURL }) => {
  const context = await browser.newContext({
    reducedMotion: "reduce",
    viewport: { width: 760, height: 420 },
    ...(baseURL === undefined ? {} : { baseURL }),
  });
  const page = await context.newPage();
  await page.goto("./embed.html#scenario=clusterip");
  await expect(story(page)).toHaveAttribute("aria-valuemax", "8", { timeout: 15_000 });
  await expect(play(page)).toBeVisible();
  await expect(story(page)).toHaveAttribute("aria-valuenow", "0");
  await next(page).click();
  await expect(story(page)).toHaveAttribute("aria-valuenow", "1");
  await context.close();
});

test("a link's workspace opens; damaged and unknown ones say so", async ({ page }) => {
  await page.setViewportSize({ width: 760, height: 420 });
  await page.goto("./embed.html#scenario=selector-typo&autoplay=0");
  const full = page.getByRole("link", { name: "Open in full" });
  await expect(full).toHaveAttribute("href", /^index\.html#v1=./);
  const fragment = ((await full.getAttribute("href")) ?? "").replace("index.html", "");
  await page.goto("about:blank");
  await page.goto(`./embed.html${fragment}&theme=dark&autoplay=0`);
  await expect(page.getByRole("heading", { name: "Selector typo" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  for (const [bad, said] of [
    [`${fragment.slice(0, 60)}&autoplay=0`, /damaged/],
    ["#v7=AAAA&autoplay=0", /newer version/],
    ["#scenario=no-such-thing&autoplay=0", /no scenario .no-such-thing./],
  ] as const) {
    await page.goto("about:blank");
    await page.goto(`./embed.html${bad}`);
    await expect(page.getByRole("status").first()).toHaveText(said);
    await expect(page.getByRole("heading", { name: "From name to Pod" })).toBeVisible();
  }
});

for (const [width, height] of [
  [760, 420],
  [390, 640],
  [320, 360],
] as const)
  for (const theme of ["light", "dark"] as const)
    test(`${width} by ${height}, ${theme}: nothing overflows, targets are large enough, axe finds nothing`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await page.goto(`./embed.html#scenario=clusterip&autoplay=0&theme=${theme}`);
      await expect(next(page)).toBeEnabled({ timeout: 15_000 });
      for (let i = 0; i < 3; i++) await next(page).click();
      const { beyond, small } = await page.evaluate(() => ({
        beyond: [document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight],
        small: [...document.querySelectorAll("button, a")]
          .filter((element) => element.getClientRects().length > 0)
          .map((element) => ({ name: element.getAttribute("aria-label") ?? element.textContent, box: element.getBoundingClientRect() }))
          .filter(
            ({ box }) =>
              Math.min(box.width, box.height) < (innerWidth < 560 ? 44 : 24) || box.right > innerWidth || box.bottom > innerHeight,
          )
          .map(({ name }) => name),
      }));
      expect({ beyond, small }).toEqual({ beyond: [0, 0], small: [] });
      const results = await new AxeBuilder({ page }).analyze();
      expect(results.violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
    });

test("on a phone the card of each hop is swiped, and a low frame opens it from its strip", async ({ browser, baseURL }) => {
  const context = await browser.newContext({
    hasTouch: true,
    isMobile: true,
    viewport: { width: 390, height: 640 },
    ...(baseURL === undefined ? {} : { baseURL }),
  });
  const page = await context.newPage();
  await page.goto("./embed.html#scenario=clusterip&autoplay=0");
  await expect(next(page)).toBeEnabled({ timeout: 15_000 });
  await next(page).tap();
  const card = page.getByRole("region", { name: "Hop" });
  await expect(card).toContainText("1 of 8");
  for (const type of ["touchstart", "touchend"] as const) {
    const touch = { identifier: 1, clientX: type === "touchstart" ? 300 : 120, clientY: 480 };
    await card.dispatchEvent(type, { touches: type === "touchstart" ? [touch] : [], changedTouches: [touch], targetTouches: [] });
  }
  await expect(card).toContainText("2 of 8");
  await page.setViewportSize({ width: 320, height: 360 });
  await page.getByRole("button", { name: /^Hop 2 of 8, .*open its card/ }).tap();
  await expect(page.getByRole("dialog", { name: "Hop 2" })).toBeVisible();
  await context.close();
});

test("one classic script with everything inside, within its budget", () => {
  const html = readFileSync(join(dist, "embed.html"), "utf8");
  expect([...html.matchAll(/<(script|link)\b[^>]*>/g)].map(([tag]) => tag)).toEqual([
    '<link rel="icon" href="data:," />',
    '<script src="embed.js">',
  ]);
  const script = readFileSync(join(dist, "embed.js"));
  expect(script.toString("utf8")).not.toMatch(/\bimport\s*\(|\bimport\.meta\b|\bfetch\(|XMLHttpRequest|@import|url\(https?:/);
  expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(BUDGET_BYTES);
});

test("a packet moves before the simulator has arrived, and what follows waits for it", async ({ page }) => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/embed-core.js", async (route) => {
    await held;
    await route.continue();
  });
  await page.setViewportSize({ width: 760, height: 420 });
  await page.goto("embed.html#scenario=clusterip");
  await expect(page.getByText("2 of 8.")).toBeVisible();
  await expect(page.getByText(/Delivered to web/)).toBeVisible({ timeout: 30_000 });
  // The next request is the simulator's own.
  await page.getByRole("button", { name: "Send again" }).click();
  release();
  await expect(page.getByText("2 of 8.").or(page.getByText(/2 of \d\./))).toBeVisible({ timeout: 30_000 });
});

test("a scenario without a recorded beginning plays once the simulator has arrived", async ({ page }) => {
  await page.setViewportSize({ width: 760, height: 420 });
  await page.goto("embed.html#scenario=statefulset&speed=4");
  await expect(page.getByRole("heading", { name: "StatefulSet" })).toBeVisible();
  await expect(sentence(page)).toHaveText(/^7 of 7\. Delivered to store-1/, { timeout: 30_000 });
});

test("what comes with the simulator has its title and a few words before, and stays away when something newer was asked for", async ({
  browser,
}) => {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const address = await courseHost(
    `<script>heard = []; addEventListener("message", (e) => heard.push(e.data)); tell = (m) => document.querySelector("iframe").contentWindow.postMessage({ kubehop: 1, ...m }, "*")</script>${frameOf(await embedHost(), "#scenario=statefulset&autoplay=0")}`,
  );
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  await page.route("**/embed-core.js", async (route) => {
    await held;
    await route.continue();
  });
  // The page counts as loaded only when the script that is held back has come.
  await page.goto(address, { waitUntil: "commit" });
  const frame = page.frameLocator("iframe").first();
  await expect(frame.getByRole("heading", { name: "StatefulSet" })).toBeVisible();
  await expect(frame.getByText("A name for each Pod that outlives it.")).toBeVisible();
  await expect(frame.getByRole("button", { name: "Edit YAML" })).toBeDisabled();
  await page.evaluate('tell({ command: "getState" })');
  await expect
    .poll(() => page.evaluate('heard.find((one) => one.event === "state")?.fragment'), { timeout: 15_000 })
    .toBe("#scenario=statefulset");
  // Another that comes late, then one that is here: the last word counts.
  await page.evaluate('tell({ command: "load", fragment: "#scenario=namespaces" })');
  await page.evaluate('tell({ command: "load", fragment: "#scenario=selector-typo" })');
  await expect(frame.getByRole("heading", { name: "Selector typo" })).toBeVisible();
  await expect(frame.getByRole("button", { name: "Edit YAML" })).toBeEnabled();
  release();
  await frame.getByRole("button", { name: "Send again" }).click();
  await expect(story(frame)).not.toHaveAttribute("aria-valuemax", "0", { timeout: 15_000 });
  await expect(frame.getByRole("heading", { name: "Selector typo" })).toBeVisible();
});

test("a scenario whose simulator did not come is opened by Start again", async ({ page }) => {
  let broken = true;
  await page.route("**/embed-core.js", (route) =>
    broken ? route.fulfill({ status: 200, contentType: "text/javascript", body: "" }) : route.continue(),
  );
  await page.setViewportSize({ width: 760, height: 420 });
  await page.goto("embed.html#scenario=statefulset&autoplay=0");
  await expect(page.getByText(/The simulator arrived damaged/)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("heading", { name: "StatefulSet" })).toBeVisible();
  broken = false;
  await page.getByRole("button", { name: "Start again" }).click();
  await expect(page.getByRole("list", { name: "Cluster" })).toContainText("Service store", { timeout: 30_000 });
  await expect(page.getByText(/arrived damaged/)).toHaveCount(0);
});

test("a simulator that cannot be fetched is said in words", async ({ page }) => {
  await page.route("**/embed-core.js", (route) => route.fulfill({ status: 200, contentType: "text/javascript", body: "" }));
  await page.setViewportSize({ width: 760, height: 420 });
  await page.goto("embed.html#scenario=clusterip&autoplay=0");
  await page.getByRole("button", { name: "Send again" }).click();
  await expect(page.getByText(/The simulator arrived damaged/)).toBeVisible({ timeout: 30_000 });
});
