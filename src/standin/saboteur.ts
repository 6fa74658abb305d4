// The saboteur: a fault model. It asks another model and spoils its final
// answer in one known way, so that one can see which check stops the mistake.
// Every spoilt answer is labelled with the fault.

import { FirebreakError } from "../base/errors.ts";
import { decode, hashOf, type Value } from "../base/values.ts";
import type { Model, ModelAnswer, ModelRequest } from "../model/model.ts";
import { type Fault, type Faults, genericFaults } from "./faults.ts";

/** Which answers are spoilt: those of the first attempt, of the step's first model, or all. */
export type SabotageMoment = "first" | "model" | "always";

const moments: readonly SabotageMoment[] = ["first", "model", "always"];

export interface Sabotage {
  /** Name of the step whose agent is sabotaged. */
  readonly step: string;
  readonly fault: string;
  /** Default: first. */
  readonly when?: SabotageMoment;
  /** Faults of the domain, beside the generic ones; one of the same name goes first. */
  readonly faults?: Faults;
  /**
   * For `model`: id of the model whose every answer is spoilt. Default: the model this is put around, so put it
   * around the first one only, or name it.
   */
  readonly firstModel?: string;
}

/**
 * Puts a saboteur around a model. Its id stays; answers to other steps and tool calls pass untouched.
 *
 * A fault that finds nothing to spoil leaves the answer as it is and adds a warning that says so.
 *
 * @throws SABOTAGE_INVALID when there is no such fault. `call` throws what the model throws.
 */
export function sabotage(model: Model, plan: Sabotage): Model {
  const faults = { ...genericFaults, ...plan.faults };
  const fault = knownFault(plan.fault, faults, plan.fault);
  const label = `saboteur: ${plan.fault} over ${model.standin ?? model.id}`;
  return {
    id: model.id,
    // Over a model that costs money it stays one that costs money; its spoilt answers are labelled all the same.
    ...(model.standin === undefined ? {} : { standin: label }),
    worstCaseUsd: (request) => model.worstCaseUsd(request),
    async call(request, options) {
      if (!isDue(plan, model.id, request)) return model.call(request, options);
      const { abort, onDelta } = options;
      // What the model says is not shown before it is spoilt: watchers see what the checks see.
      const answer = spoil(await model.call(request, { abort }), request, fault, plan.fault, label);
      for (const part of answer.parts) if (part.type === "text") onDelta?.(part.text);
      return answer;
    },
  };
}

function isDue(plan: Sabotage, model: string, request: ModelRequest): boolean {
  if (request.caller.agent !== plan.step) return false;
  switch (plan.when ?? "first") {
    case "first":
      return request.caller.attempt === 1;
    case "model":
      return model === (plan.firstModel ?? model);
    case "always":
      return true;
  }
}

function spoil(
  answer: ModelAnswer,
  request: ModelRequest,
  fault: Fault,
  name: string,
  label: string,
): ModelAnswer {
  if (answer.finish !== "stop") return answer;
  const text = answer.parts.flatMap((it) => (it.type === "text" ? [it.text] : [])).join("");
  const right = parsed(text);
  const wrong = fault(right, decode(request.caller.input).value);
  if (wrong === undefined || hashOf(wrong) === hashOf(right)) {
    const warning = `saboteur: ${name} found nothing to spoil in this answer`;
    return { ...answer, standin: label, warnings: [...(answer.warnings ?? []), warning] };
  }
  const spoilt = typeof wrong === "string" && typeof right === "string" ? wrong : JSON.stringify(wrong);
  const others = answer.parts.filter((it) => it.type !== "text");
  return { ...answer, standin: label, parts: [...others, { type: "text", text: spoilt }] };
}

/** The answer as a value; free text stays text. */
function parsed(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return text;
  }
}

/**
 * Reads `STEP=FAULT[:first|model|always]`, as given on a command line. `known` names the steps and the faults of the
 * domain; without steps every name is taken.
 *
 * @throws SABOTAGE_INVALID with what is known.
 */
export function parseSabotage(
  text: string,
  known: { readonly steps?: readonly string[]; readonly faults?: Faults } = {},
): Required<Pick<Sabotage, "step" | "fault" | "when">> {
  const match = /^([^=]+)=([^:]+)(?::(.+))?$/.exec(text.trim());
  if (match === null) {
    throw invalid(
      text,
      "it is not of the form STEP=FAULT",
      "Write STEP=misquote or STEP=misquote:always, for example.",
    );
  }
  const [step, fault, when] = [match[1]!.trim(), match[2]!.trim(), match[3]?.trim() ?? "first"];
  if (known.steps !== undefined && !known.steps.includes(step)) {
    const steps = known.steps.join(", ") || "none";
    throw invalid(text, `there is no step "${step}" with an agent`, `Steps that can be sabotaged: ${steps}.`);
  }
  knownFault(fault, { ...genericFaults, ...known.faults }, text);
  if (!isMoment(when)) throw invalid(text, `"${when}" is no moment`, `Use ${moments.join(", ")}.`);
  return { step, fault, when };
}

function isMoment(text: string): text is SabotageMoment {
  return (moments as readonly string[]).includes(text);
}

function knownFault(name: string, faults: Faults, given: string): Fault {
  const fault = Object.hasOwn(faults, name) ? faults[name] : undefined;
  if (fault !== undefined) return fault;
  throw invalid(given, `there is no fault "${name}"`, `Faults: ${Object.keys(faults).join(", ")}.`);
}

function invalid(given: string, reason: string, mend: string): FirebreakError {
  return new FirebreakError("SABOTAGE_INVALID", { given, reason, mend });
}
