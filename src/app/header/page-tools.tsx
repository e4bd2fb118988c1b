/** The buttons at the end of every top bar. */
import type { ReactElement } from "react";
import { Icon } from "../parts/icons.tsx";
import { setState } from "../state/store.ts";
import { toggleTerminal, useTerminal } from "../state/terminal-open.ts";
import { toggleTheme, useTheme } from "../state/theme.ts";

/** Theme and the list of shortcuts. */
export function PageTools(): ReactElement {
  const theme = useTheme();
  return (
    <>
      <button
        type="button"
        className="tool"
        aria-label={theme === "dark" ? "Use the light theme" : "Use the dark theme"}
        onClick={toggleTheme}
      >
        <Icon name={theme === "dark" ? "moon" : "sun"} />
      </button>
      <button type="button" className="tool keys" aria-label="Keyboard shortcuts" onClick={() => setState({ dialog: "keys" })}>
        <Icon name="keyboard" />
      </button>
    </>
  );
}

export function TerminalButton(): ReactElement {
  const open = useTerminal((state) => state.open);
  return (
    <button
      type="button"
      className={open ? "tool on" : "tool"}
      aria-label="Terminal"
      title="Terminal, `"
      aria-pressed={open}
      onClick={toggleTerminal}
    >
      <Icon name="terminal" />
    </button>
  );
}
