/** Write: say what, get several poems at once. */

import { Sheet } from "../parts/candidates.js";
import { toDesk } from "../parts/actions.js";
import { CLOSE, button, chips, dial, fill, fresh, h, hasWord, icon, notice, remember, say, selectField, store, stream, t, tellError, textField, textOf, tick } from "../parts/kit.js";
import { BOLDNESS, GUIDANCE, chipForms, coupletOrder, formOf, isListed, modelFor, modelNamed, proseOrder, verseOrder, wish } from "../core/wish.js";
import { beginWriting, endWriting, isWriting, kept, madeOf, stopWriting, writeCouplets, writeVerse } from "../core/writing.js";

const DYNASTIES = ["唐", "宋", "元", "清"];
let sheets = [];

/** Build the view. Returns what keys do here. */
export function mount(root) {
  const slip = h("form.slip", { on: { submit: (event) => event.preventDefault() } });
  const board = h("section.board", { "aria-label": t("nav.write") });
  root.append(h("div.write", slip, board));
  layOut(slip, board);
  if (sheets.length) {
    board.append(...sheets.map((sheet) => sheet.element));
    board.dataset.count = sheets.length;
    for (const sheet of sheets) sheet.redress();
  } else if (store.state.models.length) {
    write(slip, board);
  }
  return {
    Enter: () => write(slip, board),
    Escape: () => stop(slip),
    ArrowDown: () => toSheet(1),
    ArrowUp: () => toSheet(-1),
    digit: (number) => {
      const poem = sheets[number - 1]?.poem;
      if (poem?.lines && store.state.features.desk) toDesk(poem);
    },
  };
}

/** Go to the next candidate, or the one before. */
function toSheet(step) {
  const at = sheets.findIndex((sheet) => sheet.element.contains(document.activeElement));
  sheets[Math.max(0, Math.min(sheets.length - 1, at + step))]?.element.focus();
}

function change(patch) {
  store.set({ wish: { ...wish(), ...patch } });
}

/** The form of the wish itself; rebuilt when another kind of writing is chosen. */
function layOut(slip, board) {
  const asked = settled(wish());
  const again = (patch) => {
    change(patch);
    layOut(slip, board);
    slip.querySelector("input:checked")?.focus();
  };
  const go = () => {
    write(slip, board);
    if (slip.getBoundingClientRect().bottom > innerHeight) board.scrollIntoView({ block: "start" });
  };
  fill(
    slip,
    chips({ label: t("write.forms"), name: "form", value: asked.form, options: kinds(), onChange: (form) => again({ form }), quiet: true }),
    isListed(asked) && tunes(asked, again),
    fieldsFor(asked, go),
    h("div.slip-foot",
      dial(asked.bold, BOLDNESS.length, (bold) => change({ bold })),
      hearsTheme(asked) && dial(asked.close, GUIDANCE.length, (close) => change({ close }), CLOSE),
      h("div.go-row",
        button("go", t("write.go"), go),
        button("stop", [icon("stop"), t("write.stop")], () => stop(slip), { disabled: !isWriting() }),
      ),
    ),
  );
}

/** Whether what is written can keep to a theme. */
function hearsTheme(asked) {
  return asked.form !== "对联" && !proseModel(asked) && Boolean(modelFor("verse")?.fields?.includes("title"));
}

/** A wish that this server can meet: a form that is gone falls back to the first one there is. */
function settled(asked) {
  const names = kinds().map((kind) => [kind].flat()[0]);
  const form = names.includes(asked.form) ? asked.form : names[0];
  const list = listOf(form);
  const tune = list.some((one) => one.name === asked.tune) ? asked.tune : (list[0]?.name ?? "");
  return { ...asked, form, tune };
}

/** Forms behind a chip that stands for many. */
function listOf(form) {
  const { forms, tunes: all } = store.state;
  if (form === "词") return all;
  return forms.filter((one) => ["古体诗", "诗经", "近体诗"].includes(one.kind) && !chipForms().includes(one.name));
}

function kinds() {
  const { tunes: all, features, models } = store.state;
  const options = features.verse ? chipForms().map((name) => [name, t(`form.${name}`)]) : [];
  if (features.verse && all.length) options.push(["词", t("form.tune")], ["古体", t("form.old")]);
  if (features.couplet) options.push(["对联", t("form.couplet")]);
  if (features.verse) options.push(["仿作", t("form.like")]);
  const names = new Set();
  for (const model of [modelFor("verse"), ...models.filter((one) => one.kinds.includes("prose"))].filter(Boolean)) {
    const words = t(model.script === "latin" ? "form.english" : "form.prose");
    options.push([`model:${model.name}`, names.has(words) || features.workshop ? `${words} · ${model.name}` : words, model.name]);
    names.add(words);
  }
  return options;
}

function proseModel(asked) {
  return asked.form.startsWith("model:") ? modelNamed(asked.form.slice(6)) : undefined;
}

function fieldsFor(asked, go) {
  /** The field of one wish, under its name. */
  const text = (name, more = {}) => textField({
    label: t(`write.${name}`), value: asked[name], place: hasWord(`write.${name}.place`) ? t(`write.${name}.place`) : "", lang: "zh", onInput: (value) => change({ [name]: value }), onEnter: go, ...more,
  });
  const model = proseModel(asked);
  const theme = () => text("theme", { class: "theme", maxlength: 40 });
  if (model) return [model.fields.includes("title") && theme(), proseFields(asked, go, text)];
  if (asked.form === "对联") return [text("given", { maxlength: 40 }), text("second", { maxlength: 40 })];
  return [asked.form === "仿作" && text("like", { area: true, rows: 4 }), theme(), details(asked, text)];
}

function proseFields(asked, go, text) {
  return [
    text("prime", { area: true, rows: 2, maxlength: 2000, lang: null }),
    h("div.field-row",
      textField({ label: t("write.length"), value: asked.length, type: "number", min: 20, max: store.state.limits.length ?? 20000, onInput: (length) => change({ length: Math.max(1, Number(length) || 300) }), onEnter: go }),
      seedField(text),
      howMany(asked),
    ),
  ];
}

function seedField(text) {
  return text("seed", { inputmode: "numeric", maxlength: 15, lang: null, onInput: (seed) => change({ seed: seed.replace(/\D/g, "") }) });
}

function howMany(asked) {
  const most = Math.min(6, store.state.limits.samples ?? 6);
  const options = [1, 2, 3, 4, 6].filter((count) => count <= most);
  return selectField({ label: t("write.count"), value: asked.count, options, onChange: (count) => change({ count: Number(count) }) });
}

function details(asked, text) {
  const form = formOf(asked);
  const any = ["", t("write.any")];
  const choice = (name, options, label = t(`write.${name}`), more = {}) =>
    selectField({ label, value: asked[name], options, onChange: (value) => change({ [name]: value }), ...more });
  const places = ["head", "tail", "diagonal"].map((place) => [place, t(`write.place.${place}`)]);
  const variants = form?.variants ?? [];
  const open = ["first", "acrostic", "rhyme", "variant", "dynasty", "seed", "book"].some((name) => asked[name]);
  return h("details.more", { open }, h("summary", t("write.more")),
    h("div.field-row", text("first", { maxlength: 40 }), text("rhyme", { maxlength: 40 }), text("acrostic", { maxlength: 8 }),
      choice("place", places, "　", { "aria-label": t("write.acrostic") }),
      variants.length > 1 && choice("variant", [any, ...variants]),
      choice("book", [any, ...store.state.books.map((book) => [book.name, book.title])]),
      choice("dynasty", [any, ...DYNASTIES.map((name) => [name, t(`write.dynasty.${name}`)])]),
      seedField(text),
      howMany(asked),
      tick({ label: t("write.novel"), checked: asked.novel, onChange: (novel) => change({ novel }) })));
}

/** Tunes with a search: typing narrows the list, which stays a native one. */
function tunes(asked, again) {
  const list = h("div.tunes", { role: "listbox", "aria-label": t("write.tune") });
  const show = (query) => {
    const wanted = query.trim();
    const found = listOf(asked.form).filter((tune) => [tune.name, ...tune.aliases].some((name) => name.includes(wanted)));
    fill(list, found.map((tune) => button("tune", [tune.name, h("small", ` ${tune.lines.reduce((sum, length) => sum + length, 0)}`)], () => again({ tune: tune.name }), { role: "option", title: tune.aliases.join("、"), "aria-selected": tune.name === asked.tune })),
      !found.length && h("p.faint", t("write.tune.none", { name: wanted })));
  };
  show("");
  return h("div.tune-box",
    asked.form === "词" && textField({ label: t("write.tune"), value: "", place: t("write.tune.place"), type: "search", lang: "zh", onInput: show }), list);
}

function stop(slip) {
  if (!isWriting()) return;
  stopWriting();
  for (const sheet of sheets) if (!sheet.poem) sheet.fail(t("write.stopped"));
  slip.querySelector(".stop").disabled = true;
}

async function write(slip, board) {
  const asked = settled(wish());
  const model = proseModel(asked);
  if (asked.form === "对联" && !(asked.given + asked.second).trim()) return slip.querySelector("input[lang]")?.focus();
  if (asked.form === "仿作" && !asked.like.trim()) return slip.querySelector("textarea")?.focus();
  const signal = beginWriting();
  slip.querySelector(".stop").disabled = false;
  try {
    if (model) await proseSheets(board, asked, model, signal);
    else await verseSheets(board, asked, signal);
  } catch (error) {
    if (!signal.aborted) troubled(board, error);
  } finally {
    endWriting(signal);
    if (!isWriting()) slip.querySelector(".stop").disabled = true;
  }
}

/** What went wrong, on the board where the poems would be. */
function troubled(board, error) {
  sheets = sheets.filter((sheet) => sheet.poem);
  fill(board, notice(error), sheets.map((sheet) => sheet.element));
  tellError(error);
}

function spread(board, count, shape) {
  sheets = Array.from({ length: count }, (_, at) => new Sheet(at + 1, shape));
  fill(board, sheets.map((sheet) => sheet.element));
  board.dataset.count = count;
  say(t("write.writing"));
  return sheets;
}

async function verseSheets(board, asked, signal) {
  const isCouplet = asked.form === "对联";
  const order = isCouplet ? coupletOrder(asked) : verseOrder(asked);
  const poems = [];
  let laid = isCouplet || asked.form === "仿作" ? null : spread(board, asked.count, formOf(asked));
  for await (const step of isCouplet ? writeCouplets(order, signal) : writeVerse(order, signal)) {
    if (signal.aborted) return;
    if (step.line) {
      laid ??= spread(board, asked.count, shapeOf(step.line));
      laid[step.candidate].setLine(step.at, step.line);
      if (step.candidate === 0) say(step.line.text);
    } else if (step.poem) {
      laid ??= spread(board, asked.count, poemShape(step.poem));
      poems[step.candidate] = step.poem;
      step.poem.lines.forEach((line, at) => laid[step.candidate].setLine(at, line));
    } else {
      finishVerse(board, laid, poems, step.end, order, asked);
    }
  }
}

/** A shape to begin with when only a first line is known: its like, with room for four. */
function shapeOf(line) {
  const length = [...line.text].length;
  return { lines: [length, length, length, length], marks: ["，", "。", "，", "。"] };
}

function poemShape(poem) {
  const { lines } = poem;
  return { lines: lines.map((line) => [...line.text].length), marks: lines.map((line) => line.mark), stanza_ends: lines.flatMap((line, at) => (line.ends ? [at + 1] : [])) };
}

/** All are done: the best one goes first, and none of them moves under the reader's eyes. */
function finishVerse(board, laid, poems, end, order, asked) {
  const done = poems.map((poem) => poem && kept(poem, end, order, asked));
  done.forEach((poem, at) => poem && laid[at].finish(poem));
  const best = [...done].filter(Boolean).sort((a, b) => (b.score?.total ?? 0) - (a.score?.total ?? 0))[0];
  for (const sheet of laid) {
    const isFirst = laid.length > 1 && sheet.poem === best;
    sheet.element.classList.toggle("is-best", isFirst);
    if (isFirst) sheet.foot.prepend(h("span.first-choice", { title: t("poem.first.why") }, t("poem.first")));
  }
  remember(done.filter(Boolean));
  if (best) say(t("write.done", { n: done.length, text: textOf(best) }));
}

async function proseSheets(board, asked, model, signal) {
  const order = proseOrder(asked, model);
  const laid = spread(board, order.samples, null);
  for (const sheet of laid) sheet.addText(order.prime);
  const texts = laid.map(() => order.prime);
  for await (const fact of stream("prose", order, { signal })) {
    if (signal.aborted) return;
    if (fact.done) {
      finishProse(laid, texts, fact, order);
    } else {
      const before = texts[fact.sample].length;
      texts[fact.sample] += fact.text;
      laid[fact.sample].addText(fact.text);
      if (!fact.sample) sayLines(texts[0], before);
    }
  }
}

/** The line of a growing text that has just ended, for screen readers. */
function sayLines(text, before) {
  const end = text.lastIndexOf("\n");
  if (end >= before) say(text.slice(0, end).split("\n").pop());
}

function finishProse(laid, texts, end, order) {
  const poems = texts.map((prose, candidate) => fresh({ prose, form: end.model, notes: end.notes, made: madeOf(end, candidate, order) }));
  poems.forEach((poem, at) => laid[at].finish(poem));
  remember(poems);
  say(t("write.done", { n: poems.length, text: poems[0].prose }));
}

