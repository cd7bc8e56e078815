/** The prosody strip: under each character its tone as a shape, rhyme feet, and what breaks the form. */

import { h, store, t, unsaid } from "./kit.js";

/** Tones as shapes. */
export const SHAPES = { 平: "○", 仄: "●", 中: "◐", "？": "?" };

/** What a report says of one character: {shape, rhyme, wrong}. */
function markAt(report, line, place) {
  const row = report?.lines[line];
  if (!row) return { shape: "" };
  const isLast = place === [...row.text].length - 1;
  const wrong = report.violations.find(
    (one) => one.line === line + 1 && (one.place === place + 1 || (one.place === null && isLast)),
  );
  const rhyme = isLast && row.rhyme !== null;
  const tone = SHAPES[row.read_as[place]] ?? "";
  return { shape: wrong ? `${tone}╳` : rhyme ? `${tone}△` : tone, rhyme, wrong };
}

/** A mark in words, for screen readers and tooltips. */
export function markWords(report, line, place) {
  const row = report?.lines[line];
  if (!row) return "";
  const { wrong, rhyme } = markAt(report, line, place);
  return [row.read_as[place], rhyme && `${t("check.rhyme")} ${row.rhyme_label}`, wrong && findingWords(wrong)].filter(Boolean).join("，");
}

/** What a finding says, in the language of the page. */
export function findingWords(finding) {
  const says = store.state.settings.language === "zh" ? finding.says_zh : finding.says;
  const mend = finding.allowed ? `；${t("check.mend", { chars: finding.allowed })}` : "";
  return `${finding.name}：${says}${mend}`;
}

/** Where a finding is. */
export function placeWords(finding) {
  if (!finding.line) return t("check.whole");
  if (!finding.place) return t("check.line", { n: finding.line });
  return t("check.place.at", { n: finding.line, m: finding.place });
}

/** A checked poem with its strip, nothing in it to press. */
export function stripElement(report) {
  const letters = report.form === null || new Set(report.lines.map((row) => row.group).filter(Boolean)).size > 1;
  return h("div.strip", { lang: "zh" }, report.lines.map((row, line) => {
    const ends = line + 1 < report.lines.length && report.stanza_ends.includes(line + 1);
    return h(`div.desk-line${ends ? ".ends-stanza" : ""}`,
      h("div.desk-chars", [...row.text].map((char, place) => cellElement("span", report, line, place, char))),
      h("span.desk-mark", row.mark),
      letters && row.group && h("span.faint", row.group));
  }));
}

/** A character above its mark. */
export function cellElement(tag, report, line, place, char, props = {}) {
  const { shape, rhyme, wrong } = markAt(report, line, place);
  const classes = ["cell", rhyme && "is-rhyme", wrong && "is-wrong"].filter(Boolean).join(".");
  return h(`${tag}.${classes}`, { title: markWords(report, line, place), ...props },
    h("span.cell-char", char), unsaid("span.cell-tone", shape));
}

/** What a report found, one after the other: what breaks the form, then what is only worth a word. */
export function findingsOf(report) {
  if (!report.violations.length && !report.notes.length) return null;
  return h("ul.findings",
    report.violations.map((one) => h("li", h("b", placeWords(one)), findingWords(one))),
    report.notes.map((one) => h("li", h("span.faint", `${placeWords(one)}　`), findingWords(one))));
}

/** How a report judges a poem, in one line. */
export function verdictWords(report) {
  const places = { unjudged: report.unjudged, broken: report.violations }[report.verdict] ?? [];
  return t(`check.${report.verdict}`, { n: places.length });
}

export function verdictElement(report) {
  const [kind, sign] = { kept: ["is-good", "✓"], broken: ["is-bad", "╳"] }[report.verdict] ?? ["faint", "？"];
  return h(`p.verdict.${kind}`, `${sign} ${verdictWords(report)}`);
}
