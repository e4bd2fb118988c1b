/** Look up any name as a program in a Pod would, beside the traffic: nothing is sent, no cache is touched. */
import { useEffect, useId, useRef, type FormEvent, type ReactElement } from "react";
import type { ClusterView, PodView } from "../../core/simulation/view.ts";
import { Segmented } from "../parts/segmented.tsx";
import { lookUpName, setAskName, useAskName } from "../state/ask-name.ts";
import { senderOf } from "../state/commands.ts";
import { duration, plural, podName } from "../state/format.ts";
import { useStore } from "../state/store.ts";

const TYPES = ["A", "AAAA", "CNAME", "SRV", "PTR", "TXT", "NS", "SOA", "MX"];

export function AskName({ cluster }: { readonly cluster: ClusterView }): ReactElement | null {
  const { pod: chosen, program, name, type, output, error, wanted } = useAskName();
  const draft = useStore((state) => state.draft);
  const field = useRef<HTMLInputElement>(null);
  const errorId = useId();
  useEffect(() => {
    if (wanted > 0) field.current?.focus();
  }, [wanted]);
  const pods = cluster.pods.filter(({ state }) => state !== "completed" && state !== "failed");
  const pod = askerOf(cluster, pods, chosen, senderOf(draft, cluster));
  if (pod === null) return null;
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    void lookUpName(pod.key);
  };
  return (
    <section className="askname" aria-label="Look up a name">
      <h3>Look up a name</h3>
      <p className="c2">What a program in the Pod would print now. Nothing is sent, and no cache is touched.</p>
      <form onSubmit={onSubmit}>
        <label>
          <span>From</span>
          <select value={pod.key} onChange={(event) => setAskName({ pod: event.target.value })}>
            {pods.map(({ key, shortName, namespace }) => (
              <option key={key} value={key}>
                {namespace === "default" ? shortName : `${namespace}/${shortName}`}
              </option>
            ))}
          </select>
        </label>
        <Segmented
          label="Program"
          value={program}
          choices={[
            { value: "nslookup", label: "nslookup" },
            { value: "dig", label: "dig" },
          ]}
          onChange={(value) => setAskName({ program: value })}
        />
        <input
          ref={field}
          className="mono"
          aria-label="Name or address"
          placeholder="web.default"
          value={name}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          autoCorrect="off"
          aria-invalid={error !== null}
          aria-describedby={error === null ? undefined : errorId}
          onChange={(event) => setAskName({ name: event.target.value })}
        />
        <select aria-label="Type" value={type} onChange={(event) => setAskName({ type: event.target.value })}>
          <option value="">{program === "dig" ? "A (default)" : "addresses"}</option>
          {TYPES.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
        <button type="submit" className="btn" disabled={name.trim() === ""}>
          Look up
        </button>
      </form>
      {error !== null && (
        <p className="drop-t" id={errorId} role="alert">
          {error}
        </p>
      )}
      <div aria-live="polite">
        {output !== null && (
          <>
            <pre className="term" tabIndex={0} aria-label={`Output of ${output.command}`}>
              <b>{`$ ${output.command}`}</b>
              {`\n${output.text.replace(/\n$/, "")}`}
            </pre>
            <p className="c2">
              {[
                `${plural(output.questions, "question")}, exit status ${output.exit}`,
                output.took > 0 ? `after ${duration(output.took)} of waiting` : "",
                output.asked === null ? "" : `answered as ${podName(cluster, output.asked)} would`,
                program === "nslookup" ? `the nslookup of ${output.by === "bind" ? "BIND" : "busybox"}, by the Pod's image` : "",
              ]
                .filter((part) => part !== "")
                .join("; ")}
              .
            </p>
          </>
        )}
      </div>
    </section>
  );
}

function askerOf(
  cluster: ClusterView,
  pods: readonly PodView[],
  chosen: string | null,
  sender: ReturnType<typeof senderOf>,
): PodView | null {
  const wanted = chosen ?? (sender?.kind === "pod" ? sender.pod : null);
  return pods.find(({ key }) => key === wanted) ?? cluster.pods.find(({ role }) => role === "client") ?? pods[0] ?? null;
}
