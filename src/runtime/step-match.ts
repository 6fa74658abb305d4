// Naming steps from outside: `clerk`, `analyst › attempt 1 › model`, with `/`
// or `>` for `›`. A path that is not whole names every step that ends so.

/** What one pattern names. */
export interface StepMatch {
  readonly pattern: string;
  /** True for the step itself. */
  isStep(names: readonly string[]): boolean;
  /** True for what is below such a step. */
  isAbove(names: readonly string[]): boolean;
  /** What is left of the pattern inside the run that a step of these names started; undefined when it names nothing there. */
  inside(names: readonly string[]): string | undefined;
}

/** The names that a pattern is made of. */
export function namesIn(pattern: string): readonly string[] {
  return pattern
    .split(/\s*[›>]\s*|\/(?=\S)/u)
    .map((it) => it.trim())
    .filter((it) => it !== "");
}

export function matchStep(pattern: string): StepMatch {
  const parts = namesIn(pattern);
  const inside = (names: readonly string[]): string | undefined => {
    for (let split = 1; split < parts.length; split += 1) {
      const before = parts.slice(0, split);
      const from = names.length - split;
      if (from >= 0 && before.every((part, index) => names[from + index] === part))
        return parts.slice(split).join(" › ");
    }
    return undefined;
  };
  const endsAt = (names: readonly string[], end: number): boolean =>
    end >= parts.length && parts.every((part, index) => names[end - parts.length + index] === part);
  return {
    pattern,
    inside,
    isStep: (names) => parts.length > 0 && endsAt(names, names.length),
    isAbove: (names) => {
      if (parts.length === 0) return false;
      for (let end = parts.length; end < names.length; end += 1) if (endsAt(names, end)) return true;
      return false;
    },
  };
}
