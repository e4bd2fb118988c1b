import { Fragment, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { setState, useStore } from "../state/store.ts";

const KEYS: readonly { readonly title: string; readonly rows: readonly (readonly [string, string])[] }[] = [
  {
    title: "Time",
    rows: [
      ["Space", "Play, pause"],
      ["Right, Left", "Next, previous hop"],
      ["Shift Right, Shift Left", "Next, previous request"],
      [". and ,", "Next, previous packet"],
      ["> and <", "Next, previous event of the run"],
      ["} and {", "To the next change, the change before: of Pods, endpoints or rules"],
      ["G", "Play the request again and again"],
      ["A", "Mark this moment; at another moment: compare the two"],
      ["[ and ]", "Slower, faster"],
      ["Home, End", "Start, end (on the timeline)"],
      ["S", "Send"],
      ["D", "Diagnosis of the request that failed, else of the Service in focus"],
      ["F", "Steady traffic: start, stop"],
      ["H", "Watch the last change again; back to now"],
      ["Left, Right (on the Run line)", "To earlier and later moments of the run; End is now"],
    ],
  },
  {
    title: "Topology",
    rows: [
      ["Arrow keys", "To the nearest thing"],
      ["Enter, Escape", "Select, let go"],
      ["Shift F10", "Menu"],
      ["+ and -", "Zoom"],
      ["0", "Fit"],
      ["Shift arrows", "Pan"],
      ["L", "Lay out again"],
      ["O", "Outline"],
      ["/", "Find a thing by name, address or label"],
      ["N", "Filter by name, labels, namespace"],
      ["V", "Only what the Service in focus touches; Escape shows all"],
      ["M", "Overview of a picture that is larger than the view"],
    ],
  },
  {
    title: "On a Pod",
    rows: [
      ["R", "Make ready or not"],
      ["K, Shift K", "Crash once, until it backs off"],
      ["Delete", "Delete it"],
      ["Shift R", "Restart the Pods of its workload"],
      ["Shift U", "Undo the rollout of its workload"],
    ],
  },
  {
    title: "On a node",
    rows: [
      ["C", "Cordon, uncordon"],
      ["Shift C", "Drain"],
      ["X", "Cut off the network, join again"],
      ["Shift X", "Stop, start"],
      ["P", "Stop, start kube-proxy"],
    ],
  },
  {
    title: "Manifests",
    rows: [
      ["E", "To the editor"],
      ["Escape, then Tab", "Leave the editor"],
      ["F8", "Next problem"],
      ["Alt Enter", "Apply the fix"],
      ["Ctrl Z, Ctrl Shift Z", "Undo, redo: text here, anything elsewhere"],
    ],
  },
  {
    title: "Page",
    rows: [
      ["Alt 1 to Alt 6", "Inspector tabs"],
      ["B", "Lessons; in a lesson: back to what was open before"],
      ["`", "Terminal; Escape leaves it"],
      ["T", "Theme"],
      ["?", "This list"],
    ],
  },
];

export function KeysDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const on = useStore((state) => state.keysOn);
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <div className="keylist">
        {KEYS.map(({ title, rows }) => (
          <Fragment key={title}>
            <h3>{title}</h3>
            <dl>
              {rows.map(([keys, what]) => (
                <div key={keys}>
                  <dt>{what}</dt>
                  <dd>
                    {keys
                      .split(/(, | and | to |then )/)
                      .map((part, i) => (i % 2 === 1 ? <span key={i}>{part}</span> : <KeyCaps key={i} keys={part} />))}
                  </dd>
                </div>
              ))}
            </dl>
          </Fragment>
        ))}
      </div>
      <label className="wait">
        <input type="checkbox" checked={on} onChange={(event) => setState({ keysOn: event.target.checked })} />
        Single letters are shortcuts
      </label>
    </Dialog>
  );
}

function KeyCaps({ keys }: { readonly keys: string }): ReactElement {
  return (
    <>
      {keys
        .split(" ")
        .filter((key) => key !== "")
        .map((key, i) => (
          <kbd key={i} className="kbd">
            {key}
          </kbd>
        ))}
    </>
  );
}
