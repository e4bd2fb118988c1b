/**
 * A request as text, in the order of its hops: what the caption says one after the other, with the addresses that a hop
 * changed written out. For reading instead of watching, and for pasting into a note.
 */
import type { Beat, Choreography } from "../../scene/contract.ts";
import { destinationText, sourceText } from "../../scene/naming.ts";
import { duration } from "../state/format.ts";

export interface NarratedHop {
  readonly number: number;
  readonly sentence: string;
  /** "Destination: 10.96.0.9:80 became 10.244.1.3:8080." One for each end of the header that changed. */
  readonly rewrites: readonly string[];
  readonly took: string;
}

export interface Narration {
  readonly hops: readonly NarratedHop[];
  /** How it ended. */
  readonly summary: string;
}

export function narrationOf({ beats, summary }: Choreography): Narration {
  return { hops: beats.map(narrated), summary };
}

function narrated(beat: Beat): NarratedHop {
  // A look-up is packets of its own; what it tells is the answer, not their headers.
  const rewrites = beat.glyph === "dns" ? [] : rewritesOf(beat);
  return { number: beat.number, sentence: beat.past, rewrites, took: duration(beat.endsAt - beat.at) };
}

function rewritesOf({ before, after }: Beat): readonly string[] {
  const ends = [
    ["Source", sourceText(before), sourceText(after)],
    ["Destination", destinationText(before), destinationText(after)],
  ] as const;
  return ends.flatMap(([end, was, is]) => (was === is ? [] : [`${end}: ${was} became ${is}.`]));
}

/** As plain text, a line a hop. */
export function narrationText(title: string, { hops, summary }: Narration): string {
  const lines = hops.map(({ number, sentence, rewrites, took }) => [`${number}. ${sentence}`, ...rewrites, `(${took})`].join(" "));
  return [title, "", ...lines, "", summary, ""].join("\n");
}
