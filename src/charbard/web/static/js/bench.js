/** One training on the workshop's bench: its curve, what it writes, and what can be done with it. */

import { call } from "./api.js";
import { curve } from "./curve.js";
import { button, fill, h, icon, iconButton } from "./dom.js";
import { store } from "./store.js";
import { t } from "./strings.js";
import { say, tell, tellError } from "./toast.js";
import { wish } from "./wish.js";

export class Bench {
  /** `onGone` is called when the training was deleted. */
  constructor(onGone) {
    this.onGone = onGone;
    this.title = h("h2");
    this.state = h("output.faint");
    this.bar = h("progress", { max: 1, "aria-label": t("nav.workshop") });
    this.figure = h("div");
    this.samples = h("div.pair");
    this.tools = h("div.go-row");
    this.element = h("section.panel.bench", {}, h("div.desk-head", {}, this.title, this.state), this.bar, this.figure, this.tools, this.samples);
  }

  /** Take a fact of the stream in; a stream that begins again tells everything again. */
  take({ job, progress, validation, sample, done, ...end }) {
    if (job) this.begin(job);
    if (progress) this.go(progress);
    if (validation) this.valid.push([this.at, validation.loss]);
    if (progress || validation) this.draw();
    if (sample) this.show(sample);
    if (done) this.end(end);
  }

  begin(job) {
    Object.assign(this, { job, at: 0, train: [], valid: [], texts: {} });
    this.title.textContent = job.name;
    this.state.value = t("workshop.ready");
    this.bar.hidden = false;
    this.bar.removeAttribute("value");
    fill(this.samples);
    fill(this.tools, this.button("stop", "workshop.stop", () => call(`jobs/${job.id}/stop`, {})));
    this.draw();
  }

  go({ fraction, loss, seconds_left: left, chars_per_s: speed }) {
    this.at = fraction;
    this.train.push([fraction, loss]);
    this.bar.value = fraction;
    this.state.value = t("workshop.training", { left: clock(left), speed: Math.round(speed).toLocaleString() });
  }

  draw() {
    fill(this.figure, curve(this.train, this.valid, this.job.minutes));
  }

  /** The latest text at each temperature; its place stays, so nothing moves. */
  show({ temperature, text }) {
    const words = t("workshop.sample", { at: temperature });
    if (!this.texts[temperature]) {
      this.texts[temperature] = h("p.prose-text", { tabindex: 0 });
      this.samples.append(h("div", {}, h("h3", {}, words), this.texts[temperature]));
    }
    this.texts[temperature].textContent = text;
    if (this.bar.value < 1 && this.isLive) say(`${words}: ${text.slice(0, 80)}`);
  }

  end(job) {
    this.job = job;
    this.bar.hidden = true;
    this.state.value = t(`workshop.${job.state}`);
    if (this.isLive) say(this.state.value);
    const write = () => {
      store.set({ wish: { ...wish(), form: `model:${job.model}` } });
      location.hash = "#/write";
    };
    let sure = false;
    const drop = async () => {
      if (sure) await call(`jobs/${job.id}`, undefined, { method: "DELETE" }).then(this.onGone, tellError);
      else tell(t("shelf.clear.sure"));
      sure = true;
    };
    fill(this.tools,
      job.model ? button("go", t("workshop.write"), write) : null,
      job.error ? h("div.notice", {}, h("strong", {}, job.error), h("p", {}, job.hint)) : null,
      iconButton("trash", t("workshop.drop"), drop));
  }

  /** A button that works once. */
  button(kind, words, work) {
    const one = button(kind, [icon("stop"), t(words)], () => {
      one.disabled = true;
      work().catch(tellError);
    });
    return one;
  }
}

/** Minutes and seconds. */
function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds ?? 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
