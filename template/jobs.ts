// What the baseline does in the clerk's place: rules that match amounts and names and quote the
// lines that mention an invoice. It is no language model; with one, this file is not used.

import type { z } from "zod";
import { baselineJob } from "firebreak/standin";
import type { Finding, Question } from "./books.ts";

type Asked = z.infer<typeof Question>;

const cents = (amount: number): number => Math.round(amount * 100);
const firstWord = (name: string): string => name.toLowerCase().split(/[^\p{L}]+/u)[0] ?? "";

export const jobs = [
  baselineJob<Asked>({
    agent: "clerk",
    run: ({ invoice, lines, loose, mail }) => {
      const named = lines.reduce((sum, it) => sum + cents(it.amount), 0);
      const missing = cents(invoice.amount) - named;
      const same = loose.find(
        (it) => cents(it.amount) === missing && firstWord(it.payer) === firstWord(invoice.customer),
      );
      const mentions = mail.text.split(/\r?\n/).filter((it) => it.includes(invoice.number));
      const open = same === undefined ? missing / 100 : 0;
      const answer: z.infer<typeof Finding> = {
        invoice: invoice.number,
        paidBy: [...lines, ...(same === undefined ? [] : [same])].map((it) => it.line),
        open,
        quotes: [...(same === undefined ? [] : [same.reference]), ...mentions],
        note: same === undefined ? sayOpen(open, invoice.amount, mentions.length) : sayMatched(same.line),
      };
      return { answer };
    },
  }),
];

function sayOpen(open: number, amount: number, mentions: number): string {
  const what =
    open < 0
      ? `${(-open).toFixed(2)} EUR too much was paid`
      : `${open.toFixed(2)} of ${amount.toFixed(2)} EUR is open`;
  return mentions === 0
    ? `${what}; the mail does not mention it.`
    : `${what}; this is what was written about it.`;
}

function sayMatched(line: string): string {
  return `paid by ${line}: amount and payer agree, its reference reads otherwise.`;
}
