/** A scenario as a run, for tests: opened, its steps taken as the page takes them, its requests sent. */
import { createSimulation, type Simulation } from "../../core/simulation/simulation.ts";
import type { Journey } from "../../core/network/trace.ts";
import type { ManifestFile, TextEdit } from "../../core/manifests/types.ts";
import { senderOfText } from "../state/scenario-workspace.ts";
import { actionOfStep, editOfStep } from "../state/steps.ts";
import { editFiles } from "../state/text.ts";
import type { Scenario, ScenarioRequest, ScenarioStep } from "./types.ts";

export class Play {
  readonly scenario: Scenario;
  readonly simulation: Simulation;
  files: readonly ManifestFile[];

  constructor(scenario: Scenario, seed = 1) {
    this.scenario = scenario;
    this.files = scenario.files;
    this.simulation = createSimulation({ files: scenario.files, seed });
    this.simulation.settle();
  }

  /** Sends the scenario's request, with what is said here in its place. Throws what refuses it. */
  send(change: Partial<ScenarioRequest> = {}): readonly Journey[] {
    const { from, to, count, keep = false } = { ...this.scenario.request, ...change };
    const sent = this.simulation.send({ from: senderOfText(from), to, count, ...(keep ? { keepAlive: true } : {}) });
    if ("error" in sent) throw new Error(sent.error);
    this.simulation.settle();
    return sent.map((id) => {
      const journey = this.simulation.journey(id);
      if (journey === null) throw new Error(`journey ${id} did not end`);
      return journey;
    });
  }

  /** Takes the step of this label, then sends: the step's own request, or the scenario's. `until`: as `apply` has it. */
  take(label: string): readonly Journey[] {
    const step = this.step(label);
    this.does(step);
    return this.send(step.does.kind === "send" ? step.does : {});
  }

  /** Takes the step alone. `until`: virtual time at which the cluster is left as it is then. */
  does({ label, does }: ScenarioStep, until?: number): void {
    if (does.kind === "edit") {
      const edit = editOfStep(this.files, does);
      if (edit === null) throw new Error(`${label}: its text does not stand there once`);
      this.edit([edit], until);
    } else if (does.kind === "action") {
      const action = actionOfStep(does.action, this.simulation.view());
      const refusal = action === null ? { error: "no such Pod" } : this.simulation.perform(action, until);
      if (refusal !== null) throw new Error(`${label}: ${refusal.error}`);
    }
  }

  edit(edits: readonly TextEdit[], until?: number): void {
    this.files = editFiles(this.files, edits);
    const { applied, diagnostics } = this.simulation.apply(this.files, until);
    if (!applied) throw new Error(diagnostics.map(({ message }) => message).join(" "));
  }

  step(label: string): ScenarioStep {
    const step = this.scenario.steps?.find((each) => each.label === label);
    if (step === undefined) throw new Error(`${this.scenario.id} has no step ${label}`);
    return step;
  }
}
