/** The process's own streams. */
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** What a process offers, for tests to replace. */
export interface Streams {
  readonly out: (text: string) => void;
  /** Writes a file; `-` is standard output. Throws where it cannot. */
  readonly file: (name: string, octets: Uint8Array) => void;
  readonly err: (text: string) => void;
  /** All of standard input. */
  readonly input: () => string;
  /** Standard input line by line. */
  readonly lines: () => AsyncIterable<string>;
}

export function processStreams(): Streams {
  // A reader that closes its end early (`| head`) ends the command quietly.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  return {
    out: (text) => void process.stdout.write(text),
    file: (name, octets) => (name === "-" ? void process.stdout.write(octets) : writeFileSync(name, octets)),
    err: (text) => void process.stderr.write(text),
    input: () => readFileSync(0, "utf8"),
    lines: () => createInterface({ input: process.stdin, crlfDelay: Infinity }),
  };
}
