// The command line: parses, composes, prints. Each command's own modules are loaded when it is called, so that
// help and errors of usage come at once.
//
//   CLI1. A pipe gets whole lines without cursor or colour codes.
//   CLI2. What others wrote is cleaned before it is printed (plain-text.ts).
//   CLI3. Every value on the page is escaped; markup is made by this folder alone (html-text.ts).
//   CLI4. The exit code says how it ended (exit-codes.ts): 0 only for what is done.

import { Command, CommanderError, Option } from "commander";
import { complain } from "./complain.ts";
import { exitCodeMeanings, exitCodes, type ExitCode } from "./exit-codes.ts";
import { type Screen, screenOn, type TextStream } from "./screen.ts";

/** Where a command line prints to. */
export interface Streams {
  readonly out: TextStream;
  readonly err: TextStream;
}

/** Runs one command line, without the program's own names, and gives the exit code. */
export async function main(
  args: readonly string[],
  streams: Streams = { out: process.stdout, err: process.stderr },
): Promise<ExitCode> {
  const screen = screenOn(streams.out);
  const errors = screenOn(streams.err);
  let code: ExitCode = exitCodes.ok;
  const program = commandLine(screen, (given) => {
    code = given;
  });
  program.configureOutput({
    writeOut: (text) => void streams.out.write(text),
    writeErr: (text) => void streams.err.write(text),
  });
  for (const it of program.commands) it.copyInheritedSettings(program);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    complain(errors, error, args.includes("--debug"));
    return isUsage(error) ? exitCodes.usage : exitCodes.failed;
  }
  return code;
}

/** Errors of what was typed, as opposed to what went wrong after. */
const usageErrors: ReadonlySet<unknown> = new Set([
  "OPTION_INVALID",
  "INPUT_UNREADABLE",
  "DURATION_INVALID",
  "SABOTAGE_INVALID",
  "WORKFLOW_FILE_MISSING",
  "CAP_INVALID",
  "TERMINAL_NEEDED",
]);

function isUsage(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && usageErrors.has(error.code);
}

type Done = (code: ExitCode) => void;

function commandLine(screen: Screen, done: Done): Command {
  const program = new Command("firebreak")
    .description("Runs workflows whose mistakes do not spread.")
    .version(version, "-V, --version")
    .option("--debug", "print the stack of an error")
    .exitOverride()
    .showHelpAfterError("(firebreak --help lists the commands)")
    .configureHelp({ sortSubcommands: false })
    .addHelpText(
      "after",
      `\nRUN is a run's id, a beginning or end of it, or "last".\n\nExit codes:\n${exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join("\n")}`,
    );
  startCommands(program, screen, done);
  lookCommands(program, screen, done);
  lineageCommands(program, screen, done);
  changeCommands(program, screen, done);
  personCommands(program, screen, done);
  projectCommands(program, screen, done);
  return program;
}

/** Kept equal to package.json by a test: reading the file would cost every start a little. */
const version = "0.1.0";

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function withRunFlags(command: Command): Command {
  return command
    .option("--model <ref>", "use this model for every agent, as provider:model or an alias")
    .addOption(
      new Option(
        "--sabotage <step=fault[:first|model|always]>",
        "plant a mistake, to see it caught; may be repeated",
      )
        .argParser(collect)
        .default([], "none"),
    )
    .option("--cap <usd>", "most that paid model calls may cost")
    .option("-y, --yes", "approve every question, and record that a flag did")
    .option("-w, --watch", "stay until the run ends, also while it waits for others")
    .option("--json", "print one JSON value at the end and nothing else");
}

function startCommands(program: Command, screen: Screen, done: Done): void {
  withRunFlags(
    program
      .command("run")
      .description("start a workflow and stay with it")
      .argument("<file|name>", "file that exports it (FILE#export picks one), or its name")
      .option("-i, --input <json|@file>", "the input; default: what the file exports as `input`")
      .option("-k, --key <key>", "the same key is the same run"),
  ).action(async (file: string, flags: object) =>
    done(await (await import("./command-run.ts")).run(screen, file, flags)),
  );
  program
    .command("resume")
    .description("go on with a run that was interrupted, failed or waits; default: the last such")
    .argument("[run]")
    .option("--accept", "go on although the code changed, by identity alone")
    .option("--force", "take the run from a process that is alive but stuck")
    .option("-y, --yes", "approve every question, and record that a flag did")
    .option("-w, --watch", "stay until the run ends")
    .option("--json", "print one JSON value at the end and nothing else")
    .action(async (run: string | undefined, flags: object) =>
      done(await (await import("./command-run.ts")).resume(screen, run, flags)),
    );
  withRunFlags(
    program
      .command("rerun")
      .description("a new run that does again only what a change affects")
      .argument("<run>")
      .option(
        "-i, --input <json|@file>",
        "another input; default: the file's own, read again, or the old run's",
      )
      .option("-s, --step <step>", "do this step again whatever is recorded; may be repeated", collect, [])
      .option("--set <step=json|@file>", "give a step's output yourself; may be repeated", collect, [])
      .option("--because <text>", "why, for whoever looks at it later")
      .option("-n, --dry-run", "print what would be done again, and do nothing"),
  ).action(async (run: string, flags: object) =>
    done(await (await import("./command-rerun.ts")).rerun(screen, run, flags)),
  );
}

function lookCommands(program: Command, screen: Screen, done: Done): void {
  program
    .command("ls")
    .description("list runs, newest first")
    .option("-a, --all", "all of them, child runs too")
    .option("-n, --limit <count>", "at most so many", "50")
    .option("-s, --status <status,…>", "running, waiting, completed, failed, cancelled, halted")
    .option("-r, --reviews", "the questions that wait for an answer")
    .option("--json", "as JSON")
    .action(async (flags: object) => done(await (await import("./command-look.ts")).list(screen, flags)));
  program
    .command("show")
    .description("show a run, or one step of it")
    .argument("<run>")
    .argument("[step]", "its name, its number, or names joined by /")
    .option("-p, --prompt", "what was sent to the model")
    .option("--html [file]", "write one read-only page that loads nothing; - for standard output")
    .option("--json", "as JSON")
    .action(async (run: string, step: string | undefined, flags: object) =>
      done(await (await import("./command-look.ts")).show(screen, run, step, flags)),
    );
  program
    .command("logs")
    .description("print a run's events, one a line")
    .argument("<run>")
    .option("-f, --follow", "go on until the run ends")
    .option("--json", "one JSON value a line")
    .action(async (run: string, flags: object) =>
      done(await (await import("./command-look.ts")).logs(screen, run, flags)),
    );
}

function withTargetFlags(command: Command): Command {
  return command
    .argument("[run:step]", "a step of a run, or a part of its value: last:scout, last:scout.claims[0]")
    .option("--source <name>", "a file, page or artifact, by its name or hash")
    .option("--tool <name>", "all that a tool gave")
    .option("--model <id>", "all that a model answered")
    .option("-w, --workflow <name>", "only runs of this workflow");
}

function lineageCommands(program: Command, screen: Screen, done: Done): void {
  program
    .command("why")
    .description("what a value rests on, back to the bytes")
    .argument("<run>")
    .argument("[path]", "a step, or a part of a value: scout.claims[0].quote, output.total", "output")
    .option("--depth <steps>", "how many steps back")
    .option("-a, --all", "list sources that are alike, and what was merely at hand")
    .option("--json", "as JSON")
    .action(async (run: string, path: string, flags: object) =>
      done(await (await import("./command-why.ts")).why(screen, run, path, flags)),
    );
  withTargetFlags(
    program
      .command("impact")
      .description("what rests on a step, a source, a tool or a model, over all runs")
      .option("-a, --all", "list every run, and what was merely issued afterwards")
      .option("--json", "as JSON"),
  ).action(async (given: string | undefined, flags: object) =>
    done(await (await import("./command-impact.ts")).impact(screen, given, flags)),
  );
}

function changeCommands(program: Command, screen: Screen, done: Done): void {
  withTargetFlags(
    program
      .command("recall")
      .description("do every run again that rests on a step, a source, a tool or a model")
      .option("-n, --dry-run", "only say which, and what it would cost")
      .option("--possible", "also runs that rest on it only possibly")
      .option("--because <text>", "why, for the record")
      .option("--with-model <ref>", "use this model for every agent, as provider:model or an alias")
      .option("-y, --yes", "approve every question, and record that a flag did")
      .option("--json", "print one JSON value at the end and nothing else"),
  ).action(async (given: string | undefined, flags: object) =>
    done(await (await import("./command-recall.ts")).recall(screen, given, flags)),
  );
  program
    .command("diff")
    .description("what differs between two runs, step by step")
    .argument("<run>")
    .argument("<other>")
    .option("-a, --all", "the steps inside agents too, and every change")
    .option("--json", "as JSON")
    .action(async (run: string, other: string, flags: object) =>
      done(await (await import("./command-diff.ts")).diff(screen, run, other, flags)),
    );
}

function personCommands(program: Command, screen: Screen, done: Done): void {
  const decisions = [
    ["approve", "approve what a review shows, and go on"],
    ["reject", "reject it"],
    ["edit", "approve a changed value: --value, or your $EDITOR"],
    ["send-back", "have it made again: --because tells its author what is to be better"],
    ["answer", "answer a form: --value"],
  ] as const;
  for (const [decision, description] of decisions) {
    const command = program
      .command(decision)
      .description(description)
      .argument("<run[:seq]>", "the question; its number may be left out when only one is open");
    if (decision === "edit" || decision === "answer") command.option("--value <json|@file>", "the value");
    if (decision === "send-back")
      command.option("--step <step>", "which step is to be done again, when the value has several authors");
    command
      .option("--because <text>", "why, for the record")
      .option("--by <name>", "who decides; default: $FIREBREAK_USER or the login")
      .option("--no-wait", "only record it; do not go on with the run here")
      .action(async (given: string, flags: object) =>
        done(await (await import("./command-decide.ts")).decide(screen, decision, given, flags)),
      );
  }
  program
    .command("cancel")
    .description("end a run for good")
    .argument("<run>")
    .option("--because <text>", "why, for the record")
    .action(async (run: string, flags: object) =>
      done(await (await import("./command-decide.ts")).cancel(screen, run, flags)),
    );
  program
    .command("signal")
    .description("send a message into a run")
    .argument("<run>")
    .argument("<name>")
    .option("--payload <json|@file>", "what it says")
    .option("--id <id>", "the same id twice is one signal")
    .option("--no-wait", "only record it; do not go on with the run here")
    .action(async (run: string, name: string, flags: object) =>
      done(await (await import("./command-decide.ts")).signal(screen, run, name, flags)),
    );
  program
    .command("settle")
    .description("say what became of an effect in doubt")
    .argument("<run:seq>")
    .option("--sent <receipt>", "it was sent; its receipt as JSON")
    .option("--not-sent", "it was not sent")
    .action(async (given: string, flags: object) =>
      done(await (await import("./command-decide.ts")).settle(screen, given, flags)),
    );
}

function projectCommands(program: Command, screen: Screen, done: Done): void {
  program
    .command("init")
    .description("write a project to begin with into a new folder")
    .argument("<dir>")
    .action(async (dir: string) => done((await import("./command-init.ts")).init(screen, dir)));
  program
    .command("lint")
    .description("look at a workflow for what a replay would trip over")
    .argument("<file>")
    .option("--json", "as JSON")
    .action(async (file: string, flags: object) =>
      done(await (await import("./command-lint.ts")).lint(screen, file, flags)),
    );
  program
    .command("mutate")
    .description("plant faults in what runs recorded, and count what their gates catch")
    .argument("<run...>")
    .option("-s, --step <step>", "only the gate of this step")
    .addOption(
      new Option("-o, --operator <name>", "only this kind of fault; may be repeated")
        .argParser(collect)
        .default([], "all"),
    )
    .option("--per-operator <count>", "most faults of one kind at a gate", "20")
    .option("--seed <text>", "the same seed plants the same faults", "1")
    .option("--threshold <share>", "exit with 1 when a gate catches less, for example 0.9")
    .option("--max-false-alarms <share>", "exit with 1 when a gate turns down more of what it let through")
    .option("-a, --all", "list every survivor")
    .option("--json", "as JSON")
    .action(async (runs: readonly string[], flags: object) =>
      done(await (await import("./command-mutate.ts")).mutate(screen, runs, flags)),
    );
  program
    .command("doctor")
    .description("try out what works on this machine")
    .option("--quick", "do not carry out the attacks on the sandbox")
    .option("--json", "as JSON")
    .action(async (flags: object) => done(await (await import("./command-doctor.ts")).doctor(screen, flags)));
  program
    .command("compat")
    .description("what becomes of the open runs under the code as it is now; for use before a deploy")
    .option("-w, --workflow <name>", "only runs of this workflow")
    .option("--json", "as JSON")
    .action(async (flags: object) => done(await (await import("./command-compat.ts")).compat(screen, flags)));
  program
    .command("prune")
    .description("remove ended runs")
    .option("--older-than <duration>", "last touched longer ago than this", "30d")
    .option("-n, --dry-run", "only say which")
    .option("--json", "as JSON")
    .action(async (flags: { olderThan: string }) =>
      done(await (await import("./command-prune.ts")).prune(screen, flags)),
    );
}
