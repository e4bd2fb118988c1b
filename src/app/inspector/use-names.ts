/** Answers about names from the simulation: asked again when the cluster or the run moved on, at most once a virtual second. */
import { useEffect, useState } from "react";
import type { NameAnswer, NameQuestion } from "../../core/simulation/name-questions.ts";
import { ask } from "../state/commands.ts";
import { useStore } from "../state/store.ts";

type Kind = NameAnswer["kind"];

/** null until it is known, and where the run has no answer. */
export function useNames<K extends Kind>(question: NameQuestion & { readonly kind: K }): Extract<NameAnswer, { kind: K }> | null {
  const stamp = useStore((state) => `${state.cluster?.version ?? -1} ${state.journeys.at(-1)?.id ?? 0} ${Math.floor(state.now / 1e9)}`);
  const key = JSON.stringify(question);
  const [known, setKnown] = useState<{ readonly key: string; readonly answer: NameAnswer } | null>(null);
  useEffect(() => {
    let current = true;
    // The cast: the key is the question as text.
    void ask({ kind: "names", question: JSON.parse(key) as NameQuestion }).then((reply) => {
      if (current && reply.kind === "names") setKnown({ key, answer: reply.answer });
    });
    return () => {
      current = false;
    };
  }, [key, stamp]);
  if (known === null || known.key !== key || known.answer.kind !== question.kind) return null;
  return known.answer as Extract<NameAnswer, { kind: K }>; // its kind was looked at
}
