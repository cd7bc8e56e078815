/** The prosody strip: under each character its tone as a shape, rhyme feet, and what breaks the form. */

import { h, store, t } from "./kit.js";

const SHAPES = { 平: "○", 仄: "●", 中: "◐", "？": "?" };

/** What a report says of one character: {tone, rhyme, wrong, allowed}. */
export function markAt(report, line, place) {
  const row = report?.lines[line];
  if (!row) return { shape: "", rhyme: false, wrong: null };
  const isLast = place === [...row.text].length - 1;
  const wrong = report.violations.find(
    (one) => one.line === line + 1 && (one.place === place + 1 || (one.place === null && isLast)),
  );
  const rhyme = isLast && row.rhyme !== null;
  const tone = SHAPES[row.read_as[place]] ?? "";
  return { shape: wrong ? `${tone}╳` : rhyme ? `${tone}△` : tone, rhyme, wrong: wrong ?? null };
}

/** A mark in words, for screen readers and tooltips. */
export function markWords(report, line, place) {
  const row = report?.lines[line];
  if (!row) return "";
  const { wrong, rhyme } = markAt(report, line, place);
  return [row.read_as[place] ?? "", rhyme ? `${t("check.rhyme")} ${row.rhyme}` : "", wrong ? findingWords(wrong) : ""].filter(Boolean).join("，");
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
  return h("div.strip", { lang: "zh" }, report.lines.map((row, line) =>
    h("div.desk-line", h("div.desk-chars", [...row.text].map((char, place) => {
      const mark = markAt(report, line, place);
      const classes = ["cell", mark.rhyme ? "is-rhyme" : "", mark.wrong ? "is-wrong" : ""].filter(Boolean).join(".");
      return h(`span.${classes}`, { title: markWords(report, line, place) },
        h("span.cell-char", char), h("span.cell-tone", { "aria-hidden": "true" }, mark.shape));
    })), h("span.desk-mark", row.mark))));
}

/** How a report judges a poem, in one line. */
export function verdictElement(report) {
  const bad = report.violations.length;
  const words = bad ? t("check.bad", { n: bad }) : t("check.good");
  return h(`p.verdict${bad ? ".is-bad" : ".is-good"}`, `${bad ? "╳" : "✓"} ${words}`);
}
