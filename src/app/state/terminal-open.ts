/** Whether the terminal's drawer is open. The drawer itself comes when it is first opened. */
import { create } from "zustand";

interface TerminalDrawer {
  readonly open: boolean;
  /** The timeline keeps its height all the same. */
  readonly beside: boolean;
  /** Rises when the prompt is to have the focus. */
  readonly wanted: number;
}

export const useTerminal = create<TerminalDrawer>(() => ({ open: false, beside: false, wanted: 0 }));

export function openTerminal(): void {
  useTerminal.setState(({ wanted }) => ({ open: true, wanted: wanted + 1 }));
}

export function toggleTerminal(): void {
  if (useTerminal.getState().open) useTerminal.setState({ open: false });
  else openTerminal();
}
