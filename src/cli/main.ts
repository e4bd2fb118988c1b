/** The `kubehop` command: the simulation behind argv and standard streams. A thin shell; commands live beside it. */
import { processStreams, type Streams } from "./process-streams.ts";
import { runBatch } from "./batch.ts";
import { readArguments, UsageError } from "./arguments.ts";
import { clusterFiles } from "./files.ts";
import { InvalidManifests, type CommandOutput } from "./cluster.ts";
import { runCommand } from "./commands.ts";

/** Runs one command line. Returns the exit status: 0 done, 1 the answer is "no", 2 a mistake in how it was asked. */
export async function main(argv: readonly string[], streams?: Streams): Promise<number> {
  const io = streams ?? processStreams();
  try {
    return await run(argv, io);
  } catch (error) {
    if (error instanceof InvalidManifests) {
      io.err(`${oneLine(error.message)}\n`);
      return 1;
    }
    const message = error instanceof Error ? error.message : String(error);
    // Anything else is a mistake of ours; whoever drives the command still gets one line and a status.
    io.err(`kubehop: ${error instanceof UsageError ? "" : "this is a mistake in kubehop itself, please report it: "}${oneLine(message)}\n`);
    return 2;
  }
}

function write(io: Streams, { name, octets }: NonNullable<CommandOutput["file"]>): void {
  try {
    io.file(name, octets);
  } catch (error) {
    throw new UsageError(`cannot write ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function oneLine(message: string): string {
  return message.replace(/\s*\n\s*/g, " ");
}

async function run(argv: readonly string[], io: Streams): Promise<number> {
  const { command, options, positionals } = readArguments(argv);
  if (command === "help") {
    io.out(positionals.join("\n"));
    return 0;
  }
  if (command === "batch") {
    await runBatch(io.lines(), io.out);
    return 0;
  }
  const output: CommandOutput = runCommand(command, {
    options,
    positionals,
    readFiles: (names) => clusterFiles(names, io.input),
    standardInput: io.input,
  });
  const quiet = options["quiet"] === true || output.file?.name === "-";
  if (output.file !== undefined) write(io, output.file);
  if (options["json"] === true) io.out(`${JSON.stringify(output.json, null, 2)}\n`);
  else if (!quiet) io.out(output.text);
  if (output.error !== undefined && options["json"] !== true) io.err(output.error);
  return output.exit;
}
