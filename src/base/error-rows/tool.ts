import { type ErrorRow, row } from "./error-row.ts";

interface ToolErrors {
  readonly SANDBOX_UNAVAILABLE: ErrorRow<{ level: string; reason: string }>;
  readonly SANDBOX_LANGUAGE: ErrorRow<{ level: string; language: string }>;
  readonly SANDBOX_INPUT: ErrorRow<{ what: string }>;
  readonly SANDBOX_FAILED: ErrorRow<{ level: string; reason: string }>;
}

export const toolErrors: ToolErrors = {
  SANDBOX_UNAVAILABLE: row({
    retryable: false,
    message: (it) => `the sandbox "${it.level}" does not work here: ${it.reason}`,
    fix: (it) =>
      it.level === "bubblewrap"
        ? 'Install bubblewrap 0.8 or newer (apt-get install bubblewrap) and allow user namespaces, or ask for the level "auto" or "quickjs".'
        : 'Ask for the level "auto", "bubblewrap" or "quickjs".',
  }),
  SANDBOX_LANGUAGE: row({
    retryable: false,
    message: (it) => `the sandbox "${it.level}" does not run ${it.language} here`,
    fix: (it) =>
      it.language === "python"
        ? "Write the program in JavaScript, or run on Linux with bubblewrap and a python3 below /usr."
        : "Write the program in JavaScript.",
  }),
  SANDBOX_INPUT: row({
    retryable: false,
    message: (it) => `the program was not started: ${it.what}`,
    fix: () =>
      "Change that input; file names are letters, digits, dots, dashes and blanks, without a folder.",
  }),
  SANDBOX_FAILED: row({
    retryable: true,
    message: (it) =>
      `the sandbox "${it.level}" broke before it could say how the program ended: ${it.reason}`,
    fix: () => "Run it again; if it stays, `firebreak doctor` probes the sandbox.",
  }),
};
