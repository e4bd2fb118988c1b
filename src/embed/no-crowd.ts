/**
 * In place of `scene/crowd.ts` and `scene/crowd-wire.ts` in the embed's script: an embed lays out no map, so none of its pictures
 * ever has a crowd, and what reads one would be read by everybody for nothing.
 */
import type * as crowd from "../scene/crowd.ts";
import type * as wire from "../scene/crowd-wire.ts";

function none(): never {
  throw new Error("a picture of the embed has a crowd");
}

export const podsAt: typeof crowd.podsAt = none;
export const placesIn: typeof crowd.placesIn = none;
export const crowdMembers: typeof crowd.crowdMembers = none;
export const crowdNamespaces: typeof crowd.crowdNamespaces = none;
export const crowdRails: typeof crowd.crowdRails = none;
export const sentCrowd: typeof wire.sentCrowd = none;
export const takenCrowd: typeof wire.takenCrowd = none;
