import type { RunId } from "../base/ids.ts";
import { canonical, sha } from "../base/values.ts";
import type { EventData, NewEvent } from "../journal/events.ts";
import type { Blob } from "../journal/journal.ts";
import type { Program, StartSpec } from "./engine.ts";
import { toStored } from "./store.ts";

/** Version of the canonical form of values, written into every run. */
export const formVersion = 1;

export type StartedSpec = Omit<StartSpec, "program"> & {
  readonly program: Pick<Program, "name" | "code" | "kept">;
  readonly parent?: EventData["run.started"]["parent"];
};

/** The event that starts a run. */
export function runStarted(run: RunId, spec: StartedSpec, blobs: Blob[]): NewEvent {
  const kept = spec.program.kept?.();
  blobs.push(...(spec.blobs ?? []), ...(kept?.blobs ?? []));
  const input = canonical(spec.input ?? null, "input");
  const data: EventData["run.started"] = {
    workflow: spec.program.name,
    input: toStored(input.json, input.size, blobs),
    root: spec.root ?? run,
    seed: spec.seed ?? sha(run),
    form: formVersion,
    code: spec.program.code,
    ...(kept === undefined ? {} : { sources: kept.sources }),
    ...(spec.file === undefined ? {} : { file: spec.file }),
    ...(spec.key === undefined ? {} : { key: spec.key }),
    ...(spec.parent === undefined ? {} : { parent: spec.parent }),
    ...(spec.rerunOf === undefined ? {} : { rerunOf: spec.rerunOf }),
    ...(spec.rerun === undefined ? {} : { rerun: spec.rerun }),
    ...(spec.told === undefined ? {} : { told: spec.told }),
    ...(spec.options === undefined ? {} : { options: spec.options }),
  };
  return { kind: "run.started", data };
}
