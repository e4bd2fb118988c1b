/**
 * The code editor, trimmed to what manifests need. Entry points are those of monaco-editor 0.57 (docs/dependencies.md);
 * `features/suggest` registers only inline suggestions, so the list's controller is imported by itself.
 */
import "monaco-editor/features/bracketMatching/register";
import "monaco-editor/features/clipboard/register";
import "monaco-editor/features/codicon/register";
import "monaco-editor/features/comment/register";
import "monaco-editor/features/find/register";
import "monaco-editor/features/folding/register";
import "monaco-editor/features/hover/register";
import "monaco-editor/features/indentation/register";
import "monaco-editor/features/linesOperations/register";
import "monaco-editor/features/multicursor/register";
import "monaco-editor/features/snippet/register";
import "monaco-editor/features/toggleTabFocusMode/register";
import "monaco-editor/features/wordOperations/register";
import "monaco-editor/editor/contrib/suggest/browser/suggestController";
import "monaco-editor/languages/definitions/yaml/register";
import EditorWorker from "monaco-editor/editor/editor.worker?worker";
import * as monaco from "monaco-editor/editor";
import { readPalette } from "../state/theme.ts";
import type { Palette } from "../../scene/contract.ts";

declare global {
  interface Window {
    MonacoEnvironment?: { getWorker(): Worker };
  }
}

window.MonacoEnvironment = { getWorker: () => new EditorWorker() };

export { monaco };

/** Colours with an alpha of their own are mixed down: the editor's theme wants them opaque in most places. */
function rule(token: string, colour: string | undefined, fontStyle = ""): monaco.editor.ITokenThemeRule {
  return { token, foreground: (colour ?? "").replace("#", "").slice(0, 6), fontStyle };
}

/**
 * The theme out of the tokens. Syntax is monochrome: keys in ink-2, values in ink and heavier, punctuation in ink-3,
 * so that colour in the editor only ever means something about traffic.
 */
export function applyEditorTheme(dark: boolean): void {
  const palette: Palette = readPalette();
  const token = (name: string): string => palette[name] ?? "#808080";
  monaco.editor.defineTheme("kubehop", {
    base: dark ? "vs-dark" : "vs",
    inherit: false,
    rules: [
      rule("", token("--ink"), "bold"),
      rule("type", token("--ink-2")),
      rule("operators", token("--ink-3")),
      rule("delimiter", token("--ink-3")),
      rule("comment", token("--ink-3")),
      rule("string", token("--ink"), "bold"),
      rule("number", token("--ink"), "bold"),
      rule("keyword", token("--ink"), "bold"),
      rule("tag", token("--ink-2")),
      rule("namespace", token("--ink-2")),
      rule("meta", token("--ink-3")),
      rule("white", token("--ink-3")),
    ],
    colors: {
      "editor.background": token("--surface"),
      "editor.foreground": token("--ink"),
      "editorLineNumber.foreground": token("--ink-3"),
      "editorLineNumber.activeForeground": token("--ink"),
      "editorCursor.foreground": token("--ink"),
      "editor.selectionBackground": token("--heat-1"),
      "editor.inactiveSelectionBackground": token("--heat-0"),
      "editor.lineHighlightBackground": token("--hover"),
      "editor.lineHighlightBorder": "#00000000",
      "editorError.foreground": token("--drop-fill"),
      "editorWarning.foreground": token("--ctl"),
      "editorInfo.foreground": token("--ctl"),
      "editorBracketMatch.background": token("--select"),
      "editorBracketMatch.border": token("--line-2"),
      ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`editorBracketHighlight.foreground${n}`, token("--ink-3")])),
      "editorBracketHighlight.unexpectedBracket.foreground": token("--ink-3"),
      "editor.findMatchBackground": token("--heat-2"),
      "editor.findMatchHighlightBackground": token("--heat-0"),
      "editorWidget.background": token("--surface"),
      "editorWidget.foreground": token("--ink"),
      "editorWidget.border": token("--line-2"),
      "editorSuggestWidget.background": token("--surface"),
      "editorSuggestWidget.border": token("--line-2"),
      "editorSuggestWidget.foreground": token("--ink"),
      "editorSuggestWidget.selectedBackground": token("--heat-0"),
      "editorSuggestWidget.selectedForeground": token("--ink"),
      "editorSuggestWidget.highlightForeground": token("--ink"),
      "editorSuggestWidget.focusHighlightForeground": token("--ink"),
      "editorHoverWidget.background": token("--surface"),
      "editorHoverWidget.border": token("--line-2"),
      "editorHoverWidget.foreground": token("--ink"),
      "input.background": token("--inset"),
      "input.foreground": token("--ink"),
      "input.border": token("--line-2"),
      focusBorder: token("--focus"),
      "scrollbarSlider.background": token("--select"),
      "scrollbarSlider.hoverBackground": token("--heat-1"),
      "scrollbarSlider.activeBackground": token("--heat-2"),
      "scrollbar.shadow": "#00000000",
      "widget.shadow": "#00000022",
    },
  });
  monaco.editor.setTheme("kubehop");
}

export const EDITOR_OPTIONS: monaco.editor.IStandaloneEditorConstructionOptions = {
  language: "yaml",
  fontFamily: '"JetBrains Mono Variable", "JetBrains Mono", ui-monospace, monospace',
  fontSize: 12.5,
  lineHeight: 20,
  fontWeight: "430",
  fontLigatures: '"calt" 0',
  wordWrap: "off",
  minimap: { enabled: false },
  // Numbers and what stands in their place take 40 px.
  glyphMargin: false,
  lineNumbersMinChars: 3,
  lineDecorationsWidth: 16,
  showFoldingControls: "never",
  folding: true,
  renderLineHighlight: "line",
  renderLineHighlightOnlyWhenFocus: true,
  overviewRulerLanes: 0,
  overviewRulerBorder: false,
  hideCursorInOverviewRuler: true,
  scrollBeyondLastLine: false,
  padding: { top: 8, bottom: 8 },
  tabSize: 2,
  insertSpaces: true,
  detectIndentation: false,
  scrollbar: { verticalScrollbarSize: 10, horizontalScrollbarSize: 6, useShadows: false, alwaysConsumeMouseWheel: false },
  guides: { indentation: false, bracketPairs: false },
  bracketPairColorization: { enabled: false },
  wordBasedSuggestions: "off",
  quickSuggestions: { other: true, comments: false, strings: true },
  suggest: { showWords: false, showIcons: false, showStatusBar: false },
  occurrencesHighlight: "off",
  selectionHighlight: false,
  links: false,
  contextmenu: false,
  stickyScroll: { enabled: false },
  unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: true },
  fixedOverflowWidgets: true,
  automaticLayout: true,
  accessibilitySupport: "auto",
  renderWhitespace: "none",
  smoothScrolling: false,
  cursorBlinking: "solid",
};
