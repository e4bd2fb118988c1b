/** The look-up that a person types beside the traffic: from which Pod, with which program, and what it printed. */
import { create } from "zustand";
import type { NamespacedName } from "../../core/base/names.ts";
import type { ProgramOutput } from "../../core/simulation/name-questions.ts";
import { ask } from "./commands.ts";
import { setState } from "./store.ts";

export interface AskName {
  /** null: the Pod that sends. */
  readonly pod: NamespacedName | null;
  readonly program: "nslookup" | "dig";
  readonly name: string;
  /** "": what the program asks for by itself. */
  readonly type: string;
  readonly output: ProgramOutput | null;
  readonly error: string | null;
  /** Counts up when the field for the name wants the focus. */
  readonly wanted: number;
}

export const useAskName = create<AskName>(() => ({
  pod: null,
  program: "nslookup",
  name: "",
  type: "",
  output: null,
  error: null,
  wanted: 0,
}));

/** Another question: what was printed belongs to the last. */
export function setAskName(change: Partial<Pick<AskName, "pod" | "program" | "name" | "type">>): void {
  useAskName.setState({ ...change, error: null });
}

/** Opens the field, with this Pod as the one that asks. */
export function askFrom(pod: NamespacedName): void {
  setState({ tab: "dns", side: "inspector" });
  useAskName.setState(({ wanted }) => ({ pod, output: null, error: null, wanted: wanted + 1 }));
}

export async function lookUpName(pod: NamespacedName): Promise<void> {
  const { program, name, type } = useAskName.getState();
  const reply = await ask({ kind: "names", question: { kind: "program", pod, program, name, type: type === "" ? null : type } });
  if (reply.kind === "refused") useAskName.setState({ error: reply.error, output: null });
  if (reply.kind === "names" && reply.answer.kind === "program") useAskName.setState({ error: null, output: reply.answer.output });
}
