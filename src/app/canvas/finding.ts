/** Whether the field to find something is open over the picture. */
import { create } from "zustand";

export const useFinding = create<{ readonly open: boolean }>(() => ({ open: false }));

export function openFind(): void {
  useFinding.setState({ open: true });
}

export function closeFind(): void {
  useFinding.setState({ open: false });
}
