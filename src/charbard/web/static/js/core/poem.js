/** A poem as the page stores it: lines with marks, or prose. It knows no tones and renders nothing. */

/** A unique id for a poem. */
export function freshId() {
  return crypto.getRandomValues(new Uint32Array(2)).join("-");
}

/** A poem with an id and the present time. */
export function fresh(poem) {
  return { id: freshId(), written: new Date().toISOString(), ...poem };
}

/** The text with its marks: verse in rows, prose unchanged. */
export function textOf(poem) {
  if (poem.prose !== undefined) return poem.prose;
  return rowsOf(poem.lines).map((row) => row.map((line) => line.text + line.mark).join("") + (row.at(-1).ends ? "\n" : "")).join("\n");
}

/** Lines from the API, each with its mark; `ends` marks the last line of a stanza. */
export function linesOf({ lines, marks, stanza_ends = [] }) {
  return lines.map((text, at) => ({ text, mark: marks[at] ?? "", ends: at + 1 < lines.length && stanza_ends.includes(at + 1) }));
}

/** Group lines into rows: a row ends after a full stop or a stanza. Open lines are left out. */
export function rowsOf(lines) {
  const rows = [];
  let row = [];
  for (const line of lines) {
    if (line.text) row.push(line);
    if (row.length && (line.mark === "。" || line.ends)) {
      rows.push(row);
      row = [];
    }
  }
  if (row.length) rows.push(row);
  return rows;
}

/** The lines of a poem that are not open. */
export function written(poem) {
  return poem.lines.filter((line) => line.text);
}

/** The title line, if there is one: title, author and form. */
export function headingOf(poem) {
  return [poem.title, poem.author, poem.formName ?? poem.form].filter(Boolean).join(" · ");
}

/** Convert a checked text to a poem of the page. */
export function poemOf(report) {
  return {
    form: report.form,
    title: report.title,
    book: report.book,
    lines: linesOf({ ...report, lines: report.lines.map((line) => line.text), marks: report.lines.map((line) => line.mark || "。") }),
    edited: true,
  };
}
