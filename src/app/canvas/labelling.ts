/** The Pod whose labels are being changed, beside it on the picture; null: none. */
import { create } from "zustand";
import type { NamespacedName } from "../../core/base/names.ts";

export const useLabelling = create<{ readonly pod: NamespacedName | null }>(() => ({ pod: null }));

export function labelPod(pod: NamespacedName): void {
  useLabelling.setState({ pod });
}

export function endLabelling(): void {
  useLabelling.setState({ pod: null });
}
