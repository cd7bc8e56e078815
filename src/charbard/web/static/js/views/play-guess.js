/** Who wrote it? A little-known quatrain by a person, or a new one by the model on the same title. */

import { modelFor } from "../core/wish.js";
import { button, call, dressText, fill, h, languageTag, linesOf, notice, poemElement, say, store, t, twice } from "../parts/kit.js";

const FRESH = { right: 0, asked: 0, people: 0, machines: 0, fooled: 0, doubted: 0 };
let people = null;

/** The game. */
export function guess() {
  const box = h("div.panel.quiz", { "aria-live": "polite" });
  next(box).catch((error) => fill(box, notice(error)));
  return box;
}

/** Draw a poem at random; half of the poems are by people. */
async function next(box) {
  people ??= (await call("little-known")).poems;
  const known = people[Math.floor(Math.random() * people.length)];
  const isPerson = Math.random() < 0.5;
  const poem = isPerson ? byPerson(known) : await byMachine(known);
  const answer = (said) => reveal(box, { known, poem, isPerson, said });
  fill(box,
    h("p.faint", t("play.guess.what")),
    dressText(h("h2.sheet-title"), known.title),
    poemElement(poem),
    h("div.scopes.centred", button("go", t("play.person"), () => answer(true)), button("go", t("play.machine"), () => answer(false))),
    tally());
}

function byPerson({ text }) {
  const lines = text.match(/[^，。]+/g);
  return { lines: linesOf({ lines, marks: ["，", "。", "，", "。"] }) };
}

async function byMachine({ title, form }) {
  const { poems } = await call("verse", { model: modelFor("verse").name, form, theme: title, candidates: 1 });
  return { lines: linesOf(poems[0]) };
}

/** Show the answer, and the score of all answers in this browser. */
function reveal(box, { known, poem, isPerson, said }) {
  const isRight = said === isPerson;
  store.change("played", (played) => {
    const so = { ...FRESH, ...played };
    return {
      asked: so.asked + 1,
      right: so.right + isRight,
      people: so.people + isPerson,
      machines: so.machines + !isPerson,
      doubted: so.doubted + (isPerson && !isRight),
      fooled: so.fooled + (!isPerson && !isRight),
    };
  });
  const verdict = `${t(isRight ? "play.right" : "play.wrong")} ${isPerson ? t("play.by", { who: `${known.dynasty} ${known.author}` }) : t("play.by.machine")}`;
  fill(box, dressText(h("h2.sheet-title"), known.title), poemElement(poem),
    h(`p.verdict.${isRight ? "is-good" : "is-bad"}`, { lang: languageTag() }, verdict),
    h("div.scopes.centred", button("go", t("play.next"), () => next(box).catch((error) => fill(box, notice(error))))), tally());
  say(verdict);
}

/** The counts of answers; guessing at random is right half of the time. */
function tally() {
  const so = { ...FRESH, ...store.state.played };
  if (!so.asked) return null;
  const clear = button("plain", t("play.clear"), twice(() => store.change("played", () => ({ ...FRESH }))));
  return h("div.tally", h("p", t("play.tally", { right: so.right, asked: so.asked, share: Math.round((100 * so.right) / so.asked) })),
    h("p.faint", t("play.fooled", { fooled: so.fooled, machines: so.machines, doubted: so.doubted, people: so.people })), clear);
}
