/** Workshop: hand in a text, look on while it is learned, then write with it. */

import { call, stream } from "../api.js";
import { Bench } from "../bench.js";
import { button, fill, h, icon, iconButton } from "../dom.js";
import { chips, textField } from "../fields.js";
import { load } from "../main.js";
import { store } from "../store.js";
import { t } from "../strings.js";
import { tell, tellError } from "../toast.js";

const order = { text: "", file: null, name: "", minutes: 3 };

/** Build the view; a training that is running is found again. */
export function mount(root) {
  const slip = h("div.slip", { on: { dragover: (event) => event.preventDefault(), drop: (event) => dropped(event, here) } });
  const here = { slip, board: h("div"), list: h("div"), jobs: [], watch: null };
  root.append(h("div.write", {}, slip, h("div.shop", {}, here.board, here.list)));
  layOut(here);
  refresh(here);
  return { leave: () => here.watch?.abort() };
}

/** Ask what was trained here, and show the latest unless one is shown. */
async function refresh(here) {
  try {
    ({ jobs: here.jobs } = await call("jobs"));
  } catch (error) {
    return tellError(error);
  }
  if (!here.jobs.length) fill(here.board, h("p.faint", {}, t("workshop.none")));
  else if (!here.watch) follow(here, here.jobs[0].id);
  const pick = (job) => button("choice", [job.name, h("small", {}, new Date(job.began).toLocaleDateString())], () => follow(here, job.id));
  fill(here.list, here.jobs.length > 1 ? [h("h3", {}, t("workshop.all")), h("div.choices", {}, here.jobs.map(pick))] : null);
}

function layOut(here) {
  const { text_bytes: most, fewest_chars: least, minutes } = store.state.limits.workshop;
  const file = h("input.unseen", { type: "file", accept: ".txt,.md,text/*", "aria-label": t("workshop.file"), on: { change: () => take(here, file.files[0]) } });
  const choices = [1, 3, 10, 30, 60, 240].filter((count) => count < minutes[1]).concat(minutes[1]);
  order.minutes = Math.min(order.minutes, minutes[1]);
  fill(here.slip,
    order.file
      ? h("p.bar-group", {}, h("strong", {}, order.file.name), `${(order.file.size / 1e6).toFixed(2)} MB`, iconButton("close", t("workshop.drop"), () => take(here, null)))
      : textField({ label: t("look.text"), value: order.text, place: t("workshop.place"), area: true, rows: 8, onInput: (text) => { order.text = text; } }),
    h("div.go-row", {}, button("plain", [icon("up"), t("workshop.file")], () => file.click()), file),
    textField({ label: t("workshop.name"), value: order.name, maxlength: 40, onInput: (name) => { order.name = name; } }),
    chips({ label: t("workshop.minutes"), name: "minutes", value: order.minutes, options: choices.map((count) => [count, count]), onChange: (count) => { order.minutes = count; } }),
    button("go", t("workshop.go"), () => train(here, most)),
    h("p.faint", {}, t("workshop.note", { least, mb: most / 1e6 })));
}

function take(here, file) {
  order.file = file;
  layOut(here);
}

function dropped(event, here) {
  const [file] = event.dataTransfer.files;
  if (!file) return;
  event.preventDefault();
  take(here, file);
}

async function train(here, most) {
  const body = order.file ?? new Blob([order.text]);
  if (!body.size) return here.slip.querySelector("textarea").focus();
  if (body.size > most) return tell(t("workshop.large", { mb: most / 1e6 }));
  const wanted = new URLSearchParams({ minutes: order.minutes, name: order.name || order.file?.name || "" });
  try {
    const job = await call(`jobs/file?${wanted}`, body);
    follow(here, job.id);
    await refresh(here);
    if (here.slip.getBoundingClientRect().bottom > innerHeight) here.board.scrollIntoView();
  } catch (error) {
    tellError(error);
  }
}

/** Watch a training, and find it again when the connection was lost. */
async function follow(here, id) {
  here.watch?.abort();
  here.watch = new AbortController();
  const { signal } = here.watch;
  const bench = new Bench(() => {
    here.watch = null;
    refresh(here);
  });
  fill(here.board, bench.element);
  for (let is_over = false; !is_over && !signal.aborted;) {
    try {
      for await (const fact of stream(`jobs/${id}/events`, undefined, { signal })) {
        bench.isLive ||= fact.job?.state === "training";
        if (fact.done) is_over = true;
        if (fact.model && !store.state.models.some((model) => model.name === fact.model)) await load();
        bench.take(fact);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 404) return tellError(error);
      await new Promise((later) => setTimeout(later, 2000));
    }
  }
}
