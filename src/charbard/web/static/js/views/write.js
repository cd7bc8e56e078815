/** Write: choose what to write, and get several poems at once. */

import { isForeign, learnGlossary, themeOf } from "../core/glossary.js";
import { remediesFor } from "../core/remedy.js";
import { coupletOrder, formOf, isListed, modelNamed, proseOrder, verseOrder, wish } from "../core/wish.js";
import { beginWriting, endWriting, isWriting, kept, madeOf, stopWriting, writeCouplets, writeVerse } from "../core/writing.js";
import { toDesk } from "../parts/actions.js";
import { Sheet, markBest } from "../parts/candidates.js";
import { quotesPanel } from "../parts/quotes.js";
import { dressText, fill, fresh, h, notice, remember, say, scripted, store, stream, t, textOf } from "../parts/kit.js";
import { change, layOut, proseModel, settled } from "./write-slip.js";

/** The sheets on the board and what they were written for; they stay while other views are shown. */
let shown = { sheets: [], caption: "", theme: "" };
let board = null;

/** Build the view. Returns its keys. */
export function mount(root) {
  const slip = h("form.slip", { on: { submit: (event) => event.preventDefault() } });
  board = h("section.board-box", { "aria-label": t("write.board") });
  const here = { slip, acts: null, before: shown };
  here.acts = { go: () => go(here), stop: () => stop(here), isWriting };
  root.append(h("p.tagline", t("write.tagline")), h("div.write", slip, board));
  layOut(slip, here.acts);
  if (shown.sheets.length) {
    showBoard();
    for (const sheet of shown.sheets) sheet.redress();
  } else if (store.state.models.length) {
    write(here);
  }
  return {
    Enter: () => go(here),
    Escape: () => stop(here),
    ArrowDown: () => toSheet(1),
    ArrowUp: () => toSheet(-1),
    digit: (number) => {
      const poem = shown.sheets.find((sheet) => sheet.number === number)?.poem;
      if (poem?.lines && store.state.features.desk) toDesk(poem);
    },
  };
}

/** Move to the next or the previous candidate. */
function toSheet(step) {
  const { sheets } = shown;
  const at = sheets.findIndex((sheet) => sheet.element.contains(document.activeElement));
  sheets[Math.max(0, Math.min(sheets.length - 1, at + step))]?.element.focus();
}

/** Write, and scroll to the board if it is below the slip. */
function go(here) {
  write(here);
  if (board.getBoundingClientRect().top > innerHeight / 3) board.scrollIntoView({ block: "start" });
}

function stop(here) {
  if (!isWriting()) return;
  stopWriting();
  keepBegun(here);
  showBoard();
  say(t("write.stopped"));
  here.slip.querySelector(".stop").disabled = true;
}

/** Keep unfinished texts, without empty sheets; if every sheet is empty, show the earlier board again. */
function keepBegun({ before }) {
  for (const sheet of shown.sheets) sheet.stop(t("write.stopped"));
  const sheets = shown.sheets.filter((sheet) => sheet.poem);
  shown = sheets.length ? { ...shown, sheets } : before;
  remember(sheets.map((sheet) => sheet.poem));
}

async function write(here) {
  const { slip } = here;
  const asked = await understood(slip, settled(wish()));
  if (!asked) return;
  if (!isWriting()) here.before = shown;
  const signal = beginWriting();
  slip.querySelector(".stop").disabled = false;
  try {
    const model = proseModel(asked);
    if (model) await proseSheets(asked, model, signal);
    else await verseSheets(asked, signal);
  } catch (error) {
    if (!signal.aborted) troubled(here, error, asked);
  } finally {
    endWriting(signal);
    if (!isWriting()) slip.querySelector(".stop").disabled = true;
  }
}

/** The choices as they are sent, with an English theme in Chinese; null if one is missing, which gets the focus. */
async function understood(slip, asked) {
  const missing = (asked.form === "对联" && !(asked.given + asked.second).trim()) || (asked.form === "仿作" && !asked.like.trim());
  if (missing) {
    slip.querySelector(asked.form === "对联" ? "input[lang]" : "textarea")?.focus();
    return null;
  }
  if (!isForeign(asked.theme) || proseModel(asked)?.script === "latin") return asked;
  await learnGlossary().catch((error) => console.warn(error));
  return { ...asked, theme: themeOf(asked.theme) || asked.theme };
}

/** Show an error above the earlier content of the board. */
function troubled(here, error, asked) {
  keepBegun(here);
  const mend = ({ words, patch }) => ({ words, act: () => {
    change(patch);
    layOut(here.slip, here.acts);
    go(here);
  } });
  const remedies = error.status === 0 || error.status === 503 || error.status === 429
    ? [{ words: t("remedy.again"), act: () => go(here) }]
    : remediesFor(error, asked).map(mend);
  showBoard(notice(error, remedies));
}

/** Show the sheets on the board, under a caption. */
function showBoard(above = null) {
  const { sheets, caption, theme } = shown;
  const words = dressText(h("h2.board-caption"), caption);
  fill(board, above, caption && words, h("div.board", { data: { count: sheets.length } }, sheets.map((sheet) => sheet.element)), quotesPanel(theme));
}

function spread(count, shape, caption, theme = "") {
  shown = { sheets: Array.from({ length: count }, (_, at) => new Sheet(at + 1, shape)), caption, theme };
  showBoard();
  say(t("write.writing"));
  return shown.sheets;
}

/** A caption for the poems of an order. */
function captionOf(asked) {
  const { form } = asked;
  const name = isListed(asked) ? asked.tune : form;
  const hidden = asked.acrostic.trim() && form !== "对联" ? t("write.hides", { text: asked.acrostic.trim() }) : "";
  return [scripted(name), form === "对联" ? "" : asked.theme.trim(), hidden].filter(Boolean).join(" · ");
}

async function verseSheets(asked, signal) {
  const isCouplet = asked.form === "对联";
  const order = isCouplet ? coupletOrder(asked) : verseOrder(asked);
  const poems = [];
  const { model, seed } = order;
  const lay = (shape) => {
    const sheets = spread(asked.count, shape, captionOf(asked), isCouplet ? "" : asked.theme.trim());
    for (const sheet of sheets) {
      sheet.partial = () => ({
        ...kept({ lines: sheet.lines, form: order.form, theme: asked.theme.trim(), given: [], candidate: sheet.number - 1 }, { model, digest: modelNamed(model).digest, seed }, order, asked),
        shape: shape.lines,
      });
    }
    return sheets;
  };
  let laid = isCouplet || asked.form === "仿作" ? null : lay(formOf(asked));
  if (!laid) board.setAttribute("aria-busy", "true");
  try {
    for await (const step of isCouplet ? writeCouplets(order, signal) : writeVerse(order, signal)) {
      if (signal.aborted) return;
      if (step.line) {
        laid?.[step.candidate].setLine(step.at, step.line);
        if (step.candidate === 0) say(step.line.text);
      } else if (step.poem) {
        laid ??= lay(poemShape(step.poem));
        poems[step.candidate] = step.poem;
        step.poem.lines.forEach((line, at) => laid[step.candidate].setLine(at, line));
      } else {
        finishVerse(laid, poems, step.end, order, asked);
      }
    }
  } finally {
    board.removeAttribute("aria-busy");
  }
}

function poemShape(poem) {
  const { lines } = poem;
  return { lines: lines.map((line) => [...line.text].length), marks: lines.map((line) => line.mark), stanza_ends: lines.flatMap((line, at) => (line.ends ? [at + 1] : [])) };
}

/** Finish all sheets: mark the best, without moving any of them. */
function finishVerse(laid, poems, end, order, asked) {
  const done = poems.map((poem) => poem && kept(poem, end, order, asked));
  done.forEach((poem, at) => poem && laid[at].finish(poem));
  for (const sheet of laid) if (!sheet.poem) sheet.fail(t("write.blocked"));
  const theme = done.find(Boolean)?.title ?? "";
  if (asked.form !== "对联" && !asked.theme.trim() && theme) {
    Object.assign(shown, { theme, caption: captionOf({ ...asked, theme }) });
    dressText(board.querySelector(".board-caption"), shown.caption);
  }
  const best = markBest(laid);
  remember(done.filter(Boolean));
  if (best) say(t("write.done", { n: done.filter(Boolean).length, text: textOf(best) }));
}

async function proseSheets(asked, model, signal) {
  const order = proseOrder(asked, model);
  const laid = spread(order.samples, null, "");
  const of = (sheet, end) => fresh({ prose: sheet.text, form: model.name, notes: end.notes, made: madeOf(end, sheet.number - 1, order) });
  for (const sheet of laid) {
    sheet.addText(order.prime);
    sheet.partial = () => of(sheet, { model: model.name, digest: model.digest, seed: order.seed });
  }
  for await (const fact of stream("prose", order, { signal })) {
    if (signal.aborted) return;
    if (fact.done) {
      for (const sheet of laid) sheet.finish(of(sheet, fact));
      remember(laid.map((sheet) => sheet.poem));
      say(t("write.done", { n: laid.length, text: laid[0].text }));
    } else {
      const sheet = laid[fact.sample];
      const before = sheet.text.length;
      sheet.addText(fact.text);
      if (!fact.sample) sayLines(sheet.text, before);
    }
  }
}

/** Announce the line of a growing text that has just ended to screen readers. */
function sayLines(text, before) {
  const end = text.lastIndexOf("\n");
  if (end >= before) say(text.slice(0, end).split("\n").pop());
}
