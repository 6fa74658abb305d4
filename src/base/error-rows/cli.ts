import { type ErrorRow, row } from "./error-row.ts";

interface CliErrors {
  readonly WORKFLOW_FILE_MISSING: ErrorRow<{ given: string; looked: string }>;
  readonly WORKFLOW_FILE_FAILED: ErrorRow<{ file: string; reason: string; where: string }>;
  readonly WORKFLOW_NOT_EXPORTED: ErrorRow<{ file: string; exports: string }>;
  readonly WORKFLOW_SEVERAL: ErrorRow<{ file: string; exports: string; first: string }>;
  readonly CONFIG_FAILED: ErrorRow<{ file: string; reason: string }>;
  readonly INPUT_UNREADABLE: ErrorRow<{ given: string; reason: string }>;
  readonly OPTION_INVALID: ErrorRow<{ option: string; given: string; mend: string }>;
  readonly FOLDER_NOT_EMPTY: ErrorRow<{ folder: string; found: string }>;
  readonly STEP_UNKNOWN: ErrorRow<{ runId: string; given: string; known: string }>;
  readonly VALUE_PATH_UNKNOWN: ErrorRow<{ given: string; at: string; known: string }>;
  readonly TARGET_UNKNOWN: ErrorRow<{ target: string; known: string }>;
  readonly REVIEW_NOT_FOUND: ErrorRow<{ given: string; open: string }>;
  readonly TERMINAL_NEEDED: ErrorRow<{ what: string; mend: string }>;
  readonly EDITOR_FAILED: ErrorRow<{ editor: string; reason: string }>;
  readonly GATES_NOT_FOUND: ErrorRow<{ runId: string; wanted: string; known: string }>;
  readonly GATES_UNREACHED: ErrorRow<{ runId: string; reason: string }>;
}

export const cliErrors: CliErrors = {
  WORKFLOW_FILE_MISSING: row({
    retryable: false,
    message: (it) => `there is no workflow "${it.given}" here (looked at ${it.looked})`,
    fix: () => "Give the path of the file that exports the workflow, or go to the project's folder.",
  }),
  WORKFLOW_FILE_FAILED: row({
    retryable: false,
    message: (it) =>
      `${it.file} failed while it was loaded: ${it.reason}${it.where === "" ? "" : ` (${it.where})`}`,
    fix: () => "Mend the file; nothing was started. --debug shows the whole stack.",
  }),
  WORKFLOW_NOT_EXPORTED: row({
    retryable: false,
    message: (it) => `${it.file} exports no workflow (it exports ${it.exports})`,
    fix: () => "Export what workflow({ … }) returns: export default workflow({ … }).",
  }),
  WORKFLOW_SEVERAL: row({
    retryable: false,
    message: (it) => `${it.file} exports several workflows and none of them as default: ${it.exports}`,
    fix: (it) => `Name one: ${it.file}#${it.first}.`,
  }),
  CONFIG_FAILED: row({
    retryable: false,
    message: (it) => `${it.file} cannot be used: ${it.reason}`,
    fix: () =>
      'Let it export default an object, for example export default { models: { fast: "anthropic:…" } }.',
  }),
  INPUT_UNREADABLE: row({
    retryable: false,
    message: (it) => `${it.given} cannot be read as a value: ${it.reason}`,
    fix: () => "Give JSON, or @ and the name of a file that holds JSON.",
  }),
  OPTION_INVALID: row({
    retryable: false,
    message: (it) => `${it.option} cannot be "${it.given}"`,
    fix: (it) => it.mend,
  }),
  FOLDER_NOT_EMPTY: row({
    retryable: false,
    message: (it) => `${it.folder} is not empty: it holds ${it.found}`,
    fix: () => "Name a new folder; nothing was written.",
  }),
  STEP_UNKNOWN: row({
    retryable: false,
    message: (it) => `run ${it.runId} has no step "${it.given}"`,
    fix: (it) => `Its steps are ${it.known}. A step's number works too.`,
  }),
  VALUE_PATH_UNKNOWN: row({
    retryable: false,
    message: (it) => `there is nothing at "${it.given}"`,
    fix: (it) => `${it.at} has ${it.known}. A part is written as in claims[2].quote or ["a key"].`,
  }),
  TARGET_UNKNOWN: row({
    retryable: false,
    message: (it) => `no run holds the ${it.target}`,
    fix: (it) => (it.known === "" ? "No run here has one of its kind." : `Known are ${it.known}.`),
  }),
  REVIEW_NOT_FOUND: row({
    retryable: false,
    message: (it) => `no open review is meant by "${it.given}"`,
    fix: (it) => (it.open === "" ? "No review is open: see firebreak ls." : `Open are: ${it.open}.`),
  }),
  TERMINAL_NEEDED: row({
    retryable: false,
    message: (it) => `${it.what}, and there is no terminal to ask in`,
    fix: (it) => it.mend,
  }),
  EDITOR_FAILED: row({
    retryable: true,
    message: (it) => `the editor ${it.editor} gave nothing usable: ${it.reason}`,
    fix: () => "Nothing was decided. Set $EDITOR, or give the value with --value @file.json.",
  }),
  GATES_NOT_FOUND: row({
    retryable: false,
    message: (it) =>
      it.wanted === ""
        ? `run ${it.runId} has no gate that passed`
        : `run ${it.runId} has no gate of step "${it.wanted}" that passed`,
    fix: (it) =>
      it.known === ""
        ? "Give a step checks: an output without any cannot be told right from wrong."
        : `Its gates are: ${it.known}.`,
  }),
  GATES_UNREACHED: row({
    retryable: false,
    message: (it) => `the gates of run ${it.runId} cannot be reached with the code as it is: ${it.reason}`,
    fix: () =>
      "Record a run with this code (firebreak rerun takes over what did not change), and name that one.",
  }),
};
