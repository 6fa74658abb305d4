// The books: what is read from data/, and the plain functions over it. Functions given to ctx.step
// get their input and nothing else, so that a rerun knows when their result still stands.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckContext, CheckResult } from "firebreak";
import { z } from "zod";

export const Invoice = z.object({
  number: z.string(),
  customer: z.string(),
  issued: z.string(),
  due: z.string(),
  amount: z.number(),
});
export const BankLine = z.object({
  line: z.string(),
  date: z.string(),
  payer: z.string(),
  reference: z.string(),
  amount: z.number(),
});
export const Books = z.object({
  invoices: z.array(Invoice),
  bank: z.array(BankLine),
  mail: z.object({ file: z.string(), text: z.string() }),
});

/** An invoice that is not settled by its own reference, and all that may explain it. */
export const Question = z.object({
  invoice: Invoice,
  lines: z.array(BankLine).describe("bank lines that name the invoice"),
  loose: z.array(BankLine).describe("bank lines that name no invoice"),
  mail: Books.shape.mail,
});
export const Finding = z.object({
  invoice: z.string(),
  paidBy: z.array(z.string()).describe("bank lines that pay it"),
  open: z.number().describe("what is still owed, in EUR"),
  quotes: z.array(z.string()).describe("word for word from the bank lines or the mail"),
  note: z.string().describe("one sentence for the bookkeeper"),
});
/** The result is a text for people. */
export const Report = z.string();

type Invoice = z.infer<typeof Invoice>;
type BankLine = z.infer<typeof BankLine>;
type Books = z.infer<typeof Books>;
type Question = z.infer<typeof Question>;
type Finding = z.infer<typeof Finding>;

/** Reads data/. Called by `firebreak run`, and again by `firebreak rerun`. */
export function readBooks(folder: string = join(import.meta.dirname, "data")): Books {
  return {
    invoices: readTable(folder, "invoices.csv").map((row) => Invoice.parse(row)),
    bank: readTable(folder, "bank.csv").map((row) => BankLine.parse(row)),
    mail: { file: "data/mail.txt", text: readFileSync(join(folder, "mail.txt"), "utf8") },
  };
}

/** A small table without quoted cells. The column `amount` holds numbers. */
function readTable(folder: string, file: string): Record<string, unknown>[] {
  const [head = "", ...rows] = readFileSync(join(folder, file), "utf8").trimEnd().split(/\r?\n/);
  const columns = head.split(",");
  return rows.map((row, index) => {
    const cells = row.split(",");
    const place = `data/${file}:${index + 2}`;
    if (cells.length !== columns.length)
      throw new Error(`${place}: ${cells.length} cells, expected ${columns.length}`);
    const values = columns.map((column, at) => {
      const cell = cells[at]!.trim();
      if (column !== "amount") return [column, cell];
      if (!/^-?\d+(\.\d{1,2})?$/.test(cell))
        throw new Error(`${place}: "${cell}" is no amount, write it as 1240.00`);
      return [column, Number(cell)];
    });
    return Object.fromEntries(values) as Record<string, unknown>;
  });
}

/** To the cent, so that sums of amounts compare. */
function total(amounts: readonly number[]): number {
  return Math.round(amounts.reduce((sum, it) => sum + it * 100, 0)) / 100;
}

/** Gives each invoice the bank lines whose reference names it; `loose` lines name none. */
export function sortLines({ invoices, bank }: Pick<Books, "invoices" | "bank">): {
  pairs: { invoice: Invoice; lines: BankLine[] }[];
  loose: BankLine[];
} {
  const names = (line: BankLine, { number }: Invoice): boolean => line.reference.includes(number);
  return {
    pairs: invoices.map((invoice) => ({ invoice, lines: bank.filter((line) => names(line, invoice)) })),
    loose: bank.filter((line) => !invoices.some((invoice) => names(line, invoice))),
  };
}

/** What the lines that name an invoice leave open of it. */
export function match({ invoice, lines }: { invoice: Invoice; lines: BankLine[] }): Finding {
  const open = total([invoice.amount, ...lines.map((it) => -it.amount)]);
  const paidBy = lines.map((it) => it.line);
  return { invoice: invoice.number, paidBy, open, quotes: [], note: open === 0 ? "Paid." : "Not settled." };
}

/** A check: what is said to be open is the invoice less the lines that are said to pay it. */
export function addsUp(output: Finding, { input }: CheckContext<Question>): CheckResult {
  const lines = [...input.lines, ...input.loose];
  const unknown = output.paidBy.find((it) => !lines.some((line) => line.line === it));
  if (unknown !== undefined) return `There is no bank line ${unknown} for ${input.invoice.number}.`;
  const paid = lines.filter((it) => output.paidBy.includes(it.line)).map((it) => -it.amount);
  const open = total([input.invoice.amount, ...paid]);
  if (output.open === open) return true;
  const message = "What is said to be open is not what these bank lines leave of the invoice.";
  const [claimed, found] = [output.open, open].map((it) => `${it.toFixed(2)} EUR open`) as [string, string];
  return [{ message, path: "open", claimed, found, where: "data/bank.csv" }];
}

/** A check over all findings: no bank line pays two invoices. */
export function usedOnce(findings: readonly Finding[]): true | string {
  const used = findings.flatMap((it) => it.paidBy);
  const twice = used.find((it, index) => used.indexOf(it) !== index);
  return twice === undefined || `Bank line ${twice} pays more than one invoice.`;
}

/** What is settled, what is open and why, and what pays no invoice. */
export function writeReport({ findings, bank }: { findings: Finding[]; bank: BankLine[] }): string {
  const used = findings.flatMap((it) => it.paidBy);
  const isPlain = (it: Finding): boolean => it.open === 0 && it.quotes.length === 0;
  const strangers = bank.filter((it) => !used.includes(it.line));
  return [
    `${findings.filter((it) => it.open === 0).length} of ${findings.length} invoices are settled.`,
    ...findings
      .filter((it) => !isPlain(it))
      .flatMap((it) => [`${it.invoice}: ${it.note}`, ...it.quotes.map((quote) => `  "${quote}"`)]),
    ...strangers.map((it) => `${it.line}: ${it.amount.toFixed(2)} EUR of ${it.payer} pays no invoice here.`),
  ].join("\n");
}

/** What `firebreak run` prints of a report. */
export function summary(report: unknown): string {
  return `${String(report)}

Three things to try:
  change an amount in data/bank.csv, then  npx firebreak rerun last   (what is done anew and what is reused is counted)
  npx firebreak run reconcile.ts --sabotage clerk=misquote            (a planted mistake, and what catches it)
  the same with clerk=misquote:always, Ctrl-C when it asks you, then  npx firebreak resume`;
}
