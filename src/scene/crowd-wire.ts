/** A crowd on its way to another thread, which has the one before: only packs that are new go over. */
import type { Crowd, Pack } from "./crowd.ts";
import type { Scene } from "./scene.ts";

export interface SentCrowd extends Omit<Crowd, "packs"> {
  readonly packs: {
    /** `from[i]`: where the i-th stood before; -1: it is the next of `fresh`. */
    readonly from: Int32Array;
    readonly fresh: readonly Pack[];
  };
}

/** Throws where the scene has no crowd. */
export function sentCrowd(before: Scene | null, { crowd }: Scene): SentCrowd {
  if (crowd === null) throw new Error("a scene without a crowd");
  const places = new Map(before?.crowd?.packs.map((pack, i) => [pack, i]));
  const from = new Int32Array(crowd.packs.length);
  const fresh: Pack[] = [];
  crowd.packs.forEach((pack, i) => {
    const at = places.get(pack) ?? -1;
    from[i] = at;
    if (at === -1) fresh.push(pack);
  });
  return { ...crowd, packs: { from, fresh } };
}

/** The crowd again; `before`: the one that came last. */
export function takenCrowd(before: Crowd | null, { packs: { from, fresh }, ...crowd }: SentCrowd): Crowd {
  let next = 0;
  const packs = Array.from(from, (at) => {
    const pack = at === -1 ? fresh[next++] : before?.packs[at];
    if (pack === undefined) throw new Error(`no pack ${at} of ${before?.packs.length ?? 0}, or no ${next} of ${fresh.length} new ones`);
    return pack;
  });
  return { ...crowd, packs };
}
