/** One helper process per network namespace, spoken to in JSON lines. */
import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";

/** The helper's text: it goes into the bundle, so that no path has to be known when it is started. */
const [source = ""] = Object.values(import.meta.glob<string>("./helper.mjs", { query: "?raw", import: "default", eager: true }));

export type Transport = "TCP" | "UDP";

export interface ConnectRequest {
  readonly protocol: Transport;
  readonly address: string;
  readonly port: number;
  readonly count: number;
  readonly timeoutMs: number;
  /** Side by side from the first on: each is waited for longer than one likes to wait for all. */
  readonly atOnce?: boolean;
  /** One connection from each of these addresses, in order. */
  readonly from?: readonly string[];
  readonly sourcePort?: number;
}

/** What one connection came to. `sent` is the port it was sent from; address and port are what the server saw. */
export type Attempt =
  | { readonly name: string; readonly address: string; readonly port: number; readonly sent: number; readonly error?: undefined }
  | { readonly error: string };

const ANSWER_WITHIN_MS = 20_000;

export class NamespaceHelper {
  readonly namespace: string;
  #child: ChildProcessWithoutNullStreams;
  #waiting = new Map<number, { resolve: (answer: Record<string, unknown>) => void; reject: (error: Error) => void }>();
  #last = 0;
  #said = "";

  constructor(namespace: string) {
    this.namespace = namespace;
    this.#child = spawn("ip", ["netns", "exec", namespace, process.execPath, "--input-type=module", "--eval", source]);
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#hear(line));
    this.#child.stderr.on("data", (data) => (this.#said = `${this.#said}${String(data)}`.slice(-2000)));
    this.#child.on("error", (error) => this.#fail(error.message));
    this.#child.on("exit", (code) => this.#fail(`ended with ${code}: ${this.#said}`));
    this.#child.stdin.on("error", (error) => this.#fail(error.message));
  }

  async sysctl(path: string, value: string | number): Promise<void> {
    await this.#ask({ op: "sysctl", path, value });
  }

  async listen(protocol: Transport, address: string, port: number, name: string, keeps = false): Promise<void> {
    await this.#ask({ op: "listen", protocol, address, port, name, keeps });
  }

  /** Its process ends: nobody listens there any more. */
  async hush(protocol: Transport, address: string, port: number): Promise<void> {
    await this.#ask({ op: "hush", protocol, address, port });
  }

  /** A socket that stays, by a key of the caller's. An errno where TCP does not connect. */
  async open(key: string, to: Omit<ConnectRequest, "count" | "atOnce" | "from">): Promise<string | null> {
    return (await this.#result({ op: "open", key, ...to })).error ?? null;
  }

  /** Asks once more over an open socket: who answered, or an errno. */
  async say(key: string, timeoutMs: number): Promise<string> {
    const { name, error } = await this.#result({ op: "say", key, timeoutMs });
    return error ?? name ?? "";
  }

  async #result(request: Record<string, unknown>): Promise<{ readonly name?: string; readonly error?: string }> {
    // The helper's own format; it stands at the top of helper.mjs.
    return (await this.#ask(request))["result"] as { readonly name?: string; readonly error?: string };
  }

  async connect(request: ConnectRequest): Promise<readonly Attempt[]> {
    const { results } = await this.#ask({ op: "connect", ...request });
    // The helper's own format; it stands at the top of helper.mjs.
    return results as readonly Attempt[];
  }

  /** A file as this namespace sees it. */
  async read(path: string): Promise<string> {
    return String((await this.#ask({ op: "read", path }))["text"]);
  }

  /** Ends the process; it also ends by itself when this one does. */
  stop(): void {
    this.#child.removeAllListeners("exit");
    this.#child.stdin.end();
    this.#child.kill();
  }

  #ask(request: Record<string, unknown>): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(`no answer to ${JSON.stringify(request)} within ${ANSWER_WITHIN_MS} ms`), ANSWER_WITHIN_MS);
      const settle = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
      };
      this.#waiting.set(id, {
        resolve: (answer) => (settle(), resolve(answer)),
        reject: (error) => (settle(), reject(error)),
      });
      this.#child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  }

  #hear(line: string): void {
    const answer = JSON.parse(line) as Record<string, unknown>;
    const waiting = this.#waiting.get(Number(answer["id"]));
    if (typeof answer["failed"] === "string") waiting?.reject(new Error(`${this.namespace}: ${answer["failed"]}`));
    else waiting?.resolve(answer);
  }

  #fail(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(`helper of ${this.namespace}: ${why}`));
  }
}
