/** What the reader can do next in a scenario, a button each. One that cannot be taken now stays and says so. */
import type { ReactElement } from "react";
import { Tip } from "../parts/tip.tsx";
import { useScenario } from "../scenarios/at-hand.ts";
import type { ScenarioStep } from "../scenarios/types.ts";
import { canTake, take } from "../state/story.ts";
import { useStore } from "../state/store.ts";

export function Steps(): ReactElement | null {
  const scenario = useStore((state) => state.scenario);
  const steps = useScenario(scenario)?.steps ?? [];
  if (steps.length === 0) return null;
  return (
    <section className="steps" aria-label="What to do next">
      <h2>Try next</h2>
      {steps.map((step) => (
        <Step key={`${scenario} ${step.label}`} step={step} />
      ))}
    </section>
  );
}

function Step({ step }: { readonly step: ScenarioStep }): ReactElement {
  const open = useStore((state) => canTake(step, state));
  return (
    <Tip text={open ? MEANS[step.does.kind] : NOT_NOW[step.does.kind]}>
      <button type="button" className="btn" aria-disabled={!open || undefined} onClick={() => take(step)}>
        {step.label}
      </button>
    </Tip>
  );
}

const MEANS: Readonly<Record<ScenarioStep["does"]["kind"], string>> = {
  edit: "Changes the manifests.",
  action: "Does it to the running cluster; the manifests stay as they are.",
  send: "Puts it into the request line and sends it.",
};

const NOT_NOW: Readonly<Record<ScenarioStep["does"]["kind"], string>> = {
  edit: "Done already, or what it changes does not stand in the manifests now.",
  action: "There is nothing now that it could be done to.",
  send: "Nothing can be sent yet.",
};
