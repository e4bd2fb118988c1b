/** Linked highlighting in the full editor: lines point at what they name, and are marked when it is pointed at elsewhere. */
import type { ManifestFile } from "../../core/manifests/types.ts";
import { pointAtLine } from "../linked/follow.ts";
import type { MarkedLines } from "./handle.ts";
import { monaco } from "./monaco.ts";

/** Gives what marks lines of the file that is open. */
export function pointing(editor: monaco.editor.IStandaloneCodeEditor, file: () => ManifestFile): (lines: readonly MarkedLines[]) => void {
  const marks = editor.createDecorationsCollection();
  let over: number | null = null;
  const point = (line: number | null): void => {
    if (line === over) return;
    over = line;
    pointAtLine(file(), line);
  };
  editor.onMouseMove(({ target }) => {
    // Below the last line there is nothing.
    const below = target.type === monaco.editor.MouseTargetType.CONTENT_EMPTY && target.detail.isAfterLines;
    point(below ? null : (target.position?.lineNumber ?? null));
  });
  editor.onMouseLeave(() => point(null));
  editor.onDidChangeCursorPosition(({ position, source, reason }) => {
    // Where the keyboard goes, not where it writes.
    if (source === "keyboard" && reason === monaco.editor.CursorChangeReason.Explicit) point(position.lineNumber);
  });
  editor.onDidChangeModelContent(() => point(null));
  editor.onDidBlurEditorText(() => point(null));
  return (lines) => {
    const { name } = file();
    const most = editor.getModel()?.getLineCount() ?? 0;
    marks.set(lines.filter((one) => one.file === name && one.to <= most).map(decorationOf));
  };
}

function decorationOf({ from, to, kind }: MarkedLines): monaco.editor.IModelDeltaDecoration {
  const range = new monaco.Range(from, 1, to, 1);
  return kind === "object"
    ? { range, options: { isWholeLine: true, marginClassName: "docpointed" } }
    : { range, options: { isWholeLine: true, className: "linepointed" } };
}
