// The `// Output:` block at the end of an example: what running it prints.
// `…` stands for anything up to what follows it on the line (ids, times).

/** The lines an example says it prints; undefined when it says nothing. */
export function expectedOutput(source: string): string[] | undefined {
  const lines = source.trimEnd().split("\n");
  const at = lines.lastIndexOf("// Output:");
  if (at < 0) return undefined;
  const block = lines.slice(at + 1);
  if (block.length === 0 || !block.every((it) => it.startsWith("//"))) return undefined;
  return block.map((it) => it.replace(/^\/\/ ?/, ""));
}

/** What differs first, in words; undefined when the output is as expected. */
export function difference(expected: readonly string[], output: string): string | undefined {
  const printed = output.trimEnd().split("\n");
  for (let at = 0; at < Math.max(expected.length, printed.length); at += 1) {
    const [wanted, got] = [expected[at], printed[at]];
    if (wanted === undefined) return `line ${at + 1} was not expected: ${got}`;
    if (got === undefined) return `line ${at + 1} is missing: ${wanted}`;
    if (!asPattern(wanted).test(got.trimEnd()))
      return `line ${at + 1}\n  expected  ${wanted}\n  printed   ${got}`;
  }
  return undefined;
}

function asPattern(line: string): RegExp {
  const parts = line
    .trimEnd()
    .split("…")
    .map((it) => it.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}
