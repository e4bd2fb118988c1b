/**
 * Virtual time on a line whose moments can be told apart: between two events at least a little room, and an idle stretch cut short
 * with a mark. In order everywhere, true at every event.
 */

export interface EventAxis {
  /** 0..1 of a moment; outside the window below 0 or above 1 never. */
  at(nanos: number): number;
  /** The moment at a place. */
  nanosAt(share: number): number;
  readonly breaks: readonly Stretch[];
  readonly ticks: readonly { readonly nanos: number; readonly share: number }[];
}

/** Two neighbours stand so far apart at least, and at most: as if so many usual gaps lay between them. */
const LEAST_GAPS = 0.2;
const MOST_GAPS = 6;
const TICKS_APART = 0.11;

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  readonly idle: boolean;
}

/** What is looked at closely takes at least so much of the line. */
const CLOSE_SHARE = 0.6;

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** `ticksApart`: as a share of the line. `times`: when something happens, in any order; the window goes from `from` to `to`. `close`: what is looked at closely within it. */
export function eventAxis(
  times: readonly number[],
  from: number,
  to: number,
  close: Stretch | null = null,
  ticksApart = TICKS_APART,
): EventAxis {
  const end = Math.max(to, from + 1);
  const ends = close === null ? [] : [close.from, close.to];
  const cuts = [...new Set([from, end, ...[...times, ...ends].filter((at) => at > from && at < end)])].sort((a, b) => a - b);
  const gaps = cuts.slice(1).map((at, i) => ({ from: cuts[i] ?? from, to: at }));
  const isClose = (gap: Stretch): boolean => close !== null && gap.from >= close.from && gap.to <= close.to;
  const around = weighed(gaps.filter((gap) => !isClose(gap)));
  const within = weighed(gaps.filter(isClose));
  const [sum, own] = [around, within].map((of) => of.reduce((all, { weight }) => all + weight, 0));
  const scale = (sum ?? 0) === 0 || (own ?? 0) === 0 ? 1 : ((sum ?? 0) * CLOSE_SHARE) / (1 - CLOSE_SHARE) / (own ?? 1);
  const pieces = [...around, ...within.map((piece) => ({ ...piece, weight: piece.weight * scale }))].sort((a, b) => a.from - b.from);
  const total = pieces.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const starts: number[] = [];
  pieces.reduce((sum, { weight }) => {
    starts.push(sum / total);
    return sum + weight;
  }, 0);
  const at = (nanos: number): number => {
    if (nanos <= from) return 0;
    const index = pieceAt(pieces, nanos);
    const piece = pieces[index];
    if (piece === undefined || nanos >= end) return 1;
    return (starts[index] ?? 0) + (piece.weight / total) * ((nanos - piece.from) / (piece.to - piece.from));
  };
  const nanosAt = (share: number): number => {
    const index = Math.max(
      0,
      starts.findLastIndex((start) => start <= share),
    );
    const piece = pieces[index];
    if (piece === undefined) return from;
    const within = Math.max(0, Math.min(1, (share - (starts[index] ?? 0)) / (piece.weight / total)));
    return Math.round(piece.from + within * (piece.to - piece.from));
  };
  return {
    at,
    nanosAt,
    breaks: pieces.filter(({ idle }) => idle).map(({ from, to }) => ({ from, to })),
    ticks: ticksOf(cuts, at, ticksApart),
  };
}

/** The last that begins by then; -1 before the first. Of thousands of pieces each of thousands of marks asks for its own. */
function pieceAt(pieces: readonly Piece[], nanos: number): number {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.from ?? 0) <= nanos) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Between its least and its most, each gap is as wide as it is long. */
function weighed(gaps: readonly Stretch[]): readonly Piece[] {
  const usual = usualOf(gaps.map((gap) => gap.to - gap.from));
  const [least, most] = [usual * LEAST_GAPS, usual * MOST_GAPS];
  return gaps.map((gap) => {
    const length = gap.to - gap.from;
    return { ...gap, weight: Math.max(least, Math.min(most, length)), idle: length > most * 1.5 };
  });
}

/** A third of the gaps are shorter; those of less than a millisecond aside, as far as there are others. */
function usualOf(gaps: readonly number[]): number {
  const long = gaps.filter((gap) => gap > 1_000_000);
  const sorted = (long.length > 0 ? long : gaps).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 3)] ?? 1;
}

/** At events, so far apart that their times can be read. */
function ticksOf(cuts: readonly number[], at: (nanos: number) => number, apart: number): EventAxis["ticks"] {
  let last = -Infinity;
  return cuts.flatMap((nanos) => {
    const share = at(nanos);
    if (share - last < apart || share > 1 - apart / 3) return [];
    last = share;
    return [{ nanos, share }];
  });
}

export interface Cluster<M> {
  /** px. */
  readonly x: number;
  readonly marks: readonly M[];
}

/** Marks that would stand on one another, together. `marks` in the order of time. */
export function clustered<M extends { readonly at: number }>(
  marks: readonly M[],
  xOf: (at: number) => number,
  apartPx: number,
): readonly Cluster<M>[] {
  const groups: { x: number; marks: M[] }[] = [];
  for (const mark of marks) {
    const x = xOf(mark.at);
    const last = groups.at(-1);
    if (last !== undefined && x - last.x < apartPx) last.marks.push(mark);
    else groups.push({ x, marks: [mark] });
  }
  return groups;
}
