// Asks the person at the terminal to decide a review: approve, edit, reject, or later.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { FirebreakError } from "../base/errors.ts";
import type { Decision, ReviewItem } from "../open.ts";
import { oneLine } from "./plain-text.ts";
import { renderReview } from "./render-review.ts";
import type { Screen } from "./screen.ts";

/** What a person said; "later" leaves the question open. */
export type Said = Pick<Decision, "decision" | "value" | "because"> | "later";

/** Puts a line to the person and waits for one. Rejects with an AbortError when interrupted. */
export type AskLine = (prompt: string) => Promise<string>;

/** Lines from this process's terminal. Ctrl-C goes to the process, as it does everywhere else. */
export function askTerminal(abort: AbortSignal): AskLine {
  return async (prompt) => {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    lines.on("SIGINT", () => process.emit("SIGINT"));
    try {
      return (await lines.question(prompt, { signal: abort })).trim();
    } finally {
      lines.close();
    }
  };
}

/** Times an answer that is none is asked for again. */
const askLimit = 20;

/** Shows a review and asks until the answer fits. */
export async function askPerson(screen: Screen, item: ReviewItem, ask: AskLine): Promise<Said> {
  screen.print("", ...renderReview(screen, item));
  return item.mode === "form" ? askForm(screen, item, ask) : askDecision(screen, item, ask);
}

async function askDecision(screen: Screen, item: ReviewItem, ask: AskLine): Promise<Said> {
  const mayEdit = item.mode !== "cap";
  for (let round = 0; round < askLimit; round += 1) {
    const more = mayEdit ? "  [e]dit  [s]end back" : "";
    const said = (await ask(`  [a]pprove${more}  [r]eject  [l]ater > `)).toLowerCase();
    if (["a", "approve", "y", "yes"].includes(said)) return { decision: "approve" };
    if (["l", "later", ""].includes(said)) return "later";
    if (["r", "reject", "n", "no"].includes(said))
      return { decision: "reject", ...reasonOf(await ask("  because (may be empty) > ")) };
    if (mayEdit && ["s", "send back", "send-back"].includes(said)) {
      const because = await ask("  what is to be better? > ");
      if (because !== "") return { decision: "send-back", because };
    }
    if (mayEdit && ["e", "edit"].includes(said)) {
      try {
        return { decision: "edit", value: editValue(item.shown) };
      } catch (error) {
        screen.print(oneLine(error instanceof Error ? error.message : String(error)));
      }
    }
  }
  return "later";
}

function reasonOf(text: string): { because?: string } {
  return text === "" ? {} : { because: text };
}

interface Property {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
}

async function askForm(screen: Screen, item: ReviewItem, ask: AskLine): Promise<Said> {
  const properties = Object.entries(propertiesOf(item.schema));
  if (properties.length === 0) {
    const text = await ask("  your answer (JSON or text, empty for later) > ");
    return text === "" ? "later" : { decision: "answer", value: readAnswer(text, {}) };
  }
  const answers: Record<string, unknown> = {};
  for (const [name, property] of properties) {
    const hint = property.enum === undefined ? (property.type ?? "") : property.enum.map(String).join(" | ");
    if (property.description !== undefined) screen.print(`  ${oneLine(property.description)}`);
    const text = await ask(`  ${oneLine(name)}${hint === "" ? "" : ` (${oneLine(hint)})`} > `);
    if (text !== "") answers[name] = readAnswer(text, property);
  }
  if (Object.keys(answers).length === 0) return "later";
  return { decision: "answer", value: answers };
}

function propertiesOf(schema: unknown): Readonly<Record<string, Property>> {
  const properties: unknown =
    typeof schema === "object" && schema !== null && "properties" in schema ? schema.properties : {};
  return (properties ?? {}) as Readonly<Record<string, Property>>;
}

/** Text where the form wants text; else JSON, and yes and no for booleans. */
function readAnswer(text: string, property: Property): unknown {
  if (property.type === "string") return text;
  if (property.type === "boolean" && /^(y|yes|n|no)$/i.test(text)) return /^y/i.test(text);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Opens a value in $VISUAL or $EDITOR as JSON and gives what was saved. @throws EDITOR_FAILED */
export function editValue(value: unknown, env: NodeJS.ProcessEnv = process.env): unknown {
  const editor = env["VISUAL"] ?? env["EDITOR"];
  if (editor === undefined || editor === "")
    throw new FirebreakError("EDITOR_FAILED", {
      editor: "(none)",
      reason: "neither VISUAL nor EDITOR is set",
    });
  const folder = mkdtempSync(join(tmpdir(), "firebreak-edit-"));
  const file = join(folder, "value.json");
  try {
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
    // An editor may be given with arguments ("code --wait"): the shell splits them, the file's name is ours.
    const { status, error } = spawnSync(`${editor} "${file}"`, { stdio: "inherit", shell: true });
    if (error !== undefined || status !== 0)
      throw new FirebreakError("EDITOR_FAILED", {
        editor,
        reason: error?.message ?? `it exited with ${status}`,
      });
    const text = readFileSync(file, "utf8");
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw new FirebreakError(
        "EDITOR_FAILED",
        { editor, reason: `what was saved is not JSON: ${(cause as Error).message}` },
        { cause },
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
