/** Plain lines for people and CI, a JSON file for `npm test`, and the exit status. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { versions } from "./requirements.ts";

export interface ReportNumbers {
  readonly probes: number;
  readonly connections: number;
  readonly passed: number;
  readonly failed: number;
}

const NOTHING_YET: ReportNumbers = { probes: 0, connections: 0, passed: 0, failed: 0 };

export class Report {
  #passed = 0;
  #failed = 0;
  #skipped = 0;
  #late = 0;
  #probes = 0;
  #connections = 0;
  #leastP = 1;
  readonly #started = Date.now();

  /**
   * Runs one check and prints its line. It passes with no differences; a text beside them is printed with the line.
   * What it throws is a failure.
   */
  async check(name: string, work: () => Promise<readonly string[] | string>): Promise<void> {
    const started = Date.now();
    let outcome: readonly string[] | string;
    try {
      outcome = await work();
    } catch (error) {
      outcome = [error instanceof Error ? error.message : String(error)];
    }
    const took = `${((Date.now() - started) / 1000).toFixed(2)} s`;
    if (typeof outcome === "string" || outcome.length === 0) {
      this.#passed += 1;
      const note = typeof outcome === "string" && outcome !== "" ? `, ${outcome}` : "";
      console.log(`ok    ${name} (${took}${note})`);
    } else {
      this.#failed += 1;
      console.log(`FAIL  ${name} (${took})`);
      for (const difference of outcome) console.log(`      ${difference}`);
    }
  }

  /** A check that cannot be made here: said, counted, and never taken for passed. */
  skipped(name: string, why: string): void {
    this.#skipped += 1;
    console.log(`SKIP  ${name}: ${why}`);
  }

  /** One probe was sent: so many connections, and the p of their shares, null where there was nothing to balance. */
  probed(connections: number, p: number | null): void {
    this.#probes += 1;
    this.#connections += connections;
    if (p !== null && p < this.#leastP) this.#leastP = p;
  }

  /** A probe is asked again because answers were late. */
  late(): void {
    this.#late += 1;
  }

  /** Numbers since `before`, to say what a part of the run came to. */
  numbers(before: ReportNumbers = NOTHING_YET): ReportNumbers {
    return {
      probes: this.#probes - before.probes,
      connections: this.#connections - before.connections,
      failed: this.#failed - before.failed,
      passed: this.#passed - before.passed,
    };
  }

  /** Prints the last lines, writes the file, returns the exit status. */
  finish(how: string): number {
    const seconds = ((Date.now() - this.#started) / 1000).toFixed(1);
    if (this.#failed > 0) console.log(versions());
    console.log(`${this.#probes} probes, ${this.#connections} connections, least p of their shares ${this.#leastP.toPrecision(2)}`);
    if (this.#late > 0) console.log(`${this.#late} probes were asked again: more was silent than expected, as on a busy machine`);
    console.log(`${seconds} s, ${how}`);
    console.log(`kernel: ${this.#passed} passed, ${this.#failed} failed${this.#skipped > 0 ? `, ${this.#skipped} skipped` : ""}`);
    writeReport({ passed: this.#passed, failed: this.#failed, skipped: this.#skipped === 0 ? null : this.#skipped });
    return this.#failed > 0 || this.#passed === 0 ? 1 : 0;
  }

  /** The suite ran too long: whatever is still running counts as one failure. */
  abort(why: string): number {
    this.#failed += 1;
    console.log(`FAIL  ${why}`);
    return this.finish("aborted");
  }
}

/** Skipped is not passed: the sentence says what is missing. */
export function skip(sentence: string): void {
  console.log(`kernel: skipped: ${sentence}`);
  writeReport({ passed: 0, failed: 0, skipped: sentence });
}

function writeReport(report: { readonly passed: number; readonly failed: number; readonly skipped: string | number | null }): void {
  const file = process.env["KUBEHOP_KERNEL_REPORT"];
  if (file === undefined || file === "") return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report)}\n`);
}
