// What is the same in every page: its style and its script. The page allows no others, by their digests.
#ifndef TANDEM_CONFORMANCE_REPORT_PAGE_H_
#define TANDEM_CONFORMANCE_REPORT_PAGE_H_

#include <string_view>

namespace tandem::conformance {

constexpr std::string_view kPageStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --box: #f6f7f9; --line: #d9dde3; --text: #1c2128; --quiet: #5f6b7a;
  --passed: #1a7f37; --differs: #c4262e; --skipped: #8a6100; --link: #0757b8;
  --differs-box: #fdecec; --mark: #ffd0cf; --escape: #7a3ff2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171c; --box: #1d2127; --line: #363c46; --text: #e4e8ee; --quiet: #98a3b3;
    --passed: #57c474; --differs: #ff7b76; --skipped: #dfae4d; --link: #79b4ff;
    --differs-box: #3a1d20; --mark: #7c2a2e; --escape: #b79bff;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
header, main { max-width: 76rem; margin: 0 auto; padding: 0 1.5rem; }
header { padding-top: 1.5rem; }
main { padding-bottom: 4rem; }
h1 { margin: 0; font-size: 1.5rem; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.25rem; }
h3 { margin: 0; font-size: 1rem; }
h4 { margin: 1rem 0 .35rem; font-size: .9rem; }
h5 { margin: 0; padding: .3rem .75rem; font-size: .8rem; font-weight: 500; color: var(--quiet); }
a { color: var(--link); }
pre, code { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { margin: 0; padding: .25rem .75rem .6rem; max-height: 30rem; overflow: auto; white-space: pre-wrap;
      overflow-wrap: anywhere; }
.about { margin: .25rem 0 0; color: var(--quiet); font-size: .87rem; overflow-wrap: anywhere; }
.passed { --own: var(--passed); } .differs { --own: var(--differs); } .skipped { --own: var(--skipped); }
.counts { display: flex; gap: 1.25rem; margin: .5rem 0 0; font-size: 1.1rem; font-weight: 600; }
.counts span { color: var(--own); }
form { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: 1.25rem; }
button, input { font: inherit; color: inherit; background: var(--box); border: 1px solid var(--line);
                border-radius: .4rem; padding: .3rem .8rem; }
button[aria-pressed=true] { background: var(--text); border-color: var(--text); color: var(--page); }
input { flex: 1 1 14rem; max-width: 26rem; }
table { border-collapse: collapse; }
th { font-weight: 500; text-align: left; }
th, td { padding: .25rem .8rem; vertical-align: top; }
thead { position: sticky; top: 0; background: var(--page); box-shadow: 0 1px 0 var(--line); }
thead th { color: var(--quiet); font-size: .87rem; }
thead .language { color: var(--text); font-weight: 600; }
tbody tr:hover { background: var(--box); }
tbody th { min-width: 16rem; overflow-wrap: anywhere; }
.rules { display: block; color: var(--quiet); font-size: .8rem; }
.matrix .first { border-left: 1px solid var(--line); }
.matrix td a { color: var(--own); text-decoration: none; }
.matrix td a:hover { text-decoration: underline; }
td.differs { background: var(--differs-box); font-weight: 600; }
.none { color: var(--quiet); }
.list { width: 100%; font-size: .9rem; }
.list tr { border-top: 1px solid var(--line); }
.list td { overflow-wrap: anywhere; }
article { margin-top: 1rem; padding: .9rem 1.1rem 1rem; border: 1px solid var(--line); border-left: .3rem solid var(--own);
          border-radius: .4rem; }
.sides { display: grid; grid-template-columns: 1fr 1fr; border: 1px solid var(--line); border-radius: .4rem; background: var(--box); }
.sides > * { min-width: 0; }
.sides > * + * { border-left: 1px solid var(--line); }
@media (max-width: 45rem) {
  .sides { grid-template-columns: 1fr; }
  .sides > * + * { border: 0; border-top: 1px solid var(--line); }
}
details { margin-top: .75rem; }
.list details { margin: 0; }
summary { cursor: pointer; color: var(--quiet); }
details > pre { margin-top: .35rem; padding-top: .6rem; background: var(--box); border-radius: .4rem; }
mark { background: var(--mark); color: inherit; border-radius: .15rem; }
.escape { color: var(--escape); }
:target { outline: 2px solid var(--link); outline-offset: 2px; }
article, .list tr { scroll-margin-top: 1rem; }
)css";

// Shows what has the wanted verdict and the wanted text. Without it all is shown.
constexpr std::string_view kPageScript = R"js(
"use strict";
const form = document.querySelector("form");
const input = form.querySelector("input");
const buttons = Array.from(form.querySelectorAll("button"));
const entries = Array.from(document.querySelectorAll("[data-verdict]"), (element) => ({
  element,
  verdicts: element.dataset.verdict.split(" "),
  text: (element.closest("section").dataset.suite + " " + element.textContent).toLowerCase(),
}));
let wanted = "all";

function show() {
  const text = input.value.trim().toLowerCase();
  for (const { element, verdicts, text: own } of entries) {
    element.hidden = !((wanted === "all" || verdicts.includes(wanted)) && own.includes(text));
  }
  for (const group of document.querySelectorAll("section, .matrix, details.results")) {
    group.hidden = !group.querySelector("[data-verdict]:not([hidden])");
    if (group.matches("details") && (wanted === "skipped" || text)) group.open = true;
  }
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === wanted));
}

for (const button of buttons) {
  button.addEventListener("click", () => {
    wanted = button.value;
    show();
  });
}
input.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
)js";

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_REPORT_PAGE_H_
