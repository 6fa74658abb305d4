/** The page's style: the reader's own fonts, light and dark, and ink saved in print. */
export const pageStyle: string = `
:root{--ink:#1c2126;--quiet:#66707a;--paper:#fbfaf7;--card:#fff;--edge:#e3e0d8;--ok:#1b7f4d;--bad:#b3261e;--warn:#8f5f00;--blue:#2459a8;--okbg:#e5f4ec;--badbg:#fdeceb;--warnbg:#fdf3dc;--bluebg:#e8effa;--bar:#9aa9b8;--code:#f4f2ec}
@media (prefers-color-scheme:dark){:root{--ink:#e4e6e8;--quiet:#98a2ac;--paper:#14171a;--card:#1b1f23;--edge:#30363c;--ok:#5fcf97;--bad:#ff8a80;--warn:#f0c265;--blue:#8db8f5;--okbg:#15301f;--badbg:#3a1d1b;--warnbg:#362a10;--bluebg:#18273d;--bar:#57656f;--code:#22272c}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1060px;margin:0 auto;padding:2.2rem 1.2rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:.1em 0 .3em;letter-spacing:-.01em;overflow-wrap:anywhere}h2{font-size:1.15rem;margin:2.4rem 0 .7rem}h3{font-size:1rem;margin:0 0 .4rem;overflow-wrap:anywhere}h4{font-size:.92rem;margin:0 0 .3rem;overflow-wrap:anywhere}
p{margin:.3em 0}a{color:var(--blue)}.quiet,.eyebrow,footer,cite{color:var(--quiet)}.eyebrow{font-size:.8rem;margin:0}
code,pre,cite{font-family:ui-monospace,"SF Mono",Menlo,Consolas,monospace;font-size:.84em;font-style:normal}
.status{font-size:.85rem;font-weight:600;padding:.2em .7em;border-radius:1em;vertical-align:.25em;background:var(--bluebg);color:var(--blue);letter-spacing:0}
.status.completed{background:var(--okbg);color:var(--ok)}.status.failed,.status.halted{background:var(--badbg);color:var(--bad)}.status.waiting,.status.cancelled{background:var(--warnbg);color:var(--warn)}
.models{font-weight:600}
.figures{display:flex;flex-wrap:wrap;gap:.6rem;margin:1.1rem 0}.figures div{flex:1 1 8rem;background:var(--card);border:1px solid var(--edge);border-radius:.6rem;padding:.6rem .9rem}.figures b{display:block;font-size:1.12rem}.figures span{color:var(--quiet);font-size:.85rem}
.bar{display:flex;align-items:baseline;justify-content:space-between}button{font:inherit;font-size:.85rem;background:none;border:1px solid var(--edge);border-radius:.4rem;color:var(--quiet);padding:.15rem .7rem;cursor:pointer}
.caught article{background:var(--card);border:1px solid var(--edge);border-left:4px solid var(--warn);border-radius:.6rem;padding:.9rem 1.1rem;margin:.7rem 0}.caught .next{margin-top:.7rem}
.problem{margin:.5rem 0}.pair{display:grid;grid-template-columns:1fr 1fr;gap:.6rem;margin:.4rem 0}.pair div{border-radius:.4rem;padding:.45rem .7rem;overflow-wrap:anywhere}.pair b{display:block;font-size:.72rem;text-transform:uppercase;letter-spacing:.05em;opacity:.8}.pair q{quotes:none;white-space:pre-wrap}
.claimed{background:var(--badbg)}.claimed mark{background:none;color:var(--bad);font-weight:700;text-decoration:underline;text-underline-offset:3px}.found{background:var(--okbg)}.found mark{background:none;color:var(--ok);font-weight:700;text-decoration:underline;text-underline-offset:3px}
ol.steps{list-style:none;margin:0;padding:0}.steps .steps{margin:.6rem 0 0;padding-left:.9rem;border-left:2px solid var(--edge)}
.steps li{border-bottom:1px solid var(--edge)}.steps li:last-child{border-bottom:0}.steps li:target>details>summary{background:var(--bluebg)}
.steps summary{display:grid;grid-template-columns:1.3rem minmax(9rem,1.1fr) minmax(8rem,1.5fr) minmax(5rem,.8fr) 4.6rem;gap:.5rem;align-items:center;padding:.42rem .3rem;cursor:pointer;list-style:none}.steps summary::-webkit-details-marker{display:none}.steps summary:hover{background:var(--code)}
.steps dl.value{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.15rem .9rem;margin:.3rem 0 .7rem;font-size:.88rem}dl.value dl.value{border-left:2px solid var(--edge);padding-left:.7rem;margin:.1rem 0}dl.value>dt{max-width:14rem;overflow-wrap:anywhere}dl.value pre,dl.value table{margin:.1rem 0 .3rem}
.data>summary{display:block;padding:.1rem 0}
.mark{font-weight:700;text-align:center}.done>details>summary .mark{color:var(--ok)}.failed>details>summary .mark{color:var(--bad)}.rejected>details>summary .mark,.waiting>details>summary .mark{color:var(--warn)}.running>details>summary .mark,.reused>details>summary .mark{color:var(--blue)}
.name{font-weight:600;overflow-wrap:anywhere}.kind{font-weight:400;color:var(--quiet);font-size:.82em}.invalidated>details>summary .name{text-decoration:line-through}
.says{display:flex;flex-wrap:wrap;gap:.25rem}.chip{font-size:.75rem;font-weight:500;padding:.05em .55em;border-radius:.8em;background:var(--code);color:var(--quiet);overflow-wrap:anywhere}
.chip.pass{background:var(--okbg);color:var(--ok)}.chip.fail,.chip.failed{background:var(--badbg);color:var(--bad)}.chip.unsure,.chip.rejected,.chip.waiting{background:var(--warnbg);color:var(--warn)}.chip.running,.chip.reused{background:var(--bluebg);color:var(--blue)}
.line{position:relative;height:.5rem;background:var(--code);border-radius:.25rem}.line i{position:absolute;top:0;bottom:0;min-width:3px;border-radius:.25rem;background:var(--bar)}.rejected>details>summary .line i{background:var(--warn)}.failed>details>summary .line i{background:var(--bad)}
.time{text-align:right;font-variant-numeric:tabular-nums;color:var(--quiet);font-size:.85rem;white-space:nowrap}
.body{padding:.2rem .3rem 1rem 2rem}dl{display:flex;flex-wrap:wrap;gap:.1rem 1.4rem;margin:.2rem 0 .6rem;font-size:.85rem}dl div{display:flex;gap:.4rem}dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
pre{background:var(--code);border-radius:.4rem;padding:.6rem .8rem;margin:.3rem 0 .7rem;white-space:pre-wrap;overflow-wrap:anywhere;max-height:26rem;overflow:auto}pre.prose{font-family:inherit;font-size:.95em}
dl.value{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.15rem .9rem;margin:.3rem 0 .7rem;font-size:.88rem}dl.value dl.value{border-left:2px solid var(--edge);padding-left:.7rem;margin:.1rem 0}dl.value>dt{max-width:14rem;overflow-wrap:anywhere}dl.value pre,dl.value table{margin:.1rem 0 .3rem}
.data>summary{color:var(--quiet);font-size:.8rem;cursor:pointer;list-style:none}.data>summary::before{content:"▸ "}.data[open]>summary::before{content:"▾ "}.data>summary::-webkit-details-marker{display:none}
.verdict,.review{border:1px solid var(--edge);border-radius:.5rem;padding:.6rem .8rem;margin:.5rem 0;background:var(--card)}.evidence{margin:.4rem 0 0;padding:0;list-style:none}.evidence li{border:0;margin:.4rem 0}blockquote{margin:0;padding:.35rem .7rem;border-left:3px solid var(--ok);background:var(--code);overflow-wrap:anywhere;white-space:pre-wrap}blockquote mark{background:var(--okbg);color:inherit;font-weight:600;border-radius:.2em;box-shadow:0 0 0 1px var(--ok)}
.failure{color:var(--bad)}section.failure{background:var(--badbg);border-radius:.6rem;padding:.2rem 1.1rem .8rem;margin-top:1.2rem}section.failure h2{margin-top:.7rem}
.wide{overflow-x:auto}.wide table{min-width:34rem}.wide td,.wide th{overflow-wrap:normal}table{border-collapse:collapse;font-size:.86rem;margin:.3rem 0 .7rem;min-width:50%}th{text-align:left;font-weight:600;color:var(--quiet)}th,td{padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--edge);vertical-align:top;overflow-wrap:anywhere}.number{text-align:right;font-variant-numeric:tabular-nums}
.log{list-style:none;padding:0;font-size:.88rem}.log time{color:var(--quiet);margin-right:.6rem;font-variant-numeric:tabular-nums}.log .warn{color:var(--warn)}.log .error{color:var(--bad)}
footer{margin-top:3rem;font-size:.82rem;border-top:1px solid var(--edge);padding-top:.8rem}
@media (max-width:720px){.steps summary{grid-template-columns:1.3rem 1fr 4.6rem}.says{grid-column:2/4}.line{display:none}.time{grid-row:1;grid-column:3}.pair{grid-template-columns:1fr}.body{padding-left:.8rem}}
@media print{:root{--paper:#fff;--code:#f6f6f6}body{font-size:11px}main{max-width:none;padding:0}button{display:none}pre{max-height:none}.caught article,.verdict,.figures div{break-inside:avoid}details::details-content{content-visibility:visible;display:block}}
`;
