// From checks to verdicts. What a check may return is wide (true, a sentence,
// problems, unsure); what leaves here is one verdict a check, in the order given.
//
//   C3. A check that throws, or returns what is no result, is unsure with a mend, never a pass.

import { FirebreakError } from "../base/errors.ts";
import type {
  Check,
  CheckContext,
  CheckFunction,
  Complaint,
  Evidence,
  Judged,
  NamedCheck,
  Problem,
  Unsure,
  Verdict,
} from "./check.ts";
import { StepError } from "../runtime/step-error.ts";
import { requireKnownPaths } from "./known-paths.ts";

/** Most problems kept of one verdict; the note says how many there were. */
export const problemLimit = 100;

const mend = "return true, a sentence, a list of problems or unsure(why)";

/** A check under the name it has in this gate. */
interface Named {
  readonly name: string;
  readonly independent: boolean;
  readonly run: CheckFunction;
}

/** True for a check that runs only once no other has failed. */
export function isDear(it: Check<never, never>): boolean {
  return typeof it === "object" && (it.dear === true || it.needs === "models");
}

/**
 * Runs checks on an output and gives a verdict each, in order; asynchronous ones run at the same time.
 * When no check returns a promise, neither does this. It sets no time limit: the step's `timeout` does.
 *
 * @param only Which of them, by their index; the others give no verdict. Default: all.
 * @throws CHECK_PATH_UNKNOWN when `context.schema` does not know a path a check looks at; CHECK_PATH_INVALID.
 */
export function runChecks<Output, Input>(
  checks: readonly Check<Output, Input>[],
  output: Output,
  context: CheckContext<Input>,
  only: (index: number) => boolean = () => true,
): Verdict[] | Promise<Verdict[]> {
  if (context.schema !== undefined) requireKnownPaths(checks, context.schema);
  const verdicts = nameChecks(checks)
    .filter((_, index) => only(index))
    .map((it) => runCheck(it, output, context as CheckContext));
  if (verdicts.every((it): it is Verdict => !(it instanceof Promise))) return verdicts;
  return Promise.all(verdicts.map((it) => Promise.resolve(it)));
}

/**
 * The names checks have in a gate: their own, a function's, else "check N". A name met before gets " (2)".
 */
export function checkNames(checks: readonly Check<never, never>[]): string[] {
  const times = new Map<string, number>();
  return checks.map((it, index) => {
    const name = it.name.trim() === "" ? `check ${index + 1}` : it.name;
    const nth = (times.get(name) ?? 0) + 1;
    times.set(name, nth);
    return nth === 1 ? name : `${name} (${nth})`;
  });
}

function nameChecks<Output, Input>(checks: readonly Check<Output, Input>[]): Named[] {
  const names = checkNames(checks);
  return checks.map((it, index) => ({
    name: names[index]!,
    independent: typeof it === "object" && it.independent === true,
    run: (typeof it === "function" ? it : it.run) as CheckFunction,
  }));
}

function runCheck(it: Named, output: unknown, context: CheckContext): Verdict | Promise<Verdict> {
  try {
    const result = it.run(output, context);
    if (!isPromise(result)) return judge(it, result);
    return Promise.resolve(result).then(
      (settled) => judge(it, settled),
      (error: unknown) => failedItself(it, error),
    );
  } catch (error) {
    return failedItself(it, error);
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** Mistakes in how a check is declared: wrong paths, models nobody can find. */
const declared = /^(?:CHECK_|MODEL_(?:UNKNOWN|ALIAS_|KEY_|PROVIDER_|PRICE_)|LIVE_MODELS_|TEST_MODEL_)/;

/** A mistake in a check's declaration is its author's to mend, not a person's to decide. */
function failedItself(it: Named, error: unknown): Verdict {
  if (FirebreakError.any(error) && declared.test(error.code)) throw error;
  // A step below that ended without a value (no budget is left, the run was cancelled) ends the gate as it ended.
  if (StepError.is(error)) throw error;
  return verdict(
    it,
    "unsure",
    [],
    `the check itself failed: ${error instanceof Error ? error.message : String(error)}`,
  );
}

function judge(it: Named, result: unknown): Verdict {
  if (result === true) return verdict(it, "pass", []);
  if (typeof result === "string" && result.trim() !== "") return judgeProblems(it, [result]);
  if (Array.isArray(result)) return judgeProblems(it, result);
  if (isUnsure(result)) return judgeUnsure(it, result);
  if (
    typeof result === "object" &&
    result !== null &&
    "problems" in result &&
    Array.isArray(result.problems)
  ) {
    const { note, evidence, skipRetry } = result as Partial<Judged>;
    const found = judgeProblems(it, result.problems, note, evidence);
    return skipRetry === true && found.result === "fail" ? { ...found, skipRetry } : found;
  }
  return verdict(it, "unsure", [], `the check returned ${describe(result)}: ${mend}`);
}

function judgeProblems(
  it: Named,
  given: readonly unknown[],
  note?: string,
  evidence?: readonly Evidence[],
): Verdict {
  const wrong = given.find((problem) => !isComplaint(problem));
  if (wrong !== undefined || given.includes(undefined)) {
    return verdict(it, "unsure", [], `the check's list of problems holds ${describe(wrong)}: ${mend}`);
  }
  const problems = (given as Complaint[]).slice(0, problemLimit).map((problem) => complete(it, problem));
  const said =
    given.length > problemLimit
      ? `the first ${problemLimit} of ${given.length} problems${note === undefined ? "" : `; ${note}`}`
      : note;
  return verdict(it, problems.length === 0 ? "pass" : "fail", problems, said, evidence);
}

function judgeUnsure(it: Named, result: Unsure): Verdict {
  const problems = (result.problems ?? []).slice(0, problemLimit).map((problem) => complete(it, problem));
  return verdict(it, "unsure", problems, result.why, result.evidence);
}

function isUnsure(value: unknown): value is Unsure {
  return (
    typeof value === "object" &&
    value !== null &&
    "unsure" in value &&
    value.unsure === true &&
    "why" in value &&
    typeof value.why === "string"
  );
}

function isComplaint(value: unknown): value is Complaint {
  if (typeof value === "string") return value.trim() !== "";
  return (
    typeof value === "object" && value !== null && "message" in value && typeof value.message === "string"
  );
}

function complete(it: Named, problem: Complaint): Problem {
  return typeof problem === "string" ? { check: it.name, message: problem } : { ...problem, check: it.name };
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === "") return "an empty text";
  if (typeof value === "object" && value !== null) return "an object that is no result";
  return typeof value === "function" ? "a function" : String(value);
}

function verdict(
  it: Named,
  result: Verdict["result"],
  problems: readonly Problem[],
  note?: string,
  evidence?: readonly Evidence[],
): Verdict {
  return {
    check: it.name,
    result,
    problems,
    ...(it.independent ? { independent: true as const } : {}),
    ...(note === undefined ? {} : { note }),
    ...(evidence === undefined || evidence.length === 0 ? {} : { evidence }),
  };
}

/** True when every verdict is a pass (C1). A gate without a verdict does not pass. */
export function gatePasses(verdicts: readonly Verdict[]): boolean {
  return verdicts.length > 0 && verdicts.every((it) => it.result === "pass");
}

/** Every problem found, by checks that failed and by those that are unsure. */
export function problemsOf(verdicts: readonly Verdict[]): Problem[] {
  return verdicts.flatMap((it) => it.problems);
}

/** Verdicts that could not decide. */
export function unsureOf(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.filter((it) => it.result === "unsure");
}

/** What a check may be given besides its function. */
export type CheckOptions = Pick<
  NamedCheck,
  "version" | "options" | "independent" | "paths" | "dear" | "needs" | "timed"
>;

/**
 * Names a check. The name shows in verdicts, reports and the inbox, where like problems are grouped by it.
 * Contract of `run`: see CheckFunction.
 */
export function check<Output = unknown, Input = unknown>(
  name: string,
  run: CheckFunction<Output, Input>,
  options?: CheckOptions,
): NamedCheck<Output, Input> {
  return { kind: "check", name, run, ...options };
}
