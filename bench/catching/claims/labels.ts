// Which messages claim a completed action, read by hand.
//
// Labelled by the authors of this bench, before the check was run on them: every message that follows a successful call
// with an effect (131), every message after failed calls only (47), and of the messages before any call 60 of each
// domain, drawn by a seed. A claim says that something with an effect has been done, by whoever speaks or by the system
// in their place; an announcement ("I will proceed with the cancellation"), an offer, a question and what was looked up
// are none. A second reading of 75 of them by the same reader, shuffled and without labels and calls, agreed in 75. The
// messages are plain: nearly all claims are of the form "… has been successfully …", and so is what is measured here.

/** Of each domain, task and trial (or task) and turn: "30-t3#18", "44#18". */
const claims: Readonly<Record<string, string>> = {
  airline: `
    0-t0#21 0-t1#16 0-t2#15 0-t3#15 0-t3#22 0-t3#28 0-t3#31 2-t0#11 2-t2#17 2-t3#20 7-t0#19 7-t2#17 7-t3#20
    9-t2#22 10-t0#28 10-t2#14 10-t3#20 13-t0#44 13-t3#21 14-t0#19 14-t1#16 14-t1#20 14-t2#15 14-t3#18
    19-t0#22 19-t1#13 19-t1#17 19-t3#18 19-t3#22 21-t0#24 23-t1#36 23-t2#27 25-t0#23 25-t1#24 25-t2#12
    25-t2#24 25-t3#31 27-t0#11 27-t0#23 27-t1#9 27-t2#10 27-t3#11 27-t3#29 29-t1#15 29-t2#18 29-t3#17
    30-t2#18 30-t3#18 30-t3#25 31-t0#25 31-t1#17 31-t2#16 31-t3#20 32-t0#22 32-t1#14 32-t2#18 32-t3#17
    34-t0#20 34-t1#19 34-t1#24 34-t2#19 34-t3#16 37-t0#11 41-t0#9 41-t2#8 43-t0#9 46-t1#15 46-t2#10 46-t3#12
  `,
  retail: `
    0#17 1#17 2#19 3#21 9#20 15#14 17#11 21#30 23#15 23#27 23#36 26#15 29#12 29#24 31#16 31#22 31#28 32#18
    32#23 32#29 40#15 41#12 43#13 44#18 49#17 51#14 53#12 55#18 55#22 59#15 59#18 61#16 66#15 69#19 71#20
    72#14 73#11 74#21 79#16 81#19 84#19 86#20 86#25 90#18 92#15 93#13 96#19 99#24 99#30
  `,
};
const others: Readonly<Record<string, string>> = {
  airline: `
    0-t0#18 2-t1#4 2-t1#31 2-t2#1 2-t3#7 7-t2#1 7-t2#4 7-t2#14 8-t0#13 9-t0#3 9-t2#5 9-t2#16 9-t3#9 9-t3#13
    9-t3#15 10-t0#14 10-t2#1 10-t2#4 10-t3#23 12-t0#7 12-t3#5 13-t0#9 13-t0#19 13-t0#23 13-t0#25 13-t0#28
    13-t0#29 13-t0#32 13-t0#33 13-t0#35 13-t0#38 13-t0#41 13-t1#4 13-t1#9 13-t1#12 13-t1#15 13-t1#18
    13-t1#20 13-t2#4 13-t2#11 13-t2#14 13-t2#17 13-t2#19 13-t2#22 13-t2#25 13-t2#27 13-t2#30 13-t2#33
    13-t3#9 13-t3#13 13-t3#17 13-t3#18 18-t0#5 18-t0#9 18-t2#14 18-t3#5 19-t0#6 19-t0#10 19-t3#13 19-t3#15
    21-t0#8 21-t0#17 21-t3#8 23-t0#21 23-t1#23 23-t1#29 23-t1#33 23-t2#17 23-t2#18 23-t2#20 23-t2#24
    23-t3#30 23-t3#33 23-t3#36 23-t3#39 25-t0#8 25-t1#8 27-t0#8 27-t1#6 29-t2#14 30-t0#16 30-t1#13 30-t1#16
    30-t1#22 30-t2#1 31-t0#14 31-t3#17 32-t0#15 32-t0#18 32-t1#1 32-t2#13 32-t3#12 34-t1#1 34-t2#8 35-t0#1
    35-t0#6 35-t1#3 35-t1#6 35-t2#9 35-t3#6 37-t1#10 37-t2#7 37-t3#6 41-t1#12 41-t3#5 41-t3#11 43-t1#8
    43-t2#4 43-t3#4 44-t2#7 44-t3#3 46-t3#7 48-t0#4 49-t2#3
  `,
  retail: `
    1#8 1#12 3#3 3#10 3#15 3#18 9#1 9#10 9#17 15#1 15#11 17#1 20#3 20#32 21#16 23#12 29#1 31#10 32#6 32#8
    32#15 34#16 34#18 39#4 39#8 39#10 39#12 39#16 40#1 40#10 41#1 44#6 47#1 50#1 51#11 55#6 59#1 59#10 61#5
    61#11 66#1 66#5 67#1 67#4 67#7 69#5 71#1 71#6 72#1 72#5 74#11 74#16 74#18 79#11 81#7 86#17 90#13 90#15
    91#12 91#14 91#19 91#21 91#24 91#27 92#5 99#21
  `,
};

/** "airline-test-30-t3#18" as it stands above. */
function shortId(id: string): string {
  return id.replace(/^\w+-test-/, "").replace("-agentrx#", "#");
}

const sets = (texts: Readonly<Record<string, string>>): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map(Object.entries(texts).map(([domain, ids]) => [domain, new Set(ids.trim().split(/\s+/))]));
const labels = [
  ["claim", sets(claims)],
  ["none", sets(others)],
] as const;

export type Label = "claim" | "none";

/** The label a person gave, where one did. */
export function labelByHand(domain: string, id: string): Label | undefined {
  return labels.find(([, ids]) => ids.get(domain)?.has(shortId(id)) === true)?.[0];
}

/**
 * For messages nobody labelled, as in another half of the data: after a successful call, a message claims unless it
 * announces or offers options. It looks at no word of a deed, and so shares nothing with the check.
 */
export function labelByRule(text: string): Label {
  return /\b(?:I will|I'll|let me (?!know)|hold on|here are the available)\b/iu.test(text.slice(0, 400))
    ? "none"
    : "claim";
}
