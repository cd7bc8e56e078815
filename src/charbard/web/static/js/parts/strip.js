/** The prosody strip: under each character a shape for its tone, its rhyme, and broken rules. */

import { h, store, t, unsaid } from "./kit.js";

/** Shape of each tone. */
export const SHAPES = { 平: "○", 仄: "●", 中: "◐", "？": "?" };

/** What a report states on one character: {shape, rhyme, wrong}. */
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

/** A mark as text, for screen readers and tooltips. */
export function markWords(report, line, place) {
  const row = report?.lines[line];
  if (!row) return "";
  const { wrong, rhyme } = markAt(report, line, place);
  return [row.read_as[place], rhyme && `${t("check.rhyme")} ${row.rhyme_label}`, wrong && findingWords(wrong)].filter(Boolean).join("，");
}

/** The text of a finding, in the language of the page. */
export function findingWords(finding) {
  const says = store.state.settings.language === "zh" ? finding.says_zh : finding.says;
  const mend = finding.allowed ? `；${t("check.mend", { chars: finding.allowed })}` : "";
  return `${finding.name}：${says}${mend}`;
}

/** The place of a finding. */
export function placeWords(finding) {
  if (!finding.line) return t("check.whole");
  if (!finding.place) return t("check.line", { n: finding.line });
  return t("check.place.at", { n: finding.line, m: finding.place });
}

/** A checked poem with its strip, without buttons. */
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

/** An element with a character above its mark. */
export function cellElement(tag, report, line, place, char, props = {}) {
  const { shape, rhyme, wrong } = markAt(report, line, place);
  const classes = ["cell", rhyme && "is-rhyme", wrong && "is-wrong"].filter(Boolean).join(".");
  return h(`${tag}.${classes}`, { title: markWords(report, line, place), ...props },
    h("span.cell-char", char), unsaid("span.cell-tone", shape));
}

/** The findings of a report: first what breaks the form, then what is only a remark. */
export function findingsOf(report) {
  if (!report.violations.length && !report.notes.length) return null;
  return h("ul.findings",
    report.violations.map((one) => h("li", h("b", placeWords(one)), findingWords(one))),
    report.notes.map((one) => h("li", h("span.faint", `${placeWords(one)}　`), findingWords(one))));
}

/** The verdict of a report, in one line. */
export function verdictWords(report) {
  const places = { unjudged: report.unjudged, broken: report.violations }[report.verdict] ?? [];
  return t(`check.${report.verdict}`, { n: places.length });
}

export function verdictElement(report) {
  const [kind, sign] = { kept: ["is-good", "✓"], broken: ["is-bad", "╳"] }[report.verdict] ?? ["faint", "？"];
  return h(`p.verdict.${kind}`, `${sign} ${verdictWords(report)}`);
}
