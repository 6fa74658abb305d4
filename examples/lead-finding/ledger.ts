// A count of executed work kept outside the journal, for the kill test: with FIREBREAK_LEDGER set to a file, each work adds
// a line as it begins. Without it, nothing happens. No result depends on it.

import { appendFileSync } from "node:fs";
import type { Model } from "firebreak";

/** Notes that a work begins. */
export function noteWork(kind: "function" | "tool" | "model", name: string, what: string): void {
  const file = process.env["FIREBREAK_LEDGER"];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify([kind, name, what])}\n`);
}

/** Notes each call of a model. */
export function counted(model: Model): Model {
  return {
    ...model,
    call(request, options) {
      const { agent, attempt, turn } = request.caller;
      noteWork("model", agent, `attempt ${attempt} turn ${turn}`);
      return model.call(request, options);
    },
  };
}
