// `agrees`: the same question, asked several times, gets the same answer.
//
// Self-consistency: sampled answers that agree are right more often than one
// (Wang et al., "Self-Consistency Improves Chain of Thought Reasoning in Language
// Models", 2022). Samples of one model share its blind spots: what it always gets wrong,
// it agrees on. `by` asks another model, whose errors are less alike.

import { FirebreakError } from "../base/errors.ts";
import type { ModelRef } from "../model/model.ts";
import type { CheckContext, NamedCheck, Judged, Problem, Question, Unsure } from "./check.ts";
import { unsure } from "./check.ts";
import { compareValues, type Tolerance } from "./compare-values.ts";
import { clip } from "./fold-text.ts";
import { isRecord, locate, parsePath, type Path } from "./paths.ts";

export interface AgreementOptions<Output = unknown> {
  /** What to compare of each answer. Default: all of it. */
  readonly path?: Path<Output>;
  /** How far numbers may lie apart; default: equal but for rounding (1e-9). */
  readonly tolerance?: Tolerance;
  /** What of the value at the path counts as the same answer; default: see `agreement`. */
  readonly key?: (value: unknown) => unknown;
}

export interface AgreesOptions<Output = unknown> extends AgreementOptions<Output> {
  /** How many must agree, the output among them. */
  readonly samples: number;
  /** Out of how many: the output and `of - 1` further answers. */
  readonly of: number;
  /** Who is asked; default the author's own model. */
  readonly by?: ModelRef;
  /** Default 0.7, so that samples of one model can differ; "default" sends none, for models that refuse it. */
  readonly temperature?: number | "default";
  /** Default "agrees". */
  readonly name?: string;
}

/** Answers that say the same. */
export interface AnswerGroup {
  /** What the first of them says, as compared. */
  readonly value: unknown;
  /** Which of the candidates, by index. */
  readonly members: readonly number[];
}

/** Most answers asked for by one check. */
export const samplesLimit = 40;

/**
 * Groups candidate answers by what they say at a path, largest group first; of equals the one whose first member came
 * first. Texts are compared without regard to capitals, blanks and a stop at the end, lists of texts and of named rows
 * without regard to order, numbers within the tolerance of the group's first member. Candidates without a value at the
 * path are in no group. Pure: for answers from anywhere.
 */
export function agreement(
  candidates: readonly unknown[],
  options: AgreementOptions = {},
): readonly AnswerGroup[] {
  const segments = parsePath(options.path ?? "");
  const groups: { value: unknown; members: number[] }[] = [];
  for (const [index, candidate] of candidates.entries()) {
    const places = locate(candidate, segments).filter((it) => it.value !== undefined);
    if (places.length === 0) continue;
    const raw = options.path?.includes("[]") ? places.map((it) => it.value) : places[0]!.value;
    const value = normalised(options.key === undefined ? raw : options.key(raw), 0);
    const group = groups.find(
      (it) => compareValues(it.value, value, options.tolerance ?? {}).differences.length === 0,
    );
    if (group === undefined) groups.push({ value, members: [index] });
    else group.members.push(index);
  }
  return groups.toSorted((a, b) => b.members.length - a.members.length || a.members[0]! - b.members[0]!);
}

function normalised(value: unknown, depth: number): unknown {
  if (typeof value === "string")
    return value.normalize("NFKC").trim().replace(/\s+/g, " ").replace(/[.!]$/, "").toLowerCase();
  if (depth > 50) return value;
  if (Array.isArray(value)) return value.map((it) => normalised(it, depth + 1));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, normalised(it, depth + 1)]));
}

/**
 * Asks the question the output answers again, with the same tool results before it, and checks that enough answers
 * agree with the output. Fails when enough agree with each other and not with it; where no answer has enough behind
 * it, that is unsure. Each answer is a journaled step, paid once.
 *
 * Its feedback says that answers differ, never what they say: a retry stays independent.
 *
 * @throws CHECK_OPTIONS, CHECK_PATH_INVALID at once.
 */
export function agrees<Output = unknown>(options: AgreesOptions<Output>): NamedCheck<Output> {
  const { name = "agrees", path } = options as AgreesOptions;
  demand(name, options as AgreesOptions);
  parsePath(path ?? "");
  return {
    kind: "check",
    name,
    version: "1",
    options,
    needs: "models",
    independent: true,
    paths: path === undefined || path === "" ? [] : [path],
    run: (output, context) => judge(output, context as CheckContext, options as AgreesOptions),
  };
}

function demand(check: string, { samples, of }: AgreesOptions): void {
  const mend = `Say how many of how many: { samples: 2, of: 3 }, at most ${samplesLimit}.`;
  const isWhole = Number.isInteger(samples) && Number.isInteger(of);
  if (!isWhole || samples < 2 || of < samples || of > samplesLimit)
    throw new FirebreakError("CHECK_OPTIONS", { check, what: `asks for ${samples} of ${of}`, mend });
}

async function judge(
  output: unknown,
  context: CheckContext,
  options: AgreesOptions,
): Promise<Judged | Unsure> {
  const { question, ask, parse } = context;
  if (question === undefined || ask === undefined || parse === undefined)
    return unsure("there is no question here to ask again: no model wrote this output");
  const further = Array.from({ length: options.of - 1 }, (_, index) => index + 1);
  const answers = await Promise.all(
    further.map((sample) => askAgain({ ask, parse }, question, sample, options)),
  );
  const candidates = [output, ...answers.map((it) => it.value)];
  const groups = agreement(candidates, options);
  const own = groups.find((it) => it.members.includes(0));
  if (own === undefined) return unsure(`there is nothing at "${options.path}" to compare`);
  return conclude(
    own,
    groups,
    answers.flatMap((it) => it.why ?? []),
    options,
  );
}

function conclude(
  own: AnswerGroup,
  groups: readonly AnswerGroup[],
  lost: readonly string[],
  { samples, of, path }: AgreesOptions,
): Judged | Unsure {
  const count = own.members.length;
  const without = lost.length === 0 ? "" : `; ${lost.length} gave no answer (${clip(lost[0]!, 120)})`;
  const note = `${count} of ${of} answers agree${without}`;
  if (count >= samples) return { problems: [], note };
  const other = groups.find((it) => it !== own && it.members.length >= samples);
  if (other === undefined)
    return unsure(`${note}, where ${samples} must; ${groups.length} different answers were given`);
  const problem: Omit<Problem, "check"> = {
    message: `${other.members.length} of ${of} answers to the same question agree on another answer`,
    ...(path === undefined || path === "" ? {} : { path }),
    claimed: show(own.value),
    found: show(other.value),
  };
  return { problems: [problem], note };
}

function show(value: unknown): string {
  return clip(typeof value === "string" ? value : (JSON.stringify(value) ?? String(value)), 200);
}

interface Sampled {
  readonly value?: unknown;
  readonly why?: string;
}

async function askAgain(
  { ask, parse }: Required<Pick<CheckContext, "ask" | "parse">>,
  question: Question,
  sample: number,
  { by, temperature = 0.7 }: AgreesOptions,
): Promise<Sampled> {
  const answered = await ask({
    ...question,
    model: by ?? "author",
    sample,
    ...(temperature === "default" ? {} : { temperature }),
  });
  if (!answered.ok) return { why: answered.why };
  const read = await parse(answered.text);
  return read.ok ? { value: read.value } : { why: read.message };
}
