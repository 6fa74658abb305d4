// Takes the ```ts blocks out of a page and makes the files a reader would have
// after pasting them.
//
//   ```ts                    a file of its own
//   ```ts file=order.ts      a file of this name; later blocks of the page may import "./order.ts"
//   ```ts continued          goes on where the block before it ended
//   ```ts nocheck            shown, not checked

/** One file made of a page's blocks. */
export interface Snippet {
  /** Path below the page's own folder. */
  readonly name: string;
  readonly text: string;
  /** For each line of `text`, the page's line it came from; 0 for lines added here. */
  readonly lines: readonly number[];
}

const fence = /^```ts(?:[ \t]+(.*))?\n([\s\S]*?)^```[ \t]*$/gm;

/** @throws when a block continues and there is nothing before it. */
export function snippetsOf(page: string): Snippet[] {
  const found: { name: string; text: string; lines: number[] }[] = [];
  for (const block of page.matchAll(fence)) {
    const [, info = "", body = ""] = block;
    if (/\bnocheck\b/.test(info)) continue;
    const first = page.slice(0, block.index).split("\n").length + 1;
    const lines = body
      .split("\n")
      .slice(0, -1)
      .map((_, at) => first + at);
    const last = found.at(-1);
    if (/\bcontinued\b/.test(info)) {
      if (last === undefined) throw new Error(`line ${first}: nothing to continue`);
      last.text += body;
      last.lines.push(...lines);
    } else {
      found.push({ name: /\bfile=(\S+)/.exec(info)?.[1] ?? `line-${first}.ts`, text: body, lines });
    }
  }
  return found.map((it) => ({ ...it, text: `${it.text}export {};\n`, lines: [...it.lines, 0] }));
}
