/** A training job while it runs and afterwards: its losses, its samples, and buttons. */

import { ApiError, button, call, fill, h, icon, iconButton, notice, percent, s, say, store, t, twice } from "./kit.js";
import { wish } from "../core/wish.js";
import { notesOf } from "./notes.js";

/** Rise of the validation loss, in nats, above which more training time is of no use. */
const OVER_NATS = 0.05;
/** Fall of the validation loss, in nats, below which the samples are little more than noise. */
const SHORT_NATS = 0.7;
const FEW = 3;

/**
 * An element for a training job, and a function that takes the facts of the job's stream one by one.
 * A stream that is opened again repeats all facts. `onChange` gets the server's response when the
 * job is resumed or removed.
 */
export function bench(onChange) {
  const title = h("h2");
  const state = h("output.faint");
  const bar = h("progress", { "aria-label": t("nav.workshop") });
  const [figure, tools, notes, samples] = [h("figure"), h("div.bar-group"), h("div"), h("div.pair")];
  let job, at, train, valid, texts, isLive;

  const begin = (fact) => {
    [job, at, train, valid, texts] = [fact, 0, [], [], {}];
    isLive ||= job.state === "training";
    title.textContent = job.name;
    state.value = t("workshop.ready");
    bar.removeAttribute("value");
    fill(notes, notesOf(job));
    fill(samples);
    const stop = button("stop", [icon("stop"), t("workshop.stop")], () => {
      stop.disabled = true;
      call(`jobs/${job.id}/stop`, {});
    });
    fill(tools, stop);
  };

  /** Show a sample under its temperature: the latest, unless the reader looks at an earlier one. */
  const show = ({ temperature, text }) => {
    const words = t("workshop.sample", { at: temperature });
    texts[temperature] ??= flipThrough(words, samples);
    texts[temperature](text, at);
    if (isLive) say(`${words}: ${text.slice(0, 80)}`);
  };

  const end = (fact) => {
    bar.value = fact.state === "finished" ? 1 : at;
    state.value = [t(`workshop.${fact.state}`), verdictOf(fact, train, valid)].filter(Boolean).join(t("comma.stop"));
    if (isLive) say(state.value);
    fill(tools,
      fact.model && button("go", t("workshop.write"), () => {
        store.set({ wish: { ...wish(), form: `model:${fact.model}` } });
        location.hash = "#/write";
      }),
      fact.resumable && button("plain", t("workshop.resume"), () => call(`jobs/${job.id}/resume`, {}).then(onChange)),
      fact.error && notice(new ApiError(fact, 200)),
      iconButton("trash", t("workshop.drop"), twice(() => call(`jobs/${job.id}`, undefined, { method: "DELETE" }).then(onChange))));
  };

  const take = (fact) => {
    const { progress, validation } = fact;
    if (fact.job) begin(fact.job);
    if (progress) {
      at = bar.value = progress.fraction;
      train.push([at, progress.loss]);
      state.value = t("workshop.training", { left: clock(progress.seconds_left), speed: Math.round(progress.chars_per_s).toLocaleString() });
    }
    if (validation) valid.push([at, validation.loss]);
    if (progress || validation || fact.job) fill(figure, curve(train, valid));
    if (fact.notice) notes.append(...notesOf({ notes: [fact.notice] }));
    if (fact.sample) show(fact.sample);
    if (fact.done) end(fact);
  };
  return [h("section.panel.bench", h("div.bar-group", title, state), bar, figure, tools, notes, samples), take];
}

/** A slider over samples, each with its share of the training time; returns a function that adds a sample. */
function flipThrough(words, samples) {
  const kept = [];
  const text = h("p.prose-text", { tabindex: 0 });
  const when = h("output.faint");
  const slider = h("input.dial", { type: "range", min: 0, max: 0, value: 0, "aria-label": words, on: { input: () => put() } });
  const put = () => {
    const [sample, share] = kept[slider.value];
    text.textContent = sample;
    when.value = percent(share);
    slider.setAttribute("aria-valuetext", when.value);
  };
  samples.append(h("div", h("h3", words), text, h("div.dial-row", slider, when)));
  return (sample, share) => {
    const isLatest = Number(slider.value) === kept.length - 1 || !kept.length;
    kept.push([sample, share]);
    slider.max = kept.length - 1;
    if (isLatest) slider.value = kept.length - 1;
    put();
  };
}

/** A sentence on what the losses of a finished job mean; empty if the job was not validated. */
function verdictOf({ state }, train, valid) {
  const last = valid.at(-1)?.[1];
  if (last === undefined || state === "failed") return "";
  const best = Math.min(...valid.map(([, loss]) => loss));
  if (last > best + OVER_NATS) return t("workshop.verdict.over");
  if (valid[0][1] - best < SHORT_NATS || train.length < FEW) return t("workshop.verdict.short");
  return t("workshop.verdict.good");
}

/** Both losses over the share of the training time: a line for training, dots for validation. */
function curve(train, valid) {
  const losses = [...train, ...valid].map(([, loss]) => loss);
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const place = ([x, loss]) => `${(100 * x).toFixed(2)} ${(38 - (36 * (loss - low)) / (high - low || 1)).toFixed(2)}`;
  const path = (name, d) => s("path", { d, class: name });
  const line = (points) => points.map((point, n) => `${n ? "L" : "M"}${place(point)}`).join("");
  const key = (name, points) => h(`span.${name}`, `${t(`workshop.${name}`)} ${points.at(-1)?.[1].toFixed(2) ?? "—"}`);
  return [
    h("figcaption", key("train", train), key("valid", valid), h("small", t("workshop.loss"))),
    h("div.curve", { data: losses.length ? { high: high.toFixed(2), low: low.toFixed(2) } : {} },
      s("svg", { viewBox: "0 0 100 40", preserveAspectRatio: "none", "aria-hidden": "true" },
        path("train", line(train)), path("valid", line(valid)), path("valid dots", valid.map((point) => `M${place(point)}h0`).join("")))),
  ];
}

/** Format seconds as minutes and seconds. */
function clock(seconds) {
  const whole = Math.round(seconds ?? 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
