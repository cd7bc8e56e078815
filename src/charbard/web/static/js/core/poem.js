/** A poem as the page keeps it: lines with marks, or a text. Knows nothing of tones, and draws nothing. */

/** A name for a poem that no other has. */
export function freshId() {
  return crypto.getRandomValues(new Uint32Array(2)).join("-");
}

/** A poem that begins here and now. */
export function fresh(poem) {
  return { id: freshId(), written: new Date().toISOString(), ...poem };
}

/** The text with its marks: a verse in lines of the display, a prose text as it is. */
export function textOf(poem) {
  if (poem.prose !== undefined) return poem.prose;
  return rowsOf(poem.lines).map((row) => row.map((line) => line.text + line.mark).join("") + (row.at(-1).ends ? "\n" : "")).join("\n");
}

/** Lines of the API, each beside its mark; `ends`: another stanza begins after it. */
export function linesOf({ lines, marks, stanza_ends = [] }) {
  return lines.map((text, at) => ({ text, mark: marks[at] ?? "", ends: at + 1 < lines.length && stanza_ends.includes(at + 1) }));
}

/** Lines in rows of the display: a row ends after a full stop, and with a stanza. Lines that are not written are left out. */
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

/** The lines that are written: a poem may have open ones. */
export function written(poem) {
  return poem.lines.filter((line) => line.text);
}

/** The title line, if there is one: title, author and form. */
export function headingOf(poem) {
  return [poem.title, poem.author, poem.formName ?? poem.form].filter(Boolean).join(" · ");
}

/** A checked text as a poem of the page. */
export function poemOf(report) {
  return {
    form: report.form,
    title: report.title,
    book: report.book,
    lines: linesOf({ ...report, lines: report.lines.map((line) => line.text), marks: report.lines.map((line) => line.mark || "。") }),
    edited: true,
  };
}
