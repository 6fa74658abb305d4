// Naming steps from outside: `clerk`, `analyst › attempt 1 › model`, with `/`
// or `>` for `›`. A path that is not whole names every step that ends so.

/** What one pattern names. */
export interface StepMatch {
  readonly pattern: string;
  /** True for the step itself. */
  isStep(names: readonly string[]): boolean;
  /** True for what is below such a step. */
  isAbove(names: readonly string[]): boolean;
}

export function matchStep(pattern: string): StepMatch {
  const parts = pattern
    .split(/\s*[›>]\s*|\/(?=\S)/u)
    .map((it) => it.trim())
    .filter((it) => it !== "");
  const endsAt = (names: readonly string[], end: number): boolean =>
    end >= parts.length && parts.every((part, index) => names[end - parts.length + index] === part);
  return {
    pattern,
    isStep: (names) => parts.length > 0 && endsAt(names, names.length),
    isAbove: (names) => {
      if (parts.length === 0) return false;
      for (let end = parts.length; end < names.length; end += 1) if (endsAt(names, end)) return true;
      return false;
    },
  };
}
