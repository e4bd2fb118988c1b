/** A lesson as a run, for tests: opened, deeds done as the page does them, its checks read after each. */
import { createSimulation, type Simulation } from "../../core/simulation/simulation.ts";
import type { ManifestFile } from "../../core/manifests/types.ts";
import type { ClusterView } from "../../core/simulation/view.ts";
import type { ScenarioRequest, StepDeed } from "../scenarios/types.ts";
import { senderOfText } from "../state/scenario-workspace.ts";
import { actionOfStep, editOfStep } from "../state/steps.ts";
import { editFiles } from "../state/text.ts";
import { counted, isTicked, NOTHING_DONE, type Counts } from "./progress.ts";
import type { Lesson, SeenRequest } from "./types.ts";

export class LessonRun {
  readonly lesson: Lesson;
  readonly simulation: Simulation;
  readonly opened: ClusterView;
  files: readonly ManifestFile[];
  request: ScenarioRequest;
  requests: readonly SeenRequest[] = [];
  counts: Counts = NOTHING_DONE;

  constructor(lesson: Lesson, seed = 1) {
    this.lesson = lesson;
    this.files = lesson.files;
    this.request = lesson.request;
    this.simulation = createSimulation({ files: lesson.files, seed });
    this.simulation.settle();
    this.opened = this.simulation.view();
    this.look();
  }

  /** Throws what refuses it: a test that does what cannot be done tells nothing. */
  does(deed: StepDeed): this {
    switch (deed.kind) {
      case "send":
        this.send(deed);
        break;
      case "edit": {
        const edit = editOfStep(this.files, deed);
        if (edit === null) throw new Error(`${JSON.stringify(deed.from)} does not stand there once`);
        this.files = editFiles(this.files, [edit]);
        const { applied, diagnostics } = this.simulation.apply(this.files);
        if (!applied) throw new Error(diagnostics.map(({ message }) => message).join(" "));
        break;
      }
      case "action": {
        const action = actionOfStep(deed.action, this.simulation.view());
        const refusal = action === null ? { error: "no such Pod" } : this.simulation.perform(action);
        if (refusal !== null) throw new Error(refusal.error);
      }
    }
    this.look();
    return this;
  }

  private send(change: Partial<ScenarioRequest>): void {
    this.request = { ...this.request, ...change };
    const { from, to, count, keep = false } = this.request;
    const sent = this.simulation.send({ from: senderOfText(from), to, count, ...(keep ? { keepAlive: true } : {}) });
    if ("error" in sent) throw new Error(sent.error);
    this.simulation.settle();
    const view = this.simulation.view();
    const ended = sent.map((id) => {
      const journey = this.simulation.journey(id);
      if (journey === null) throw new Error(`request ${id} did not end`);
      return { journey, view, over: true };
    });
    this.requests = [...this.requests, ...ended];
  }

  /** Counts what is seen now. */
  private look(): void {
    this.counts = counted(this.lesson, this.counts, { cluster: this.simulation.view(), opened: this.opened, requests: this.requests });
  }

  /** Positions of the checks that are ticked. */
  ticked(): readonly number[] {
    return this.lesson.checks.map((_, i) => i).filter((i) => isTicked(this.lesson, this.counts, i));
  }
}
