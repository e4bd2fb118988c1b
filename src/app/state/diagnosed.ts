/** What is diagnosed at the moment; `diagnosing.ts`, which comes after the first picture, asks for it and keeps it up to date. */
import { create } from "zustand";
import type { Diagnosis } from "../../core/diagnosis/types.ts";
import type { Sender } from "../../core/network/trace.ts";

interface Diagnosed {
  /** null: nothing is diagnosed, or its answer is on its way. */
  readonly diagnosis: Diagnosis | null;
  /** A request as it would be sent now; null: the one on show is diagnosed, where it failed. */
  readonly asked: { readonly from: Sender; readonly to: string } | null;
}

export const useDiagnosed = create<Diagnosed>(() => ({ diagnosis: null, asked: null }));
